// What the page does: asks the server, listens to it, and tells the store what came of it.

import * as api from "./api.js";
import { untilLoaded } from "./catching_up.js";
import { createLive } from "./live.js";
import { countSoon, loadLists, search } from "./loading.js";
import { close, goOnWith, loadOlder, loadThread, open, rooms, speakBy } from "./opening.js";
import { now, setBy } from "./server_clock.js";
import { store } from "./store.js";

const { dispatch, get } = store;
const set = (values) => dispatch({ type: "set", values });

export const live = createLive(
  () => ({ storeId: get().storeId, lastSeq: get().lastSeq, rooms: rooms() }),
  {
    event: heard,
    counted: (seq) => dispatch({ type: "counted", seq }),
    connection: (connection) => set({ connection }),
    clock(at) {
      setBy(at);
      set({ now: now() });
    },
    greeted: () => refreshStores(),
    joined: (sessionId, seq) => sessionId === get().openId && seq > (get().thread?.asOf ?? 0) && loadThread(sessionId),
    typing: ({ session_id: sessionId, agent }) => sessionId === get().openId && agent.id !== get().agent.id && showTyping(agent),
    presence: (id, agents) => id === get().openId && set({ viewers: { id, agents } }),
    refused: ({ error }) => error.code === "store_not_found" && start(),
    mayReturn,
    resync,
  },
);

speakBy(live.say);

const listeners = new Set();

/** Hear of every event that is news, after the store has taken it in. */
export const whenTold = (listener) => listeners.add(listener);

const OF_THE_LIST = new Set(["session_new", "chat_list_update", "session_update"]);

function heard(event) {
  goOnWith({ type: "event", event });
  const { sessions } = get();
  if (event.type === "session_update" && !sessions[event.data.id]) loadLists();
  if (OF_THE_LIST.has(event.type)) countSoon();
  for (const listener of listeners) listener(event);
}

/** Load all anew and go on after the head; what comes meanwhile is newer than the head. */
function resync(head) {
  const { storeId, openId } = get();
  dispatch({ type: "resynced", head });
  const isWanted = () => get().phase === "ready" && get().storeId === storeId;
  untilLoaded("lists", async () => (await loadLists()) !== null, isWanted).then(() => get().words && search(get().words));
  if (openId) loadThread(openId);
}

/** Before trying the socket again, or leaving: is the server there, and is the log-in still good, and still this agent's? */
async function mayReturn() {
  try {
    const { id } = await api.me();
    if (get().agent && id !== get().agent.id) startAnew();
    return id === get().agent?.id;
  } catch (fault) {
    if (fault.status !== 401) return true;
    endSession("signedOut");
    return false;
  }
}

let typingTimer = 0;
function showTyping(agent) {
  set({ typing: agent.name });
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => set({ typing: null }), 5000);
}

/** Another person's log-in in this browser is this page's too: it becomes theirs, with nothing of the former one. */
function startAnew() {
  endSession("");
  start();
}

window.addEventListener("storage", ({ key, newValue }) => {
  const { agent } = get();
  if (key === "known" && newValue && agent && newValue !== agent.id) startAnew();
});

// One that was on its way while the password was changed is refused too: only the log-in itself says that it is over.
api.whenSignedOut(() => get().agent && mayReturn());

function endSession(notice) {
  live.stop();
  dispatch({ type: "signedOut", notice });
}

/** Begin: with the log-in that is there, or by asking for one. Who never logged in is not asked about. */
export async function start() {
  if (!localStorage.getItem("known")) return endSession("");
  try {
    await enterConsole(await api.me());
  } catch (fault) {
    const notice = fault.code === "network" ? "fault_network" : "fault_server";
    endSession(fault.status === 401 ? "" : notice);
  }
  return undefined;
}

export async function logIn(email, password) {
  await enterConsole(await api.logIn(email, password));
}

export async function logOut() {
  live.stop();
  await api.logOut().catch(() => null);
  localStorage.removeItem("known");
  dispatch({ type: "signedOut", isLeft: true });
}

async function enterConsole(agent) {
  const stores = await api.stores();
  const kept = localStorage.getItem("store");
  const storeId = (stores.find((each) => each.id === kept) ?? stores[0])?.id ?? null;
  localStorage.setItem("known", agent.id);
  dispatch({ type: "signedIn", agent, stores, storeId });
  if (storeId) await enterStore();
}

/** Learn how the stores stand by now: what paused one may be mended without an event. */
export async function refreshStores() {
  const before = get().stores;
  const stores = await api.stores().catch(() => null);
  if (stores && get().stores !== before) await refreshStores(); // an event came meanwhile: this may be older
  else if (stores && get().phase === "ready") set({ stores });
}

export function chooseStore(storeId) {
  localStorage.setItem("store", storeId);
  live.stop();
  dispatch({ type: "storeChosen", storeId });
  return enterStore();
}

async function enterStore() {
  const { storeId } = get();
  const head = await loadLists();
  if (head === null || storeId !== get().storeId) return;
  dispatch({ type: "counted", seq: head });
  live.start();
}

/** After the list failed: once more from the start. */
export function retryList() {
  set({ listStatus: "loading" });
  return enterStore();
}

export { close, loadLists, loadOlder, loadThread, open, store };
