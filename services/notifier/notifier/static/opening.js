// Which conversation is open: its room, its newest page, what is older, and the way to its present session.

import * as api from "./api.js";
import { isFinal, untilLoaded } from "./catching_up.js";
import { store } from "./store.js";

const { dispatch, get } = store;
let say = () => {};

/** Say through what rooms are joined and left. */
export const speakBy = (speaker) => { say = speaker; };

/** Tell the store what may lead from a customer's former session to the present one. */
export function goOnWith(change) {
  const before = get().openId;
  dispatch(change);
  const { openId } = get();
  if (before && openId && openId !== before) enter(openId);
}

export function open(sessionId) {
  const { openId } = get();
  if (openId === sessionId) return;
  leave();
  dispatch({ type: "opened", sessionId });
  return enter(sessionId);
}

// A message of the former session moves on too while it is shown.
export const rooms = () => (get().openId ? [get().openId, ...get().thread.former] : []);

function leave() {
  for (const id of rooms()) say({ action: "leave_session", session_id: id });
}

function enter(sessionId) {
  say({ action: "join_session", session_id: sessionId });
  return loadThread(sessionId);
}

export function close() {
  if (!get().openId) return;
  leave();
  dispatch({ type: "closed" });
}

/** Load the newest page of the open conversation, as often as it takes. */
export const loadThread = (sessionId) =>
  untilLoaded("thread", () => readNewest(sessionId), () => get().openId === sessionId);

/** True unless it is worth another try. */
async function readNewest(sessionId) {
  const { storeId } = get();
  const isHere = ({ id }) => get().thread?.messages.some((each) => each.id === id);
  try {
    const read = await api.newest(storeId, sessionId, ({ messages }) => !messages.some(isHere));
    goOnWith({ type: "threadLoaded", sessionId, ...read });
    return true;
  } catch (fault) {
    dispatch({ type: "threadFailed", sessionId, fault });
    return isFinal(fault);
  }
}

export async function loadOlder() {
  const { thread, storeId } = get();
  if (!thread?.before || thread.older === "loading") return;
  const sessionId = thread.id;
  dispatch({ type: "olderAsked", sessionId });
  try {
    const page = await api.messages(storeId, sessionId, thread.before);
    dispatch({ type: "olderLoaded", sessionId, before: thread.before, page });
  } catch {
    dispatch({ type: "olderFailed", sessionId, before: thread.before });
  }
}
