// What stands in the conversation. Everything that was said is text, never markup.

const talk = document.getElementById("talk");

/** An element with `attributes` and `children`: elements, or texts. */
export function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function button(label, onClick, attributes = {}) {
  const element = made("button", { type: "button", ...attributes }, label);
  element.addEventListener("click", onClick);
  return element;
}

function shown(element) {
  talk.append(element);
  element.scrollIntoView({ block: "end" });
  return element;
}

/** Take the focus of a button that goes away; in the box it would open a phone's keyboard. */
function attend() {
  talk.focus({ preventScroll: true });
}

/** A bubble of `who` (`me` or `bot`) that says `text`. */
export function bubble(who, text) {
  const name = who === "me" ? "Usted: " : "Asistente: ";
  const words = made("p", { class: "words" }, text);
  return shown(made("article", { class: who }, made("span", { class: "hidden" }, name), words));
}

/** Put `text` into a bubble in place of what it said. */
export function say(bubble, text) {
  bubble.querySelector(".words").textContent = text;
  bubble.scrollIntoView({ block: "end" });
}

/** A bubble of the bot that is being thought about. Readers are told once it is there. */
export function waiting() {
  const element = bubble("bot", "Escribiendo…");
  element.classList.add("waiting");
  talk.setAttribute("aria-busy", "true");
  return element;
}

/** What there is to read stands there now; `bubble` waits for nothing. */
export function settle(bubble) {
  bubble?.classList.remove("waiting");
  talk.removeAttribute("aria-busy");
}

/** Say what went wrong, with a button to try it again. */
export function trouble(text, again) {
  const retry = button("Reintentar", () => {
    element.remove();
    attend();
    again();
  });
  const element = made("div", { class: "trouble", role: "alert" }, made("p", {}, text), retry);
  shown(element);
}

/** The question of consent: its two buttons answer it once. */
export function question(text, answer) {
  gone(".question");
  const choose = (word) => () => {
    gone(".question .choices");
    attend();
    answer(word);
  };
  const choices = made(
    "div",
    { class: "choices" },
    button("Sí", choose("Sí")),
    button("No", choose("No")),
  );
  shown(made("article", { class: "bot question" }, made("p", { class: "words" }, text), choices));
}

export function gone(selector) {
  for (const element of talk.querySelectorAll(selector)) element.remove();
}

export function forgetAll() {
  talk.replaceChildren();
}
