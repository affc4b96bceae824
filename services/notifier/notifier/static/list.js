// The list of conversations: tabs, what narrows it, search, its lines, and what stands there when there are none.

import { open, retryList } from "./actions.js";
import { byId, make, write } from "./dom.js";
import { drawLine } from "./list_line.js";
import { createRows } from "./list_rows.js";
import { anyone, isNarrow, shown, viewOf } from "./listing.js";
import { loadMore, search, show } from "./loading.js";
import { store } from "./store.js";
import { say } from "./texts.js";

const { get } = store;
const MOST = 10_000; // the server counts no further

let rows = null;
let revealed = null; // the open conversation that was brought into sight

/** Draw the list as the store changes, and hear clicks and keys. */
export function installList() {
  rows = createRows(byId("list-body"), byId("conversations"), (line, former) => drawLine(get(), line, former), loadNext);
  store.listen(draw);
  for (const tab of document.querySelectorAll("[data-filter]")) {
    tab.addEventListener("click", () => choose(tab.dataset.filter));
  }
  byId("search").addEventListener("input", searchSoon);
  byId("search").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    rows.step(0);
  });
  byId("owner-filter").addEventListener("change", ({ target }) => narrowTo({ owner: target.value }));
  byId("unread-filter").addEventListener("click", () => narrowTo({ isUnread: !get().narrow.isUnread }));
  byId("list-more").addEventListener("click", loadMore);
  byId("conversations").addEventListener("click", ({ target }) => {
    const line = target.closest("[data-session-id]");
    if (line) open(line.dataset.sessionId);
  });
}

/** Give the keyboard back to a line of the list. */
export const focusLine = (id) => rows.focus(id);

function choose(filter) {
  localStorage.setItem("filter", filter);
  show(filter);
}

const narrowTo = (change) => show(get().filter, { ...get().narrow, ...change });

let soon = 0;

function searchSoon({ target }) {
  clearTimeout(soon);
  soon = setTimeout(() => search(target.value.trim()), 200);
}

function loadNext() {
  const { phase, moreStatus } = get();
  if (phase === "ready" && moreStatus === "idle") loadMore();
}

function draw(state) {
  if (state.phase !== "ready") return;
  const lines = shown(state);
  drawTabs(state);
  drawNarrow(state);
  if (!state.words && byId("search").value && !byId("search").matches(":focus")) byId("search").value = "";
  rows.show(lines, `${state.storeId}/${viewOf(state)}/${state.words}`);
  if (state.openId && state.openId !== revealed) rows.reveal(state.openId);
  revealed = state.openId;
  byId("list-more").hidden = state.moreStatus !== "failed" || !lines.length;
  drawPlaceholder(state, lines.length);
}

let drawnTabs = [];

function drawTabs({ counts, filter, language }) {
  const shows = [counts, filter, language];
  if (shows.every((each, index) => each === drawnTabs[index])) return;
  drawnTabs = shows;
  const digits = new Intl.NumberFormat(language === "es" ? "es-CO" : "en-GB");
  for (const tab of document.querySelectorAll("[data-filter]")) {
    const number = counts?.[tab.dataset.filter] ?? 0;
    tab.setAttribute("aria-pressed", String(tab.dataset.filter === filter));
    write(tab.querySelector(".count"), number ? `${digits.format(number)}${number >= MOST ? "+" : ""}` : "");
  }
}

function drawNarrow({ narrow }) {
  byId("owner-filter").value = narrow.owner;
  byId("unread-filter").setAttribute("aria-pressed", String(narrow.isUnread));
}

const EMPTY = { all: "emptyAll", mine: "emptyMine", waiting: "emptyWaiting", snoozed: "emptySnoozed" };

function drawPlaceholder(state, count) {
  const place = byId("list-state");
  const kind = placeholderOf(state, count);
  place.hidden = kind === null;
  const key = `${kind}/${state.language}`;
  if (place.dataset.shown === key) return;
  place.dataset.shown = key;
  place.replaceChildren(...placeholder(state, kind));
}

function placeholderOf(state, count) {
  if (count) return null;
  if (state.listStatus !== "ready") return state.listStatus;
  if (state.moreStatus === "failed") return "failed";
  const isHere = state.words ? state.found : state.cursors[viewOf(state)] !== undefined;
  if (!isHere || state.moreStatus === "loading") return "loading";
  if (state.words) return "emptySearch";
  return isNarrow(state.narrow) ? "emptyNarrow" : EMPTY[state.filter];
}

function placeholder({ language, filter }, kind) {
  if (kind === null) return [];
  if (kind === "loading") return [1, 2, 3, 4].map(() => make("span", { class: "skeleton", "aria-hidden": true }));
  if (kind === "failed") return [make("p", {}, say(language, "listFailed")), button(language, "tryAgain", retryList)];
  const words = [make("h2", {}, say(language, kind)), make("p", {}, say(language, `${kind}Hint`))];
  return kind === "emptyNarrow" ? [...words, button(language, "showEvery", () => show(filter, anyone))] : words;
}

function button(language, key, act) {
  const made = make("button", { type: "button", class: "plain" }, say(language, key));
  made.addEventListener("click", act);
  return made;
}
