// The public chat: what is written, what is answered, and what happens when it is not.

import { answerTo } from "./answers.js";
import { bubble, forgetAll, gone, question, say, settle, trouble, waiting } from "./bubbles.js";
import { quote, sources, thumbs } from "./extras.js";
import { visit } from "./visitor.js";

const write = document.getElementById("write");
const box = document.getElementById("message");
const erasing = document.getElementById("erasing");
let busy = true; // until it is known whose chat it is

/** A key for a message. (randomUUID is there on https alone.) */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (it) => it.toString(16).padStart(2, "0")).join("");
}

/** Why it failed, in words for whoever wrote. */
function reason(error) {
  if (error.code === "throttled") return "Son muchos mensajes seguidos: espere un momento.";
  if (error.code === "not_found") return "Este chat ya no está abierto.";
  if (error.status) return error.message || "Algo falló de nuestro lado.";
  return "Sin conexión con el chat.";
}

function show(reply, element) {
  say(element, reply.respuesta);
  if (reply.bienvenida) element.before(bubble("bot", reply.bienvenida));
  if (reply.fuentes.length) element.append(sources(reply.fuentes));
  if (reply.proforma) element.append(quote(reply.proforma));
  if (reply.respuesta_id) element.append(thumbs(reply.respuesta_id));
  if (reply.consentimiento.pregunta) question(reply.consentimiento.pregunta, send);
  element.scrollIntoView({ block: "nearest" });
}

/** Ask for the answer to `message`; sent again, it keeps its `key` and is answered once. */
async function converse(message, key) {
  busy = true;
  const element = waiting();
  try {
    const reply = await answerTo(message, key, (text) => say(element, text));
    settle(element);
    if (reply.borrado) forgetAll();
    show(reply, reply.borrado ? bubble("bot", "") : element);
  } catch (error) {
    settle(element);
    element.remove();
    trouble(`${reason(error)} Su mensaje no se ha perdido.`, () => converse(message, key));
  } finally {
    busy = false;
  }
}

function send(message) {
  if (busy) return false;
  gone(".question .choices"); // whatever is said next answers the question, or lets it pass
  bubble("me", message);
  converse(message, newKey());
  return true;
}

async function open() {
  try {
    const { bienvenida, consentimiento } = await visit();
    if (bienvenida) bubble("bot", bienvenida);
    if (consentimiento.pregunta) question(consentimiento.pregunta, send);
    busy = false;
  } catch (error) {
    trouble(reason(error), open);
  }
  settle();
}

function fit() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

write.addEventListener("submit", (event) => {
  event.preventDefault();
  const message = box.value.trim();
  if (!message || !send(message)) return;
  box.value = "";
  fit();
  box.focus();
});
box.addEventListener("input", fit);
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  write.requestSubmit();
});
for (const item of document.querySelectorAll("[data-says]")) {
  item.addEventListener("click", () => send(item.dataset.says));
}
document.getElementById("erase").addEventListener("click", () => erasing.showModal());
erasing.addEventListener("close", () => {
  if (erasing.returnValue === "yes") send("borrar mis datos");
  erasing.returnValue = "";
});
// Inside a page of another site, Escape closes the frame: its script listens.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !erasing.open && window.parent !== window) {
    window.parent.postMessage("chat:close", "*"); // it says nothing that others may not hear
  }
});
open();
