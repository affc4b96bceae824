// The console's REST. Every refusal becomes an ApiFault with the server's code.

export class ApiFault extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let csrfToken = "";
let onSignedOut = () => {};
let change = null; // of the log-in, on its way: who is refused meanwhile may be let in after it

/** Say what is done when a request was refused as nobody's: the log-in may be over. */
export const whenSignedOut = (listener) => { onSignedOut = listener; };

export async function ask(method, path, body) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  const answer = await reach(path, { method, headers, body: body && JSON.stringify(body) });
  const content = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return content;
  const error = content?.error ?? {};
  if (answer.status === 401 && path !== "/api/login" && path !== "/api/me") nobody();
  throw new ApiFault(answer.status, error.code ?? "server", error.message ?? "");
}

async function nobody() {
  await change?.catch(() => null);
  onSignedOut();
}

async function reach(path, options) {
  try {
    return await fetch(path, { ...options, credentials: "same-origin", signal: AbortSignal.timeout(15000) });
  } catch {
    throw new ApiFault(0, "network", "");
  }
}

async function signedIn(answer) {
  const who = await answer;
  csrfToken = who.csrf_token;
  return { ...who.agent, may: who.may };
}

export const OLDER = 100; // messages of a page further back
export const session = (storeId, sessionId) =>
  `/api/stores/${encodeURIComponent(storeId)}/sessions/${encodeURIComponent(sessionId)}`;

export const me = () => signedIn(ask("GET", "/api/me"));
export const logIn = (email, password) => signedIn(ask("POST", "/api/login", { email, password }));
/** Every log-in ends with the old one, and the answer is this browser's new one. */
export function changePassword(old, fresh) {
  change = signedIn(ask("POST", "/api/password", { old, new: fresh }));
  return change;
}
export const logOut = () => ask("POST", "/api/logout");
export const stores = async () => (await ask("GET", "/api/stores")).stores;

const listOf = (storeId) => `/api/stores/${encodeURIComponent(storeId)}/sessions`;

/** Read a page of the list; `narrow` is `{owner, isUnread}`. */
export function sessions(storeId, { filter, narrow, words = "", cursor = "" }) {
  const query = new URLSearchParams({ filter, q: words, cursor });
  if (narrow?.owner) query.set("owner", narrow.owner);
  if (narrow?.isUnread) query.set("unread", "true");
  return ask("GET", `${listOf(storeId)}?${query}`);
}

export const counts = (storeId) => ask("GET", `${listOf(storeId)}/counts`);

export function messages(storeId, sessionId, before = null) {
  const query = before ? `?before=${encodeURIComponent(before)}&limit=${OLDER}` : "";
  return ask("GET", `${session(storeId, sessionId)}/messages${query}`);
}

const SHORT = 20; // messages of a session that leave room for what was said before it

/** Read the newest page and, where that is short and `isApart` from what is shown, what came before it: both are shown at once. */
export async function newest(storeId, sessionId, isApart) {
  const page = await messages(storeId, sessionId);
  const isShort = isApart(page) && page.next_before && page.messages.length < SHORT;
  return { page, earlier: isShort ? await messages(storeId, sessionId, page.next_before).catch(() => null) : null };
}

export const message = (storeId, sessionId, messageId) =>
  ask("GET", `${session(storeId, sessionId)}/messages/${encodeURIComponent(messageId)}`);

export const send = (storeId, sessionId, message) => ask("POST", `${session(storeId, sessionId)}/messages`, message);

/** Bring a file up; `tell` hears the part that is there, from 0 to 1, and `signal` ends it. */
export function upload(storeId, sessionId, file, { tell, signal }) {
  const request = new XMLHttpRequest(); // fetch does not say how far it is
  request.open("POST", `${session(storeId, sessionId)}/attachments?${new URLSearchParams({ filename: file.name })}`);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRF-Token", csrfToken);
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  request.upload.addEventListener("progress", ({ loaded, total }) => tell(total ? loaded / total : 0));
  signal.addEventListener("abort", () => request.abort());
  return new Promise((settle, refuse) => {
    const fail = (status, error = {}) => refuse(new ApiFault(status, error.code ?? (status ? "server" : "network"), error.message ?? ""));
    for (const way of ["error", "abort", "timeout"]) request.addEventListener(way, () => fail(0));
    request.addEventListener("load", () => {
      if (request.status === 401) nobody();
      if (request.status < 300) settle(request.response);
      else fail(request.status, request.response?.error);
    });
    request.send(file);
  });
}

const templatesOf = (storeId) => `/api/stores/${encodeURIComponent(storeId)}/templates`;
export const templates = (storeId) => ask("GET", `${templatesOf(storeId)}?status=APPROVED`);
export const refreshTemplates = (storeId) => ask("POST", `${templatesOf(storeId)}/refresh`);
export const previewTemplate = (storeId, chosen) => ask("POST", `${templatesOf(storeId)}/preview`, chosen);

/** Have a message sent once more. */
export const retry = (storeId, sessionId, messageId) =>
  ask("POST", `${session(storeId, sessionId)}/messages/${encodeURIComponent(messageId)}/retry`);

/** Let a paused store go on. */
export const resume = (storeId) => ask("POST", `/api/stores/${encodeURIComponent(storeId)}/resume`);

/** Do `takeover`, `release`, `resolve`, `assign`, `snooze`, `block` or `read`; some say more in a body. */
export const act = (storeId, sessionId, verb, body) => ask("POST", `${session(storeId, sessionId)}/${verb}`, body);
