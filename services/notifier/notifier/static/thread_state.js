// The open conversation's messages, and how they change. Pure.

import { withLine } from "./lines.js";
import { isWaiting } from "./message_state.js";
import { changed, joined, told } from "./thread_events.js";
import { loaded, older } from "./thread_pages.js";
import { changedUnsent, unsentOf } from "./unsent.js";

const SLOW = 5000; // milliseconds a send may take before what waits behind it says so

export function opened(state, { sessionId }) {
  const { [sessionId]: messages = [], ...unsent } = unsentOf(state);
  return {
    ...state, openId: sessionId, typing: null, actionFault: null, unsent,
    thread: {
      id: sessionId, contact: state.sessions[sessionId]?.contact_id ?? null, former: [],
      status: "loading", messages, before: null, asOf: 0, since: 0, older: "idle", heard: [],
      bounds: [], unread: state.sessions[sessionId]?.unread ?? 0, unreadFrom: null,
    },
  };
}

export const closed = (state) => ({
  ...state, openId: null, thread: null, typing: null, actionFault: null, unsent: unsentOf(state),
});

export const threadChanges = {
  threadLoaded: (state, { sessionId, page, earlier }) => (state.thread?.id !== sessionId ? state
    : within(standing(state, sessionId, page), sessionId, (thread) => {
      const next = loaded(thread, page, state);
      return earlier && next.before === page.next_before ? older(next, earlier, state) : next;
    })),
  threadFailed: (state, { sessionId, fault }) => within(state, sessionId, (thread) =>
    (thread.status === "ready" ? thread : { ...thread, status: "failed", fault })),
  olderAsked: (state, { sessionId }) => within(state, sessionId, (thread) => ({ ...thread, older: "loading" })),
  olderFailed: (state, { sessionId, before = state.thread?.before }) => within(state, sessionId, (thread) =>
    (before === thread.before ? { ...thread, older: "failed" } : thread)),
  // What was asked for at another beginning of the thread does not join on.
  olderLoaded: (state, { sessionId, page, before = state.thread?.before }) => within(state, sessionId, (thread) =>
    (before === thread.before ? older(thread, page, state) : thread)),
  written: (state, { sessionId, message }) => within(state, sessionId, (thread) =>
    ({ ...thread, messages: [...thread.messages, message] })),
  // What we wrote is known by its own id: another conversation may be open by now, or this one again.
  accepted: (state, { clientId, id }) => ofOpen(changedUnsent(state, clientId), (thread) => accepted(thread, clientId, id)),
  refused: (state, { clientId, error, behind = null, triedIn = null }) => {
    const values = { status: "failed", error, behind, triedIn, isRefused: true };
    return ofOpen(changedUnsent(state, clientId, values), (thread) => changed(thread, (each) => each.client_id === clientId, () => values));
  },
  withdrawn: (state, { clientId }) => ofOpen(changedUnsent(state, clientId), (thread) =>
    ({ ...thread, messages: thread.messages.filter((each) => each.client_id !== clientId) })),
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

/** What is of a former session of the open conversation is of the thread too. */
function within(state, sessionId, change) {
  if (!state.thread || (state.thread.id !== sessionId && !state.thread.former.includes(sessionId))) return state;
  return ofOpen(state, change);
}

function ofOpen(state, change) {
  if (!state.thread) return state;
  const thread = change(state.thread);
  return thread === state.thread ? state : { ...state, thread };
}

/** The customer's present session is another than the open one: the thread goes on there, with what was begun. */
export function continued(state, id) {
  const from = state.openId;
  const { [from]: draft, ...drafts } = state.drafts;
  return {
    ...state, openId: id, noting: state.noting === from ? id : state.noting,
    drafts: draft && !drafts[id] ? { ...drafts, [id]: draft } : state.drafts,
    thread: { ...state.thread, id, former: [...state.thread.former, from] },
  };
}

/** A page of a conversation says how its line stands, which may be none of the list's. */
function standing(state, sessionId, { session, as_of_seq: seq }) {
  if (!session) return state;
  const known = withLine(state, session, seq);
  const named = { ...known, thread: { ...known.thread, contact: session.contact_id } };
  return session.id === sessionId ? named : continued(named, session.id);
}

/** Say what holds back the messages we wrote that have not begun: the store, or one before them. */
export function holdUp({ messages }, now, isPaused) {
  if (isPaused) return "paused";
  const isSlow = ({ time }) => now - Date.parse(time) > SLOW;
  const isOpen = (each) => ["assistant", "agent"].includes(each.role) && !isWaiting(each)
    && ((each.status === "unknown" && !each.error) || (each.status === "sending" && isSlow(each)));
  return messages.some(isOpen) ? "behind" : "";
}

/** The server named our message: it takes its id, and its twin that came by the socket goes. */
function accepted(thread, clientId, id) {
  if (!thread.messages.some((each) => each.client_id === clientId)) return thread;
  const twin = thread.messages.find((each) => each.id === id);
  const others = thread.messages.filter((each) => each.id !== id || each.client_id === clientId);
  return changed({ ...thread, messages: others }, (each) => each.client_id === clientId,
    (mine) => (twin && twin !== mine ? { ...twin } : { id }));
}
