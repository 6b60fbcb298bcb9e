// The rating screen: keys, undo, and what to do when an answer does not come. htmx does the rest.

import { press, typing } from "./keys.js";
import { LOST, refusal } from "./refusal.js";
import { hide, toast } from "./toast.js";

const UNDOS = 20;
const decisions = [];

function remember(card) {
  const { said, undoUrl, undoWith } = card.dataset;
  if (!said) return;
  if (undoUrl) {
    decisions.push({ url: undoUrl, values: JSON.parse(undoWith) });
    decisions.splice(0, decisions.length - UNDOS);
  }
  toast(said, { undo: undoUrl && undo, failed: "failed" in card.dataset });
}

function undo() {
  const last = decisions.pop();
  if (!last) return toast("No hay nada que deshacer.");
  hide();
  const values = { ...last.values, deshacer: 1 };
  for (const field of document.querySelectorAll(".ts-rate input[type=hidden]")) {
    values[field.name] = field.value;
  }
  values.csrfmiddlewaretoken ??= document.body.dataset.csrf;
  return window.htmx.ajax("POST", last.url, { target: "#rating", swap: "outerHTML", values });
}

function onKey(event) {
  const help = document.getElementById("help");
  if (help.open) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    event.preventDefault();
    undo();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "?") help.showModal();
  else if (event.key.toLowerCase() === "c") document.getElementById("feedback")?.focus();
  else if (!press(event.key, document.getElementById("rating"))) return;
  event.preventDefault();
}

// A key pressed before htmx knows the new card would leave the page, and its undos with it.
window.htmx.config.defaultSettleDelay = 0;
document.body.dataset.csrf = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  if (event.target.closest('[data-key="?"]')) document.getElementById("help").showModal();
});
document.addEventListener("htmx:afterSwap", (event) => remember(event.detail.elt));
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  const why = refusal({ address: xhr.responseURL, status: xhr.status });
  if (!why) return;
  event.detail.shouldSwap = false; // a login page does not belong inside of the card
  toast(why, { failed: true });
});
document.addEventListener("htmx:sendError", () => toast(LOST, { failed: true }));
