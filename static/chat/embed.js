// The chat on the pages of another site: a button, and a frame that it opens.
// <script src="https://SITE/chat/DOMAIN/embed.js" async></script>

(() => {
  const script = document.currentScript;
  const chat = script.src.replace(/\/embed\.js.*$/, "");
  const label = script.dataset.label || "Chat";
  const STYLE = `
    :host { all: initial; }
    button { background: #6d28d9; border: 0; border-radius: 2rem; bottom: 1rem; box-shadow: 0 2px 10px rgb(0 0 0 / 30%);
      color: #fff; cursor: pointer; font: 600 16px/1 system-ui, sans-serif; min-height: 48px; padding: 0 1.25rem;
      position: fixed; right: 1rem; z-index: 2147483647; }
    button:focus-visible { outline: 3px solid #c4b5fd; outline-offset: 2px; }
    iframe { background: #fff; border: 1px solid rgb(0 0 0 / 20%); border-radius: 0.75rem; bottom: 5rem; box-shadow: 0 8px 30px rgb(0 0 0 / 30%);
      height: min(40rem, calc(100dvh - 7rem)); position: fixed; right: 1rem; width: min(24rem, calc(100vw - 2rem)); z-index: 2147483647; }
    iframe[hidden] { display: none; }
    @media (max-width: 480px) {
      iframe { border: 0; border-radius: 0; bottom: 4.5rem; height: calc(100dvh - 4.5rem); right: 0; width: 100vw; }
    }
  `;

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // no style of the page reaches in, and its CSP stands
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  let frame;

  function show(open) {
    if (open && !frame) {
      frame = document.createElement("iframe");
      frame.title = label;
      frame.src = chat;
      root.prepend(frame);
    }
    if (frame) frame.hidden = !open;
    button.textContent = open ? `Cerrar ${label.toLowerCase()}` : label;
    button.setAttribute("aria-expanded", String(open));
    if (open) frame.focus();
  }

  button.type = "button";
  button.addEventListener("click", () => show(!frame || frame.hidden));
  window.addEventListener("message", (event) => {
    if (frame && event.source === frame.contentWindow && event.data === "chat:close") {
      show(false);
      button.focus();
    }
  });
  show(false);
  root.append(button);
  const put = () => document.body.append(host);
  if (document.body) put();
  else document.addEventListener("DOMContentLoaded", put);
})();
