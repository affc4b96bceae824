// What the console knows, and how it changes. Pure but for `createStore`: no page, no network.

import { draftChanges } from "./draft_state.js";
import { kept, noLines, patched, withLine, withPage } from "./lines.js";
import { anyone, viewOf } from "./listing.js";
import { closed, continued, opened, threadChanges } from "./thread_state.js";
import { unsentBy, unsentOf } from "./unsent.js";

export const initial = {
  phase: "starting", language: "es", theme: "light", now: Date.now(), notice: "",
  view: "conversations", agent: null, stores: [], storeId: null,
  connection: "connecting", lastSeq: 0,
  filter: "all", narrow: anyone, words: "", found: null, counts: null,
  listStatus: "loading", moreStatus: "idle", ...noLines(), cursors: {},
  openId: null, thread: null, drafts: {}, typing: null, viewers: { id: null, agents: [] }, noting: null, actionFault: null,
  behind: {}, givenBack: [], unsent: {},
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
    ...state, agent, stores, ...withoutStore(), unsent: unsentBy(unsentOf(state), agent.id), storeId, phase: "ready", notice: "",
  }),
  // Who did not leave but was only logged out finds what did not go when they come back.
  signedOut: (state, { notice, isLeft }) => ({
    ...state, ...withoutStore(), agent: null, stores: [], drafts: {}, unsent: isLeft ? {} : unsentOf(state), phase: "signedOut", notice: notice ?? "",
  }),
  storeChosen: (state, { storeId }) => ({ ...state, ...withoutStore(), unsent: unsentOf(state), storeId }),
  listed: (state, { filter, narrow, page, isMore }) => listed(state, { filter, narrow }, page, isMore),
  found: (state, { page, isMore }) => found(state, page, isMore),
  learned: (state, { page }) => withPage(state, page),
  resynced: (state, { head }) => ({ ...state, lastSeq: head, thread: state.thread && { ...state.thread, since: head } }),
  counted: (state, { seq }) => (seq > state.lastSeq ? { ...state, lastSeq: seq } : state),
  owned: (state, { sessionId, ownership }) => owned(state, sessionId, ownership),
  // What came while it was being said has not been seen with it.
  seen: (state, { sessionId, seq }) => (state.sessions[sessionId]?.seq === seq ? patched(state, sessionId, { unread: 0 }) : state),
  event: (state, { event }) => (event.seq <= state.lastSeq ? state : told(state, event)),
  opened, closed,
  ...threadChanges,
  ...draftChanges,
};

const withoutStore = () => ({
  storeId: null, lastSeq: 0, listStatus: "loading", moreStatus: "idle", ...noLines(), cursors: {}, words: "", found: null,
  counts: null, narrow: anyone,
  openId: null, thread: null, typing: null, actionFault: null, connection: "connecting", behind: {},
});

export function reduce(state, change) {
  return changes[change.type](state, change);
}

/** A first page is the truth of its filter: what it leaves out is not in it any more. */
function listed(state, { filter, narrow }, page, isMore) {
  const view = viewOf({ filter, narrow });
  const isAnew = view === "all" && !isMore;
  const base = isAnew ? kept(state, page.as_of_seq) : state;
  return {
    ...withPage(base, page), listStatus: "ready",
    // Of other views lines may have gone with it: they are asked for when they are looked at.
    cursors: { ...(isAnew ? {} : state.cursors), [view]: page.next_cursor },
  };
}

function found(state, page, isMore) {
  const ids = page.sessions.map((line) => line.id);
  return {
    ...withPage(state, page),
    found: { ids: isMore ? [...state.found.ids, ...ids] : ids, cursor: page.next_cursor },
  };
}

const events = {
  session_new: (state, event) => succeeded(state, event),
  chat_list_update: (state, event) => withLine(state, event.data, event.seq),
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

const MENDED_BY_TOKEN = new Set(["token_expired", "permission_missing", "spam_limit_and_token"]);

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
function succeeded(state, { data: { id, contact_id: contact } }) {
  const mine = state.thread?.contact ?? state.sessions[state.openId]?.contact_id;
  return mine && mine === contact && id !== state.openId ? continued(state, id) : state;
}

/** The answer to our own order; a colleague's later one may have been told before it. */
function owned(state, sessionId, { status, owner, owner_name, epoch }) {
  if (state.sessions[sessionId]?.epoch > epoch) return state;
  return patched(state, sessionId, { status, owner, owner_name, epoch });
}

/** Whose it is changed; the line that came with it says how it stands now. */
function moved(state, { data, seq }) {
  return data.session ? withLine(state, data.session, seq) : state;
}

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
