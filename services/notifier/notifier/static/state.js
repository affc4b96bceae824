// What the console knows, and how it changes. Pure but for `createStore`: no page, no network.

import { draftChanges } from "./draft_state.js";
import { closed, opened, threadChanges } from "./thread_state.js";

export const initial = {
  phase: "starting", language: "es", theme: "light", now: Date.now(), notice: "",
  view: "conversations", agent: null, stores: [], storeId: null,
  connection: "connecting", lastSeq: 0,
  filter: "all", words: "", found: null,
  listStatus: "loading", sessions: {}, cursors: {},
  openId: null, thread: null, drafts: {}, typing: null, viewers: { id: null, agents: [] }, noting: null, actionFault: null,
};

/** Keep one state: `dispatch` changes it, listeners hear of it once per burst of changes. */
export function createStore(reduce, state) {
  const listeners = new Set();
  let isTold = true;
  const tell = () => {
    isTold = true;
    for (const listener of listeners) listener(state);
  };
  return {
    get: () => state,
    listen: (listener) => listeners.add(listener),
    dispatch(change) {
      const next = reduce(state, change);
      if (next === state) return;
      state = next;
      if (isTold) queueMicrotask(tell);
      isTold = false;
    },
  };
}

const changes = {
  set: (state, { values }) => ({ ...state, ...values }),
  signedIn: (state, { agent, stores, storeId }) => ({
    ...state, agent, stores, ...withoutStore, storeId, phase: "ready", notice: "",
  }),
  signedOut: (state, { notice }) => ({
    ...state, ...withoutStore, agent: null, stores: [], drafts: {}, phase: "signedOut", notice: notice ?? "",
  }),
  storeChosen: (state, { storeId }) => ({ ...state, ...withoutStore, storeId }),
  listed: (state, { filter, page, isMore }) => listed(state, filter, page, isMore),
  found: (state, { page, isMore }) => found(state, page, isMore),
  learned: (state, { page }) => ({ ...state, sessions: withPage(state.sessions, page) }),
  counted: (state, { seq }) => (seq > state.lastSeq ? { ...state, lastSeq: seq } : state),
  owned: (state, { sessionId, ownership }) => patched(state, sessionId, {
    status: ownership.status, owner: ownership.owner, owner_name: ownership.owner_name, epoch: ownership.epoch,
  }),
  seen: (state, { sessionId }) => patched(state, sessionId, { unread: 0 }),
  event: (state, { event }) => (event.seq <= state.lastSeq ? state : told(state, event)),
  opened, closed,
  ...threadChanges,
  ...draftChanges,
};

const withoutStore = {
  storeId: null, lastSeq: 0, listStatus: "loading", sessions: {}, cursors: {}, words: "", found: null,
  openId: null, thread: null, typing: null, actionFault: null, connection: "connecting",
};

export function reduce(state, change) {
  return changes[change.type](state, change);
}

/** Take in a line of the list, unless a later event said more. A customer has one line. */
function withLine(sessions, line, seq) {
  const known = sessions[line.id];
  if (known && known.seq > seq) return sessions;
  const next = { ...sessions, [line.id]: { ...known, ...line, seq } };
  for (const other of Object.values(sessions)) {
    if (other.id !== line.id && line.phone && other.phone === line.phone) delete next[other.id];
  }
  return next;
}

const withPage = (sessions, page) =>
  page.sessions.reduce((lines, line) => withLine(lines, line, page.as_of_seq), sessions);

/** A first page is the truth of its filter: what it leaves out is not in it any more. */
function listed(state, filter, page, isMore) {
  const base = filter === "all" && !isMore ? kept(state, page.as_of_seq) : state.sessions;
  return {
    ...state, sessions: withPage(base, page), listStatus: "ready",
    cursors: { ...state.cursors, [filter]: page.next_cursor },
  };
}

const kept = ({ sessions, openId }, seq) =>
  Object.fromEntries(Object.entries(sessions).filter(([id, line]) => line.seq > seq || id === openId));

function found(state, page, isMore) {
  const ids = page.sessions.map((line) => line.id);
  return {
    ...state, sessions: withPage(state.sessions, page),
    found: { ids: isMore ? [...state.found.ids, ...ids] : ids, cursor: page.next_cursor },
  };
}

function patched(state, sessionId, values) {
  const line = state.sessions[sessionId];
  return line ? { ...state, sessions: { ...state.sessions, [sessionId]: { ...line, ...values } } } : state;
}

const events = {
  session_new: (state, event) => succeeded(state, event),
  chat_list_update: (state, event) => ({ ...state, sessions: withLine(state.sessions, event.data, event.seq) }),
  session_update: (state, event) => moved(state, event),
  store_paused: (state, event) => withStore(state, event.store_id, "paused", event.data.reason),
  store_resumed: (state, event) => withStore(state, event.store_id, "active"),
};

const withStore = (state, id, status, reason = "") => ({
  ...state, stores: state.stores.map((each) => (each.id === id ? { ...each, status, paused_reason: reason } : each)),
});

/** The open store while it is paused, or null. */
export const pausedStore = ({ stores, storeId }) =>
  stores.find((each) => each.id === storeId && each.status === "paused") ?? null;

const MENDED_BY_TOKEN = new Set(["token_expired", "permission_missing"]);

/** Is it for this person to let a paused store go on? Where a new token does it, nobody need. */
export const mayResume = (paused) => runs(paused) && !MENDED_BY_TOKEN.has(paused.paused_reason);

/** Is the agent one who runs the store, whom nobody need tell? */
export const runs = ({ role }) => ["owner", "administrator"].includes(role);

/** Does nothing at all go out of a paused store? Where the bot alone is silent, people's words still go. */
export const isSilent = (paused) => Boolean(paused) && paused.paused_reason !== "spam_limit";

/** Take in a numbered event that is next. */
function told(state, event) {
  const change = events[event.type];
  const next = change ? change(state, event) : state;
  const thread = threadChanges.threadTold(next, { event });
  return { ...thread, lastSeq: event.seq };
}

/** A customer wrote after their window: who has the former session open goes on in the new one. */
function succeeded(state, event) {
  const { id, phone } = event.data;
  const former = state.sessions[state.openId];
  if (!former || former.id === id || !phone || former.phone !== phone) return state;
  return { ...state, openId: id, thread: { ...state.thread, id } };
}

/** Whose it is changed; the line that came with it says how it stands now. */
function moved(state, { data, seq }) {
  return data.session ? { ...state, sessions: withLine(state.sessions, data.session, seq) } : state;
}

const isIn = {
  all: () => true,
  waiting: (line) => line.status === "handover",
  mine: (line, state) => line.status === "human" && line.owner === state.agent?.id,
};

/** The lines a filter shows: newest first, those who wait by how long. */
export function shown(state, filter = state.filter) {
  const ids = state.found && filter === state.filter ? new Set(state.found.ids) : null;
  const lines = Object.values(state.sessions).filter(
    (line) => isIn[filter](line, state) && (!ids || ids.has(line.id)));
  const newest = (line) => line.last_message_at ?? "";
  const byId = (one, other) => one.id.localeCompare(other.id); // of one moment: always the same order
  const byTime = (one, other) => newest(other).localeCompare(newest(one)) || byId(one, other);
  const byWait = (one, other) => (one.waiting_since ?? "").localeCompare(other.waiting_since ?? "") || byId(one, other);
  return lines.sort(filter === "waiting" ? byWait : byTime);
}

/** Count what people have not read: of who waits and of what is mine, not the bot's. */
export const unreadForMe = (state) =>
  [...shown(state, "waiting"), ...shown(state, "mine")].reduce((sum, line) => sum + (line.unread || 0), 0);

/** Say whose a conversation is: bot, waiting, mine, colleague, resolved. */
export function holder(state, line) {
  if (line.status !== "human") return line.status === "handover" ? "waiting" : line.status;
  return line.owner === state.agent?.id ? "mine" : "colleague";
}

/** Say why the composer is closed, or null. */
export function lockOf(state, line) {
  if (!line) return "unknown";
  if (line.blocked) return "blocked";
  const whose = holder(state, line);
  if (whose !== "mine") return whose;
  const end = line.window_expires_at;
  return end && Date.parse(end) <= state.now ? "window" : null;
}
