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
  if (answer.ok && !answer.redirected) return;
  clearInterval(timer);
  const why = answer.redirected ? "Su sesión terminó" : "Otra persona puede haber abierto esta revisión";
  toast(`${why}: vuelva a cargar la página.`, { failed: true });
}

// One decision a page: a second press, before the next page is there, would be about the same one.
let decided = false;
function once(event) {
  if (decided) event.preventDefault();
  decided = true;
}

document.addEventListener("keydown", onKey);
document.addEventListener("submit", once);
window.addEventListener("pageshow", () => (decided = false)); // "back" may bring this very page
const { heartbeat } = page.dataset;
// Offline for a moment is no reason to say anything: the next beat tells.
const timer = heartbeat && setInterval(() => beat(heartbeat).catch(() => {}), MINUTES * 60_000);
