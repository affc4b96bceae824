// What an agent orders for the open conversation: take over, give back, resolve, send, seen.

import * as api from "./api.js";
import { live, loadLists, store } from "./actions.js";
import { isConfirmed } from "./dialogs.js";
import { holder } from "./state.js";
import { say } from "./texts.js";

const { dispatch, get } = store;

/** Do `takeover`, `release` or `resolve`; the answer shows at once, the event confirms it. */
export async function order(verb) {
  const { storeId, openId: sessionId } = get();
  dispatch({ type: "set", values: { actionFault: null, pending: verb } });
  try {
    const ownership = await api.act(storeId, sessionId, verb);
    dispatch({ type: "owned", sessionId, ownership });
    if (ownership.in_flight?.length) warn(sessionId, ownership.in_flight.length);
  } catch (fault) {
    dispatch({ type: "set", values: { actionFault: { sessionId, fault } } });
  }
  dispatch({ type: "set", values: { pending: null } });
}

function warn(sessionId, count) {
  const notice = {
    id: `in-flight-${Date.now()}`, kind: "notice", role: "system",
    time: new Date().toISOString(), key: "inFlight", values: { count },
  };
  dispatch({ type: "noticed", sessionId, notice });
}

/** Show a text at once and send it; the server's message takes its place. */
export function send(text) {
  const { openId: sessionId, storeId } = get();
  const clientId = newId();
  const message = {
    id: clientId, client_id: clientId, role: "agent", content: text, kind: "text",
    images: [], status: "sending", error: "", time: new Date().toISOString(),
  };
  dispatch({ type: "written", sessionId, message });
  return deliver(storeId, sessionId, text, clientId);
}

/** Send a refused text again, as the same one: the server takes it once. */
export function sendAgain(message) {
  const { openId: sessionId, storeId } = get();
  dispatch({ type: "again", sessionId, clientId: message.client_id });
  return deliver(storeId, sessionId, message.content, message.client_id);
}

/** Have a message that failed sent once more; one that may have arrived only if that is wanted. */
export async function retry({ id, status }) {
  const { openId: sessionId, storeId, language } = get();
  const isSure = status !== "unknown" || await isConfirmed(language, {
    title: say(language, "twiceTitle"), words: say(language, "twiceWords"), yes: say(language, "twiceYes"),
  });
  if (!isSure) return;
  const told = (isAsked) => dispatch({ type: "retryAsked", sessionId, id, isAsked });
  told(true);
  dispatch({ type: "set", values: { actionFault: null } });
  try {
    await api.retry(storeId, sessionId, id);
    dispatch({ type: "retryTaken", sessionId, id });
  } catch (fault) {
    told(false);
    dispatch({ type: "set", values: { actionFault: { sessionId, fault } } });
  }
}

async function deliver(storeId, sessionId, text, clientId) {
  try {
    const { id } = await api.send(storeId, sessionId, text, clientId);
    dispatch({ type: "accepted", sessionId, clientId, id });
  } catch (fault) {
    dispatch({ type: "refused", sessionId, clientId, error: fault.code });
    if (fault.status === 409) loadLists();
  }
}

// randomUUID needs a secure context; a console on a plain address of the shop's network has none.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

let isSaying = false;

/** Say that the open conversation was seen, when somebody can see it. A colleague's stays unread for them. */
export async function markSeen() {
  const { storeId, openId: sessionId, sessions, thread } = get();
  const line = sessions[sessionId];
  const isVisible = document.visibilityState === "visible";
  if (isSaying || !isVisible || thread?.status !== "ready" || !line?.unread) return;
  if (holder(get(), line) === "colleague") return;
  isSaying = true;
  const isSaid = await api.act(storeId, sessionId, "read").then(() => true, () => false);
  if (isSaid) dispatch({ type: "seen", sessionId });
  isSaying = false;
}

let lastTyping = 0;

/** Tell colleagues in the room that we write; at most every three seconds. */
export function sayTyping() {
  if (Date.now() - lastTyping < 3000) return;
  lastTyping = Date.now();
  live.say({ action: "typing", session_id: get().openId });
}
