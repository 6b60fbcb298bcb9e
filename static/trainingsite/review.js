// The page of one review: keys, and a sign of life so that nobody else is offered the exchange.

import { press, typing } from "./keys.js";
import { toast } from "./toast.js";

const MINUTES = 2; // a claim lives five
const page = document.getElementById("review");
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;

function onKey(event) {
  const command = event.ctrlKey || event.metaKey;
  if (event.repeat || event.altKey) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    if (!(command && event.key === "Enter")) return;
  } else if (event.target.closest?.("button, a, summary") && event.key === "Enter") {
    return; // whatever has the focus is what Enter means
  }
  const undo = command && event.key.toLowerCase() === "z";
  if (command && !undo && event.key !== "Enter") return;
  if (press(undo ? "Control+z" : event.key, page)) event.preventDefault();
}

async function beat(address) {
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token } });
  if (answer.ok) return;
  clearInterval(timer);
  toast("Otra persona puede haber abierto esta revisión: vuelva a cargarla.", { failed: true });
}

document.addEventListener("keydown", onKey);
const { heartbeat } = page.dataset;
// Offline for a moment is no reason to say anything: the next beat tells.
const timer = heartbeat && setInterval(() => beat(heartbeat).catch(() => {}), MINUTES * 60_000);
