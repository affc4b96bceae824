// The open conversation: its messages, and where one stands in them.

import { close, loadOlder, store } from "./actions.js";
import { markSeen, order } from "./commands.js";
import { byId, follow, icon, write } from "./dom.js";
import { inShort } from "./kinds.js";
import { isSilent, pausedStore } from "./state.js";
import { say } from "./texts.js";
import { letRest, wakeSeen } from "./thread_chunks.js";
import { drawHead } from "./thread_head.js";
import { rows } from "./thread_rows.js";
import { holdUp } from "./thread_state.js";
import { nameOf } from "./words.js";

const NEAR = 80; // pixels from the end that count as being at it
const AHEAD = 900; // pixels from the top at which what is older is asked for
const nothing = { id: null, thread: null, count: 0, last: null };
let drawn = nothing;

/** Draw the thread as the store changes, and hear its buttons and its scrolling. */
export function installThread() {
  byId("back").append(icon("back"));
  byId("back").addEventListener("click", close);
  byId("give-back").addEventListener("click", () => order("release"));
  byId("resolve").addEventListener("click", () => order("resolve"));
  byId("take-over").addEventListener("click", () => order("takeover"));
  byId("newest").addEventListener("click", toEnd);
  byId("thread").addEventListener("scroll", scrolled, { passive: true });
  byId("thread").addEventListener("scrollend", ({ target }) => letRest(target));
  document.addEventListener("visibilitychange", markSeen);
  new ResizeObserver(() => wasAtEnd && toEnd()).observe(byId("thread"));
  store.listen(draw);
}

let wasAtEnd = true;
const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;

function toEnd() {
  const box = byId("thread");
  box.scrollTop = box.scrollHeight;
}

function scrolled({ target: box }) {
  wasAtEnd = isAtEnd(box);
  if (wasAtEnd) byId("newest").hidden = true;
  fill(box);
}

function draw(state) {
  const { thread } = state;
  byId("open-thread").hidden = !thread;
  byId("nothing-open").hidden = Boolean(thread);
  if (!thread) {
    drawn = nothing;
    return;
  }
  drawHead(state, state.sessions[thread.id]);
  drawMessages(state);
  markSeen();
}

const holdUpOf = (state) => holdUp(state.thread, state.now, isSilent(pausedStore(state)));

function drawMessages(state) {
  const { thread, language, now } = state;
  const key = [language, new Date(now).toDateString(), holdUpOf(state)].join();
  if (drawn.thread === thread && drawn.key === key) return;
  const box = byId("thread");
  const isOther = drawn.id !== thread.id;
  if (isOther) wasAtEnd = true;
  const anchor = isOther || wasAtEnd || (holdsItself && box.scrollTop > 0) ? null : anchorIn(box);
  wakeSeen(box);
  box.setAttribute("aria-busy", String(thread.status === "loading"));
  follow(box, rows(state, holdUpOf(state)), (row) => row.key, (row, former) => row.draw(former));
  const last = thread.messages.at(-1) ?? null;
  const isNews = !isOther && drawn.last !== null && last && last.id !== drawn.last.id && thread.messages.length > drawn.count;
  const isFirst = thread.status === "ready" && drawn.status !== "ready";
  if (isFirst || isOther) stand(box, thread);
  else if (wasAtEnd || (isNews && last.client_id)) toEnd();
  else if (anchor?.element.isConnected) box.scrollTop += anchor.element.getBoundingClientRect().top - anchor.top;
  if (isNews && !wasAtEnd && !last.client_id) byId("newest").hidden = false;
  if (isOther) byId("newest").hidden = true;
  if (isNews && last.role === "user") announce(state, last);
  drawn = { id: thread.id, thread, status: thread.status, count: thread.messages.length, last, key };
  fill(box);
  requestAnimationFrame(() => requestAnimationFrame(() => letRest(box)));
}

/** Ask for what is older while the top is near: a short session says little of who writes. */
function fill(box) {
  const { thread } = store.get();
  if (box.scrollTop < AHEAD && thread?.status === "ready" && thread.older === "idle") loadOlder();
}

// Most browsers keep what is seen in its place by themselves, but for the very top.
const holdsItself = CSS.supports("overflow-anchor", "auto");

/** Find what stands at the top of what is seen: it stays where it is, whatever comes above it. */
function anchorIn(box) {
  const top = box.getBoundingClientRect().top;
  const chunk = [...box.querySelectorAll(".chunk")].find((each) => each.getBoundingClientRect().bottom > top);
  const element = [...chunk?.querySelectorAll(".message, .notice") ?? []].find((each) => each.getBoundingClientRect().bottom > top);
  return element ? { element, top: element.getBoundingClientRect().top } : null;
}

/** Begin at the first message that nobody has read, or at the end. */
function stand(box, thread) {
  toEnd();
  const divider = thread.unreadFrom ? box.querySelector(".unread-divider") : null;
  const above = divider ? divider.getBoundingClientRect().top - box.getBoundingClientRect().top : 0;
  if (above < 0) box.scrollTop += above - 12;
  wasAtEnd = isAtEnd(box);
}

function announce(state, message) {
  const line = state.sessions[state.openId];
  const values = { name: nameOf(state.language, line), text: inShort(state.language, message) };
  write(byId("announcer"), say(state.language, "newMessageFrom", values));
}
