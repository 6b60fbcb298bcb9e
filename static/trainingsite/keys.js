// What the screens with keys share: when a key is a letter, and which button it presses.

export function typing(target) {
  return target.matches?.("input, textarea, select, [contenteditable]");
}

/** Click the button of `scope` that says it answers to `key`; whether there is one. */
export function press(key, scope = document) {
  const name = key.length === 1 ? key.toLowerCase() : key;
  const button = scope.querySelector(`[data-key="${CSS.escape(name)}"]`);
  button?.click();
  return Boolean(button);
}
