// Who this browser is in this chat: a signed token, and no cookie.

const { base, header } = document.body.dataset;
const NAME = `chat:${base}`;
let token = "";

// Browsers that keep nothing for frames of other sites throw: then it lasts as long as the page.
try {
  token = localStorage.getItem(NAME) ?? "";
} catch {}

function remember(fresh) {
  token = fresh;
  try {
    localStorage.setItem(NAME, fresh);
  } catch {}
}

/** The site said no, and why. */
export class Refused extends Error {
  constructor(status, { code = "", message = "" } = {}) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function fetched(path, { body, key } = {}) {
  const headers = { [header]: token };
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const asked = { method: body ? "POST" : "GET", headers, credentials: "omit", cache: "no-store" };
  const answer = await fetch(base + path, { ...asked, body: body && JSON.stringify(body) });
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, told.error);
}

/** Come in: a fresh token is remembered, and what the site says to greet is returned. */
export async function visit() {
  const told = await (await fetched("/visita", { body: {} })).json();
  remember(told.token);
  return told;
}

/** Ask the site as this visitor; one whose token is over comes in again. */
export async function ask(path, sent) {
  try {
    return await fetched(path, sent);
  } catch (error) {
    if (error.status !== 401) throw error;
    await visit();
    return fetched(path, sent);
  }
}
