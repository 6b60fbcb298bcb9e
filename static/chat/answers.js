// One message and its answer, as it comes: pieces of it, and at the end all of it.

import { ask } from "./visitor.js";

const PATIENCE = 30; // times
const PAUSE = 2000; // milliseconds

const pause = () => new Promise((done) => setTimeout(done, PAUSE));

/** The events of a stream, `{ name, data }`; of one that came whole, too. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value = "", done } = await reader.read();
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const [name, data] = block.split("\n");
      yield { name: name.slice("event: ".length), data: JSON.parse(data.slice("data: ".length)) };
    }
    if (done) return;
  }
}

async function heard(message, key, onText) {
  const response = await ask("/mensajes", { body: { mensaje: message }, key });
  let said = "";
  for await (const { name, data } of events(response)) {
    if (name === "fin") return data;
    said += data.texto;
    onText(said);
  }
  return null; // it broke off
}

/**
 * The answer to `message`; `onText` gets what was said so far. Sent again with the same `key` it
 * is the same message: an answer that broke off, or is being made, is fetched whole.
 */
export async function answerTo(message, key, onText) {
  let failure;
  for (let tries = 0; tries < PATIENCE; tries += 1) {
    try {
      const whole = await heard(message, key, onText);
      if (whole) return whole;
    } catch (error) {
      if (error.code !== "being_answered") throw error;
      failure = error;
    }
    await pause();
  }
  throw failure ?? new TypeError("broken off");
}
