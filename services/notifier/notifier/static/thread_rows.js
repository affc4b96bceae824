// What stands in the thread, from top to end: the way back, days, messages, lines between them.

import { loadOlder, loadThread } from "./actions.js";
import { drawBody, drawDivider, drawMessage } from "./bubbles.js";
import { make } from "./dom.js";
import { say } from "./texts.js";
import { inChunks, isSame } from "./thread_chunks.js";
import { isWaiting } from "./message_state.js";
import { day, refusal } from "./words.js";

const dayKeys = new WeakMap(); // to write a day costs more than all else of a row that stays as it is

function dayKey(message) {
  if (!dayKeys.has(message)) dayKeys.set(message, new Date(message.time).toDateString());
  return dayKeys.get(message);
}

/** List the rows of the open thread: each has a key and knows how to draw itself. */
export function rows(state, holdUp) {
  const { thread, language, now } = state;
  if (thread.status === "failed") return [failedRow(state)];
  if (thread.status === "loading") return [1, 2, 3].map((place) => skeletonRow(place));
  const listed = [];
  const context = { language, holdUp, mine: state.agent?.name ?? "", known: quotable(thread.messages) };
  const bounds = new Set(thread.bounds);
  let former = null;
  for (const message of thread.messages) {
    // Of the first one nobody knows yet whether its day began with it: what comes above must not change it.
    const isDay = former ? message.time && dayKey(former) !== dayKey(message) : message.time && !thread.before;
    if (isDay) {
      listed.push(dividerRow(`day-${dayKey(message)}`, day(language, message.time, now)));
      context.above = null;
    }
    if (message.id === thread.unreadFrom) listed.push(unreadRow(language, thread.unread));
    if (message.time) former = message;
    if (bounds.has(message.id)) context.above = null;
    listed.push(messageRow(message, context));
    context.above = message;
  }
  return [topRow(state), ...inChunks(listed, bounds)];
}

/** The messages that others answer to, by id. */
function quotable(messages) {
  const asked = new Set(messages.map((message) => message.reply_to).filter(Boolean));
  return new Map(messages.filter((message) => asked.has(message.id)).map((message) => [message.id, message]));
}

const authorOf = (message) => `${message.role} ${message.kind === "note" ? "note" : ""} ${message.details?.author ?? ""}`;

function messageRow(message, { language, holdUp, mine, known, above }) {
  // A quoted message that is in the thread shows as it is by now.
  const quoted = known.get(message.reply_to) ?? message.quoted;
  const isMore = Boolean(above) && above.role === message.role && authorOf(above) === authorOf(message);
  const waitsFor = isWaiting(message) ? holdUp : "";
  const of = { message, quoted, language, waitsFor, isMore };
  return {
    // What we wrote keeps its bubble when the server gives it its name.
    id: message.id, key: message.client_id ?? message.id, of,
    draw: (former) => {
      if (former?.of && isSame(former.of, of)) return former;
      const row = drawMessage(language, message, { quoted, holdUp: waitsFor, mine }, former);
      drawBody(language, message, row);
      row.classList.toggle("same", isMore);
      row.of = of;
      return row;
    },
  };
}

const dividerRow = (key, text) => ({ key, of: { text }, draw: (former) => drawDivider(text, former) });

const unreadRow = (language, count) => ({
  key: "unread", of: { language, count },
  draw: (former) => {
    const divider = drawDivider(say(language, count === 1 ? "unreadOne" : "unreadMany", { count }), former);
    divider.classList.add("unread-divider");
    divider.dataset.testid = "unread-divider";
    return divider;
  },
});

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
