// What goes with an answer: where it is from, the quote on paper, and what the visitor thinks of it.

import { button, made } from "./bubbles.js";
import { ask } from "./visitor.js";

const REASONS = [
  "No contesta lo que pregunté",
  "El dato está mal",
  "Está incompleta",
  "No se entiende",
];

export function sources(found) {
  const named = found.map(({ numero, titulo, pagina }) => {
    const page = pagina ? `, p. ${pagina}` : "";
    return made("li", {}, `[${numero}] ${titulo}${page}`);
  });
  return made("ul", { class: "sources", "aria-label": "Fuentes" }, ...named);
}

/** A button that fetches the quote: its address alone opens it to nobody. */
export function quote(number) {
  const status = made("span", { role: "status" });
  const fetchIt = async () => {
    status.textContent = "";
    try {
      const paper = await (await ask(`/proformas/${encodeURIComponent(number)}.pdf`)).blob();
      const link = made("a", { href: URL.createObjectURL(paper), download: `${number}.pdf` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch {
      status.textContent = "No se pudo descargar. Inténtelo otra vez.";
    }
  };
  return made("p", { class: "quote" }, button(`Proforma ${number} (PDF)`, fetchIt), status);
}

/** Whether an answer was of use; who says no may say why. */
export function thumbs(answer) {
  const status = made("span", { role: "status" });
  const box = made("div", { class: "thumbs", role: "group", "aria-label": "¿Le sirvió?" });
  async function rate(value, reason = "") {
    try {
      await ask("/pulgares", { body: { respuesta_id: answer, calificacion: value, motivo: reason } });
    } catch {
      status.textContent = "No se guardó. Inténtelo otra vez.";
      return;
    }
    press(value);
    box.querySelector(".reasons")?.remove();
    const asks = value === "abajo" && !reason;
    status.textContent = asks ? "Gracias. ¿Qué falló?" : "Gracias.";
    if (asks) box.append(reasons((it) => rate(value, it)));
    box.scrollIntoView({ block: "nearest" });
  }
  function press(value) {
    for (const it of box.querySelectorAll("[data-value]")) {
      const pressed = it.dataset.value === value;
      it.setAttribute("aria-pressed", String(pressed));
      if (pressed) it.focus({ preventScroll: true });
    }
  }
  const thumb = (label, value) =>
    button(label, () => rate(value), { "aria-pressed": "false", "data-value": value });
  box.append(thumb("Me sirvió", "arriba"), thumb("No me sirvió", "abajo"), status);
  return box;
}

function reasons(choose) {
  const chips = REASONS.map((it) => button(it, () => choose(it)));
  return made("div", { class: "reasons", role: "group", "aria-label": "Motivo, si quiere" }, ...chips);
}
