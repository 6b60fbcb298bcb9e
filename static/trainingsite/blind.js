// Comparing without the mouse: ← and → choose a side, = says that they are alike.

import { press, typing } from "./keys.js";

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (["ArrowLeft", "ArrowRight", "="].includes(event.key) && press(event.key)) {
    event.preventDefault();
  }
});
