// The list of conversations: tabs, search, lines, and what stands there when there are none.

import { loadMore, open, retryList, search, store } from "./actions.js";
import { byId, follow, make, write } from "./dom.js";
import { preview } from "./kinds.js";
import { holder, shown } from "./state.js";
import { say } from "./texts.js";
import { initials, moment, nameOf, span } from "./words.js";

const { get } = store;

/** Draw the list as the store changes, and hear clicks and keys. */
export function installList() {
  store.listen(draw);
  for (const tab of document.querySelectorAll("[data-filter]")) {
    tab.addEventListener("click", () => choose(tab.dataset.filter));
  }
  byId("search").addEventListener("input", searchSoon);
  byId("list-more").addEventListener("click", loadMore);
  byId("conversations").addEventListener("click", ({ target }) => {
    const line = target.closest("[data-session-id]");
    if (line) open(line.dataset.sessionId);
  });
  byId("conversations").addEventListener("keydown", walk);
  byId("search").addEventListener("keydown", (event) => event.key === "ArrowDown" && step(event, 0));
}

function choose(filter) {
  localStorage.setItem("filter", filter);
  search(get().words, filter);
}

let soon = 0;

function searchSoon({ target }) {
  clearTimeout(soon);
  soon = setTimeout(() => search(target.value.trim()), 200);
}

const lines = () => [...document.querySelectorAll("#conversations .line")];

function walk(event) {
  const moves = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  const move = moves[event.key];
  if (move === undefined) return;
  step(event, lines().indexOf(document.activeElement) + move);
}

function step(event, index) {
  const all = lines();
  event.preventDefault();
  all[Math.min(Math.max(index, 0), all.length - 1)]?.focus();
}

function draw(state) {
  if (state.phase !== "ready") return;
  const listed = shown(state);
  drawTabs(state);
  if (!state.words && byId("search").value && !byId("search").matches(":focus")) byId("search").value = "";
  follow(byId("conversations"), listed, (line) => line.id, (line, former) => drawLine(state, line, former));
  byId("list-more").hidden = !(state.found ? state.found.cursor : state.cursors[state.filter]);
  drawPlaceholder(state, listed.length);
}

function drawTabs(state) {
  for (const tab of document.querySelectorAll("[data-filter]")) {
    const { filter } = tab.dataset;
    tab.setAttribute("aria-pressed", String(filter === state.filter));
    const count = tab.querySelector(".count");
    if (!count) continue;
    const number = shown({ ...state, found: null }, filter).length;
    write(count, number ? `${number}${state.cursors[filter] ? "+" : ""}` : "");
  }
}

function newLine() {
  return make("li", {}, make("button", { type: "button", class: "line", "data-testid": "conversation" },
    make("span", { class: "avatar", "aria-hidden": true }),
    make("span", { class: "name" }),
    make("span", { class: "time" }),
    make("span", { class: "preview", "data-testid": "preview" }),
    make("span", { class: "unread", "data-testid": "unread" }),
    make("span", { class: "badge" })));
}

function drawLine(state, session, former) {
  const item = former ?? newLine();
  const line = item.firstElementChild;
  const { language, now, openId } = state;
  const name = nameOf(language, session);
  const part = (label) => line.querySelector(`.${label}`);
  line.dataset.sessionId = session.id;
  line.dataset.status = session.status;
  line.setAttribute("aria-current", String(session.id === openId));
  write(part("avatar"), initials(name));
  write(part("name"), name);
  write(part("preview"), preview(language, session));
  write(part("time"), moment(language, session.last_message_at, now));
  write(part("badge"), badge(state, session));
  drawUnread(language, part("unread"), session.unread);
  return item;
}

function drawUnread(language, mark, unread) {
  mark.hidden = !unread;
  write(mark, unread > 99 ? "99+" : String(unread || ""));
  mark.setAttribute("aria-label", say(language, "unread", { count: unread }));
}

function badge(state, session) {
  const { language, now } = state;
  const status = say(language, `status_${session.status}`);
  if (session.status === "handover" && session.waiting_since) {
    return `${status} · ${span(language, Math.max(0, now - Date.parse(session.waiting_since)))}`;
  }
  if (session.status !== "human") return status;
  const isMine = holder(state, session) === "mine";
  return isMine ? say(language, "ownedByMe") : session.owner_name || status;
}

const EMPTY = { all: "emptyAll", mine: "emptyMine", waiting: "emptyWaiting" };

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
  return state.words ? "emptySearch" : EMPTY[state.filter];
}

function placeholder({ language }, kind) {
  if (kind === null) return [];
  if (kind === "loading") return [1, 2, 3, 4].map(() => make("span", { class: "skeleton", "aria-hidden": true }));
  if (kind === "failed") {
    const again = make("button", { type: "button", class: "plain" }, say(language, "tryAgain"));
    again.addEventListener("click", retryList);
    return [make("p", {}, say(language, "listFailed")), again];
  }
  return [make("h2", {}, say(language, kind)), make("p", {}, say(language, `${kind}Hint`))];
}
