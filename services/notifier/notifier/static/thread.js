// The open conversation: whose it is, its messages, and where one stands in them.

import { close, loadOlder, loadThread, store } from "./actions.js";
import { drawBody, drawDivider, drawMessage } from "./bubbles.js";
import { markSeen, order } from "./commands.js";
import { byId, follow, icon, make, write } from "./dom.js";
import { inShort } from "./kinds.js";
import { holder, isSilent, pausedStore } from "./state.js";
import { say } from "./texts.js";
import { holdUp } from "./thread_state.js";
import { day, initials, isSameDay, nameOf, number, refusal, span } from "./words.js";

const NEAR = 80; // pixels from the end that count as being at it
let drawn = { id: null, thread: null, count: 0, last: null };

/** Draw the thread as the store changes, and hear its buttons and its scrolling. */
export function installThread() {
  byId("back").append(icon("back"));
  byId("back").addEventListener("click", close);
  byId("give-back").addEventListener("click", () => order("release"));
  byId("resolve").addEventListener("click", () => order("resolve"));
  byId("take-over").addEventListener("click", () => order("takeover"));
  byId("newest").addEventListener("click", toEnd);
  byId("thread").addEventListener("scroll", scrolled, { passive: true });
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
  if (box.scrollTop < 120 && store.get().thread?.older === "idle") loadOlder();
}

function draw(state) {
  const { thread } = state;
  byId("open-thread").hidden = !thread;
  byId("nothing-open").hidden = Boolean(thread);
  if (!thread) {
    drawn = { id: null, thread: null, count: 0, last: null };
    return;
  }
  drawHead(state, state.sessions[thread.id]);
  drawMessages(state);
  markSeen();
}

function drawHead(state, line) {
  const { language, pending } = state;
  const name = line ? nameOf(language, line) : "…";
  const whose = line ? holder(state, line) : "";
  write(byId("thread-name"), name);
  write(byId("thread-avatar"), initials(name));
  write(byId("thread-detail"), line ? [line.name ? number(line.phone) : "", windowWords(state, line)].filter(Boolean).join(" · ") : "");
  byId("give-back").hidden = whose !== "mine" && whose !== "waiting";
  byId("resolve").hidden = whose !== "mine" && whose !== "waiting";
  for (const id of ["give-back", "resolve", "take-over"]) byId(id).disabled = Boolean(pending);
  const status = byId("state");
  status.dataset.status = line?.status ?? "";
  status.dataset.holder = whose;
  write(status, line ? stateWords(state, line, whose) : say(language, "loading"));
  write(byId("typing"), state.typing ? say(language, "typing", { name: state.typing }) : "");
  const fault = state.actionFault?.fault;
  byId("action-error").hidden = !fault;
  write(byId("action-error"), fault ? refusal(language, fault) : "");
}

function stateWords({ language, now }, line, whose) {
  if (whose === "bot") return say(language, "stateBot");
  if (whose === "mine") return say(language, "stateMine");
  if (whose === "colleague") return say(language, "stateColleague", { name: line.owner_name });
  if (whose === "resolved") return say(language, "stateResolved");
  const since = span(language, Math.max(0, now - Date.parse(line.waiting_since ?? now)));
  const known = ["KEYWORD_DETECTED", "BOT_FAILED", "PHONE_APP"].includes(line.handover_trigger);
  const reason = say(language, `reason_${known ? line.handover_trigger : "other"}`);
  return say(language, "stateWaiting", { since, reason });
}

function windowWords({ language, now }, line) {
  if (!line.window_expires_at) return "";
  const left = Date.parse(line.window_expires_at) - now;
  return left > 0 ? say(language, "windowEnds", { left: span(language, left) }) : say(language, "windowOver");
}

function drawMessages(state) {
  const { thread, language, now } = state;
  const key = [language, new Date(now).toDateString(), holdUpOf(state)].join();
  if (drawn.thread === thread && drawn.key === key) return;
  const box = byId("thread");
  const isOther = drawn.id !== thread.id;
  if (isOther) wasAtEnd = true;
  const fromEnd = box.scrollHeight - box.scrollTop;
  box.setAttribute("aria-busy", String(thread.status === "loading"));
  follow(box, rows(state), (row) => row.key, (row, former) => row.draw(former));
  const last = thread.messages.at(-1);
  const isNews = !isOther && drawn.last !== null && last && last !== drawn.last && thread.messages.length > drawn.count;
  const isOlder = !isOther && thread.messages.length > drawn.count && last === drawn.last;
  if (isOlder) box.scrollTop = box.scrollHeight - fromEnd;
  else if (wasAtEnd || (isNews && last.client_id)) toEnd();
  else if (isNews) byId("newest").hidden = false;
  if (isOther) byId("newest").hidden = true;
  if (isNews && last.role === "user") announce(state, last);
  drawn = { id: thread.id, thread, count: thread.messages.length, last: last ?? null, key };
}

function announce(state, message) {
  const line = state.sessions[state.openId];
  const values = { name: nameOf(state.language, line), text: inShort(state.language, message) };
  write(byId("announcer"), say(state.language, "newMessageFrom", values));
}

const dividerRow = (key, text) => ({ key, draw: (former) => drawDivider(text, former) });

/** What stands in the thread, from top to end: the way back, days, messages. */
function rows(state) {
  const { thread, language, now } = state;
  if (thread.status === "failed") return [failedRow(state)];
  if (thread.status === "loading") return [1, 2, 3].map((place) => skeletonRow(place));
  const listed = [topRow(state)];
  const known = new Map(thread.messages.map((message) => [message.id, message]));
  const context = { known, holdUp: holdUpOf(state) };
  let former = null;
  for (const message of thread.messages) {
    if (message.time && (!former || !isSameDay(former, message.time))) {
      listed.push(dividerRow(`day-${new Date(message.time).toDateString()}`, day(language, message.time, now)));
    }
    former = message.time || former;
    // What we wrote keeps its bubble when the server gives it its name.
    const key = message.client_id ?? message.id;
    listed.push({ key, draw: (old) => drawRow(language, message, context, old) });
  }
  return listed;
}

const holdUpOf = (state) => holdUp(state.thread, state.now, isSilent(pausedStore(state)));

/** A quoted message that is in the thread shows as it is by now. */
function drawRow(language, message, { known, holdUp }, former) {
  const quoted = known.get(message.reply_to) ?? message.quoted;
  const row = drawMessage(language, message, { quoted, holdUp }, former);
  drawBody(language, message, row);
  return row;
}

function topRow({ thread, language }) {
  if (thread.older === "failed") {
    return { key: "top-failed", draw: (former) => former ?? againButton(say(language, "olderFailed"), loadOlder) };
  }
  if (thread.before) return dividerRow("top", thread.older === "loading" ? say(language, "loadingOlder") : "");
  return dividerRow("top", say(language, thread.messages.length ? "firstMessage" : "emptyThread"));
}

function againButton(text, action) {
  const button = make("button", { type: "button", class: "plain centred" }, text);
  button.addEventListener("click", action);
  return button;
}

function failedRow({ thread, language }) {
  const words = thread.fault.status === 404 ? refusal(language, thread.fault) : say(language, "threadFailed");
  const again = () => againButton(say(language, "tryAgain"), () => loadThread(thread.id));
  return {
    key: `failed-${language}-${thread.fault.code}`,
    draw: (former) => former ?? make("div", { class: "placeholder" }, make("p", {}, words), again()),
  };
}

const skeletonRow = (place) => ({
  key: `skeleton-${place}`,
  draw: (former) => former ?? make("span", { class: `skeleton bubble-${place}`, "aria-hidden": true }),
});
