// What is selected in the texts goes to the box of what to mask; by hand it can be typed too.

const texts = document.getElementById("texts");
const box = document.getElementById("words");

document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  const words = selection.toString().trim();
  if (words && words.length <= box.maxLength && texts.contains(selection.anchorNode)) {
    box.value = words;
  }
});
