// The stars of the conversations list: a click (or a digit, with the focus on them) stores a rating.

import { LOST, refusal } from "./refusal.js";
import { toast } from "./toast.js";

function show(group, stars) {
  group.dataset.stars = stars;
  for (const button of group.querySelectorAll("button")) {
    const star = Number(button.value);
    button.classList.toggle("ts-on", star <= stars);
    button.setAttribute("aria-checked", String(star === stars));
  }
  rove(group);
}

// One star of each group is a stop of the Tab key; the arrows move among the others.
function rove(group) {
  const stars = Number(group.dataset.stars);
  for (const button of group.querySelectorAll("button")) {
    button.tabIndex = Number(button.value) === (stars || 1) ? 0 : -1;
  }
}

async function store(group, stars, feedback) {
  const body = new FormData();
  body.set("stars", stars);
  if (feedback !== undefined) body.set("feedback", feedback);
  const headers = {
    Accept: "application/json",
    "X-CSRFToken": document.querySelector("#changelist-form [name=csrfmiddlewaretoken]").value,
  };
  const answer = await fetch(group.dataset.url, { method: "POST", body, headers });
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  const found = isJson ? await answer.json() : {};
  const why = found.message ?? refusal({ address: answer.url, status: answer.status });
  if (!isJson || !answer.ok) throw new Error(why || LOST);
  return found;
}

async function rate(group, stars, feedback) {
  const before = Number(group.dataset.stars);
  show(group, stars);
  group.setAttribute("aria-busy", "true");
  try {
    const found = await store(group, stars, feedback);
    show(group, found.stars);
    const undo = () => rate(group, found.before.stars, found.before.feedback);
    toast(found.message, { undo });
  } catch (error) {
    show(group, before);
    toast(error instanceof TypeError || error instanceof SyntaxError ? LOST : error.message, { failed: true });
  } finally {
    group.removeAttribute("aria-busy");
  }
}

function onClick(event) {
  const button = event.target.closest(".ts-stars button");
  if (!button) return;
  event.preventDefault();
  const group = button.closest(".ts-stars");
  if (group.hasAttribute("aria-busy")) return;
  const star = Number(button.value);
  rate(group, star === Number(group.dataset.stars) ? 0 : star);
}

function onKey(event) {
  const group = event.target.closest?.(".ts-stars");
  if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[0-5]$/.test(event.key)) {
    event.preventDefault();
    if (!group.hasAttribute("aria-busy")) rate(group, Number(event.key));
    return;
  }
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  const other = step && group.querySelector(`button[value="${Number(event.target.value) + step}"]`);
  if (!other) return;
  event.preventDefault();
  other.focus();
}

for (const group of document.querySelectorAll(".ts-stars")) rove(group);
document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
