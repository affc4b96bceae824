// What an agent orders for the open conversation: take over, give back, resolve, send, seen.

import * as api from "./api.js";
import { live, loadLists, store } from "./actions.js";
import { isConfirmed } from "./dialogs.js";
import { draftOf, messagesOf } from "./draft_state.js";
import { createOutgoing, refusedWith } from "./outgoing.js";
import { now } from "./server_clock.js";
import { isStillOpen, presentOf } from "./going_on.js";
import { holder } from "./state.js";
import { say } from "./texts.js";

const { dispatch, get } = store;

/** Do `takeover`, `release`, `resolve`, `assign` …; the answer shows at once, the event confirms it. True when done. */
export async function order(verb, body, askedAbout = get().openId) {
  const { storeId, openId: sessionId } = get();
  if (!isStillOpen(askedAbout)) { // another one was opened while somebody was asked
    dispatch({ type: "set", values: { actionFault: { sessionId, fault: { code: "open_elsewhere" } } } });
    return false;
  }
  let isDone = false;
  dispatch({ type: "set", values: { actionFault: null, pending: verb } });
  try {
    const ownership = await api.act(storeId, sessionId, verb, body);
    isDone = true;
    if (ownership?.status) dispatch({ type: "owned", sessionId, ownership });
    if (ownership?.in_flight?.length) warn(sessionId, ownership.in_flight.length);
  } catch (fault) {
    dispatch({ type: "set", values: { actionFault: { sessionId, fault } } });
  }
  dispatch({ type: "set", values: { pending: null } });
  return isDone;
}

function warn(sessionId, count) {
  const notice = {
    id: `in-flight-${Date.now()}`, kind: "notice", role: "system",
    time: new Date(now()).toISOString(), key: "inFlight", values: { count },
  };
  dispatch({ type: "noticed", sessionId, notice });
}

/** Show words and files at once and send them in order; the server's messages take their place. */
export async function send(words) {
  const { openId: sessionId, storeId } = get();
  const draft = draftOf(get(), sessionId);
  const messages = messagesOf(words, draft).map(({ text, file, quoted }) => shownOf(text, {
    kind: file?.kind ?? "text", quoted, ask: { ...(file && { attachment: file.id }), ...(quoted && { reply_to: quoted.id }) },
    media: file && { kind: file.kind, mime_type: file.mime_type, filename: file.filename, size: file.size, state: "loading" },
  }));
  dispatch({ type: "draftSent", sessionId });
  return goAtOnce(storeId, sessionId, messages);
}

/** Send a template, shown as its preview says. */
export function sendTemplate(template, text) {
  const { openId: sessionId, storeId } = get();
  return goAtOnce(storeId, sessionId, [shownOf(text, { kind: "template", ask: { text: "", template } })]);
}

/** Send a product: its picture with name and price, or these alone. */
export function sendProduct({ id, words, picture }) {
  const { openId: sessionId, storeId } = get();
  const images = picture ? [picture] : [];
  return goAtOnce(storeId, sessionId, [shownOf(words, { kind: picture ? "image" : "text", images, ask: { text: "", product: id } })]);
}

function goAtOnce(storeId, sessionId, messages) {
  for (const message of messages) dispatch({ type: "written", sessionId, message });
  return goOut(sessionId, messages.map((message) => ({ ...message, storeId, sessionId })));
}

/** Make a message as it is shown until the server has it; `ask` is what is asked of the server beside its words. */
function shownOf(text, { kind, quoted = null, media = null, images = [], ask }) {
  const id = newId();
  return {
    id, client_id: id, author: get().agent.id, role: "agent", content: text, kind, images, details: {}, media, status: "sending", error: "",
    is_reply: Boolean(quoted), reply_to: quoted?.id ?? null, quoted, ask: { text, client_id: id, ...ask },
    time: new Date(now()).toISOString(),
  };
}

/** Send a refused message again with what was refused behind it, each as the same one: the server takes it once. */
export function sendAgain(message) {
  const { openId: sessionId, storeId, thread } = get();
  const messages = refusedWith(thread.messages, message);
  for (const { client_id: clientId } of messages) dispatch({ type: "again", sessionId, clientId });
  return goOut(sessionId, messages.map((each) => ({ ...each, storeId, sessionId })));
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

const goOut = createOutgoing(deliver, refuse);

async function deliver({ storeId, sessionId, client_id: clientId, author, triedIn, ask }) {
  if (author !== get().agent?.id) throw new api.ApiFault(401, "not_authenticated", ""); // it would be another's word
  const isInDoubt = Boolean(triedIn); // it may have been taken there, and would be another message elsewhere
  const { id } = await api.send(storeId, isInDoubt ? triedIn : presentOf(sessionId), ask);
  dispatch({ type: "accepted", clientId, id });
}

/** The first was not taken; the others were not tried, so that none overtakes it. */
function refuse(fault, messages) {
  const [{ sessionId, client_id: first, author, triedIn }] = messages;
  const isInDoubt = fault.code === "network" || fault.status >= 500;
  if (fault.status === 409) loadLists();
  for (const { client_id: clientId } of messages) {
    const isFirst = clientId === first;
    dispatch({
      type: "refused", clientId, error: fault.code, behind: isFirst ? null : first,
      triedIn: isFirst && isInDoubt ? triedIn ?? presentOf(sessionId) : null,
    });
  }
  const isForLater = fault.code === "window_closed" || fault.status === 401;
  if (isForLater) giveBack(author, sessionId, messages.filter(({ kind, ask }) => kind === "text" && ask.text));
}

/** Words that cannot go as things are become a draft of who wrote them. All else waits in its conversation to be sent again. */
function giveBack(author, sessionId, messages) {
  if (!messages.length) return;
  for (const { client_id: clientId } of messages) dispatch({ type: "withdrawn", clientId });
  const words = messages.map(({ ask }) => ask.text).join("\n\n");
  dispatch({ type: "set", values: { givenBack: [...get().givenBack, { author, sessionId: presentOf(sessionId), words }] } });
}

// randomUUID needs a secure context; a console on a plain address of the shop's network has none.
export function newId() {
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
  if (isSaid) dispatch({ type: "seen", sessionId, seq: line.seq });
  isSaying = false;
}

let lastTyping = 0;

/** Tell colleagues in the room that we write; at most every three seconds. */
export function sayTyping() {
  if (Date.now() - lastTyping < 3000) return;
  lastTyping = Date.now();
  live.say({ action: "typing", session_id: get().openId });
}
