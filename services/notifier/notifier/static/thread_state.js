// The open conversation's messages, and how they change. Pure.

import { among, noticeOf, noticesOf } from "./notices.js";

const RANK = { received: 0, queued: 0, sending: 1, unknown: 2, sent: 3, retrying: 4, delivered: 5, read: 6, played: 7, failed: 8 };
const ARRIVED = new Set(["delivered", "read", "played"]);
const SLOW = 5000; // milliseconds a send may take before what waits behind it says so
const QUOTED = 200; // characters of a message that a quote shows, as the server has it

export const opened = (state, { sessionId }) => ({
  ...state, openId: sessionId, typing: null, actionFault: null,
  thread: {
    id: sessionId, status: "loading", messages: [], before: null, asOf: 0, older: "idle",
    bounds: [], unread: state.sessions[sessionId]?.unread ?? 0, unreadFrom: null,
  },
});

export const closed = (state) => ({ ...state, openId: null, thread: null, typing: null, actionFault: null });

export const threadChanges = {
  threadLoaded: (state, { sessionId, page, earlier }) => within(state, sessionId, (thread) => {
    const next = loaded(thread, page, state.agent?.id);
    return earlier && next.before === page.next_before ? older(next, earlier, state.agent?.id) : next;
  }),
  threadFailed: (state, { sessionId, fault }) => within(state, sessionId, (thread) =>
    (thread.status === "ready" ? thread : { ...thread, status: "failed", fault })),
  olderAsked: (state, { sessionId }) => within(state, sessionId, (thread) => ({ ...thread, older: "loading" })),
  olderFailed: (state, { sessionId }) => within(state, sessionId, (thread) => ({ ...thread, older: "failed" })),
  olderLoaded: (state, { sessionId, page }) => within(state, sessionId, (thread) => older(thread, page, state.agent?.id)),
  written: (state, { sessionId, message }) => within(state, sessionId, (thread) =>
    ({ ...thread, messages: [...thread.messages, message] })),
  accepted: (state, { sessionId, clientId, id }) => within(state, sessionId, (thread) => accepted(thread, clientId, id)),
  refused: (state, { sessionId, clientId, error }) => within(state, sessionId, (thread) =>
    changed(thread, (each) => each.client_id === clientId, () => ({ status: "failed", error, isRefused: true }))),
  again: (state, { sessionId, clientId }) => within(state, sessionId, (thread) =>
    changed(thread, (each) => each.client_id === clientId, () => ({ status: "sending", error: "", isRefused: false }))),
  retryAsked: (state, { sessionId, id, isAsked }) => within(state, sessionId, (thread) =>
    changed(thread, (each) => each.id === id, () => ({ isAsked }))),
  retryTaken: (state, { sessionId, id }) => within(state, sessionId, (thread) =>
    changed(thread, (each) => each.id === id && each.can_retry, () => ({ status: "retrying", isAsked: false, can_retry: false }))),
  noticed: (state, { sessionId, notice }) => within(state, sessionId, (thread) =>
    ({ ...thread, messages: [...thread.messages, notice] })),
  shown: (state, { sessionId, message }) => within(state, sessionId, (thread) => joined(thread, { seq: thread.asOf || 1, ...message })),
  threadTold: (state, { event }) => within(state, event.session_id, (thread) => told(thread, event, state)),
};

function within(state, sessionId, change) {
  if (!state.thread || state.thread.id !== sessionId) return state;
  const thread = change(state.thread);
  return thread === state.thread ? state : { ...state, thread };
}

/** Put the newest page in: what is older stays when it joins on, what came meanwhile stays too. */
function loaded(thread, page, me) {
  const notices = noticesOf(page, me);
  const fresh = new Map([...page.messages, ...notices].map((message) => [message.id, message]));
  const first = thread.messages.findIndex((message) => fresh.has(message.id));
  const earlier = first > 0 ? thread.messages.slice(0, first).filter((each) => !fresh.has(each.id)) : [];
  const later = thread.messages.slice(Math.max(first, 0)).filter(
    (each) => !fresh.has(each.id) && (each.client_id || each.seq > page.as_of_seq));
  const known = new Map(thread.messages.map((message) => [message.id, message]));
  const present = page.messages.map((message) => ({ seq: page.as_of_seq, ...merged(known.get(message.id), message) }));
  return {
    ...thread, status: "ready", messages: [...earlier, ...among(present, notices), ...later],
    unreadFrom: thread.status === "loading" ? firstUnread(page.messages, thread.unread) : thread.unreadFrom,
    before: earlier.length ? thread.before : page.next_before, asOf: Math.max(thread.asOf, page.as_of_seq),
  };
}

/** Name the first of the customer's last messages that nobody has read, as far as the page has them. */
function firstUnread(messages, count) {
  const theirs = messages.filter((message) => message.role === "user");
  return count > 0 ? theirs.at(-Math.min(count, theirs.length))?.id ?? null : null;
}

function older(thread, page, me) {
  const known = new Set(thread.messages.map((message) => message.id));
  const fresh = among(page.messages, noticesOf(page, me)).filter((message) => !known.has(message.id));
  const bound = thread.messages.find((message) => message.kind !== "notice")?.id;
  return { ...thread, messages: [...fresh, ...thread.messages], before: page.next_before, older: "idle", bounds: [bound, ...thread.bounds] };
}

/** A message only moves on: a late status never takes it back. */
function merged(known, message) {
  if (!known) return message;
  const { status, error, error_code, attempt, can_retry } = known;
  const held = isPast(known, message) && !known.isRefused;
  const news = held ? { status, error, error_code, attempt, can_retry } : { isRefused: false, isAsked: false };
  return { ...known, ...message, ...news };
}

/** Is a status older than what is known? A later attempt wins over all but an arrival; what failed may go again. */
function isPast({ status, attempt }, message) {
  const [former, latter] = [attempt || 1, message.attempt || 1];
  if (former !== latter && !ARRIVED.has(status) && !ARRIVED.has(message.status)) return former > latter;
  if (status === "failed" && message.status === "retrying") return false;
  return (RANK[status] ?? 0) > (RANK[message.status] ?? 0);
}

/** Say what holds back the messages we wrote that have not begun: the store, or one before them. */
export function holdUp({ messages }, now, isPaused) {
  if (isPaused) return "paused";
  const isSlow = ({ time }) => now - Date.parse(time) > SLOW;
  const isOpen = (each) => ["assistant", "agent"].includes(each.role) && !isWaiting(each)
    && ((each.status === "unknown" && !each.error) || (each.status === "sending" && isSlow(each)));
  return messages.some(isOpen) ? "behind" : "";
}

function changed(thread, isIt, values) {
  let isChanged = false;
  const messages = thread.messages.map((message) => {
    if (!isIt(message)) return message;
    isChanged = true;
    return { ...message, ...values(message) };
  });
  return isChanged ? { ...thread, messages } : thread;
}

/** The server named our message: it takes its id, and its twin that came by the socket goes. */
function accepted(thread, clientId, id) {
  const twin = thread.messages.find((each) => each.id === id);
  const others = thread.messages.filter((each) => each.id !== id || each.client_id === clientId);
  return changed({ ...thread, messages: others }, (each) => each.client_id === clientId,
    (mine) => (twin && twin !== mine ? { ...twin } : { id }));
}

function told(thread, event, state) {
  if (event.seq <= thread.asOf) return thread;
  if (event.type === "new_message") return joined(thread, { ...event.data.message, seq: event.seq });
  if (event.type === "message_update") return renewed(thread, event.data.message);
  if (event.type === "message_status") return advanced(thread, event.data);
  if (event.type === "session_update") return noted(thread, event, state);
  return thread;
}

function joined(thread, message) {
  const known = thread.messages.find((each) => each.id === message.id) ?? unnamed(thread, message);
  if (!known) return { ...thread, messages: [...thread.messages, message] };
  if (!isWaiting(known)) return changed(thread, (each) => each === known, (each) => merged(each, message));
  // It has its place in the order only now: after all that came, before what still waits.
  const others = thread.messages.filter((each) => each !== known);
  const end = others.findLastIndex((each) => !isWaiting(each)) + 1;
  return { ...thread, messages: [...others.slice(0, end), merged(known, message), ...others.slice(end)] };
}

export const isWaiting = (message) => Boolean(message.client_id) && !message.seq;

/** Find what we wrote and have no answer for yet, when the socket is faster than the answer. */
const unnamed = (thread, message) => thread.messages.find((each) =>
  message.role === "agent" && each.client_id && each.id === each.client_id && each.kind === message.kind && each.content === message.content);

/** A message that is here shows something else by now: a reaction, other words, its picture. */
const renewed = (thread, message) => requoted(
  changed(thread, (each) => each.id === message.id, (each) => merged(each, message)), message);

/** What others quote of it changes with it: words that were deleted stay nowhere. */
function requoted(thread, { id, role, kind, content, revoked }) {
  const quoted = { id, role, kind: revoked ? "revoke" : kind, content: revoked ? "" : [...content].slice(0, QUOTED).join("") };
  return changed(thread, (each) => each.quoted?.id === id, () => ({ quoted }));
}

function advanced(thread, { message_id: id, status, error = "", error_code = "", attempt = 1 }) {
  const isOver = status === "failed" || (status === "unknown" && Boolean(error));
  return changed(thread, (each) => each.id === id, (each) => merged(each, { status, error, error_code, attempt, can_retry: isOver && !each.revoked }));
}

/** Say in the thread that it changed hands. */
function noted(thread, { seq, at, data }, state) {
  const notice = noticeOf({ ...data, seq, time: at }, state.agent?.id);
  return notice ? { ...thread, messages: [...thread.messages, notice] } : thread;
}
