// One short message at a time, read aloud, with an "undo" that lives ten seconds.

const SECONDS = 10;
let leaving;

function region() {
  const found = document.getElementById("toast");
  if (found) return found;
  const made = document.createElement("div");
  made.id = "toast";
  made.setAttribute("role", "status");
  made.setAttribute("aria-live", "polite");
  document.body.append(made);
  return made;
}

export function hide() {
  clearTimeout(leaving);
  region().replaceChildren();
}

/** Say `text`; with `undo`, offer a button that calls it. `failed` shows it as an error. */
export function toast(text, { undo, failed = false } = {}) {
  hide();
  const said = document.createElement("span");
  said.textContent = text;
  const box = document.createElement("div");
  box.className = failed ? "ts-toast ts-failed" : "ts-toast";
  box.append(said);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Deshacer";
    button.addEventListener("click", () => {
      hide();
      undo();
    });
    box.append(button);
  }
  region().append(box);
  leaving = setTimeout(hide, SECONDS * 1000);
}
region();
