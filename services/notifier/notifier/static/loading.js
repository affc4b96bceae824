// Loads the list: the first page of a tab, what follows, what is searched for, and the numbers.

import * as api from "./api.js";
import { createAsking } from "./counting.js";
import { anyone, viewOf } from "./listing.js";
import { store } from "./store.js";

const { dispatch, get } = store;
const set = (values) => dispatch({ type: "set", values });

/** Have the numbers of the tabs asked for; at most once a second. */
export const countSoon = createAsking(async () => {
  const { storeId, phase } = get();
  if (phase !== "ready" || !storeId) return;
  const counts = await api.counts(storeId).catch(() => null);
  if (counts && storeId === get().storeId) set({ counts });
});

/** Load the first page of each tab; returns the number all of them hold, or null. */
export async function loadLists() {
  const { storeId, filter, narrow } = get();
  countSoon();
  try {
    const views = ["all", "waiting", "mine"].map((each) => ({ filter: each, narrow: anyone }));
    if (!views.some((each) => viewOf(each) === viewOf({ filter, narrow }))) views.push({ filter, narrow });
    const pages = await Promise.all(views.map((view) => api.sessions(storeId, view)));
    if (storeId !== get().storeId) return null;
    views.forEach((view, index) => dispatch({ type: "listed", ...view, page: pages[index] }));
    return Math.min(...pages.map((page) => page.as_of_seq));
  } catch {
    if (get().listStatus !== "ready") set({ listStatus: "failed" });
    return null;
  }
}

/** Load what follows in the list, once at a time; returns whether there was more. */
export async function loadMore() {
  const { storeId, filter, narrow, words, found, cursors, moreStatus } = get();
  const cursor = found ? found.cursor : cursors[viewOf({ filter, narrow })];
  if (!cursor || moreStatus === "loading") return false;
  set({ moreStatus: "loading" });
  const page = await api.sessions(storeId, { filter, narrow, words, cursor }).catch(() => null);
  const now = get();
  const isSame = storeId === now.storeId && words === now.words && viewOf(now) === viewOf({ filter, narrow });
  if (page && isSame) dispatch({ type: found ? "found" : "listed", filter, narrow, page, isMore: true });
  set({ moreStatus: page ? "idle" : "failed" });
  return Boolean(page);
}

/** Show a tab, narrowed or not, and load its first page where that is not here. */
export async function show(filter, narrow = get().narrow) {
  set({ filter, narrow, found: null, moreStatus: "idle" });
  const { storeId, words, cursors } = get();
  if (words) return search(words);
  if (cursors[viewOf({ filter, narrow })] !== undefined) return undefined;
  const page = await api.sessions(storeId, { filter, narrow }).catch(() => null);
  if (storeId !== get().storeId) return undefined;
  if (page) dispatch({ type: "listed", filter, narrow, page });
  else set({ moreStatus: "failed" });
  return undefined;
}

export async function search(words) {
  set({ words, moreStatus: "idle", ...(words ? {} : { found: null }) });
  const { storeId, filter, narrow } = get();
  if (!words) return show(filter, narrow);
  const page = await api.sessions(storeId, { filter, narrow, words }).catch(() => null);
  const now = get();
  const isSame = words === now.words && viewOf(now) === viewOf({ filter, narrow });
  if (page && isSame) dispatch({ type: "found", page });
  else if (isSame) set({ moreStatus: "failed" });
  return undefined;
}
