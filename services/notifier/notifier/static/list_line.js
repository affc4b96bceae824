// One line of the list: who, what was said last, what nobody read, whose it is and how long there is.

import { icon, make, write } from "./dom.js";
import { preview } from "./kinds.js";
import { holder } from "./state.js";
import { say } from "./texts.js";
import { clock, initials, isSameDay, moment, nameOf, span } from "./words.js";

const SIGNS = { wait: "sending", window: "hourglass", snoozed: "moon", blocked: "blocked", optedOut: "bellOff" };
const SOON = 4 * 3_600_000; // of the window: less than this is worth a mark

function newLine() {
  return make("li", {}, make("button", { type: "button", class: "line", tabindex: "-1", "data-testid": "conversation" },
    make("span", { class: "avatar", "aria-hidden": true }),
    make("span", { class: "channel", role: "img" }),
    make("span", { class: "name" }),
    make("span", { class: "time" }),
    make("span", { class: "preview", "data-testid": "preview" }),
    make("span", { class: "unread", role: "img", "data-testid": "unread" }),
    make("span", { class: "marks" },
      make("span", { class: "badge" }),
      make("span", { class: "mark wait", "data-testid": "waiting-since" }),
      make("span", { class: "mark window", "data-testid": "window-left" }),
      make("span", { class: "mark snoozed", "data-testid": "snoozed" }),
      make("span", { class: "mark blocked", "data-testid": "blocked" }),
      make("span", { class: "mark optedOut", "data-testid": "opted-out" }))));
}

const drawnAs = new WeakMap(); // what an element shows already

/** Draw a line into its element, or into a new one. */
export function drawLine(state, session, former) {
  const item = former ?? newLine();
  const { language, now, openId, agent } = state;
  const shows = [session, language, now, openId === session.id, agent?.id];
  if (!drawnAs.get(item)?.every((each, index) => each === shows[index])) drawAnew(state, session, item.firstElementChild);
  drawnAs.set(item, shows);
  return item;
}

function drawAnew(state, session, line) {
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
  drawChannel(language, part("channel"), session.channel ?? "whatsapp");
  drawUnread(language, part("unread"), session.unread);
  for (const [label, words] of marksOf(state, session)) mark(label, part(label), words);
}

function mark(label, place, [words, whole] = ["", ""]) {
  place.hidden = !words;
  if (!words) return;
  if (!place.firstElementChild) place.append(icon(SIGNS[label], 12), make("span"));
  write(place.lastElementChild, words);
  place.title = whole;
}

function drawChannel(language, place, channel) {
  if (place.dataset.channel === `${channel}/${language}`) return;
  place.dataset.channel = `${channel}/${language}`;
  place.setAttribute("aria-label", say(language, `channel_${channel}`));
  place.title = say(language, `channel_${channel}`);
  place.replaceChildren(icon(channel === "web" ? "web" : "phone", 11));
}

function drawUnread(language, place, unread) {
  place.hidden = !unread;
  write(place, unread > 99 ? "99+" : String(unread || ""));
  place.setAttribute("aria-label", say(language, "unread", { count: unread }));
}

function badge(state, session) {
  const { language } = state;
  const status = say(language, `status_${session.status}`);
  if (session.status !== "human") return status;
  return holder(state, session) === "mine" ? say(language, "ownedByMe") : session.owner_name || status;
}

function marksOf({ language, now }, session) {
  const marks = { wait: waitOf(language, session, now), window: windowOf(language, session, now), snoozed: snoozeOf(language, session, now) };
  for (const [label, is] of [["blocked", session.blocked], ["optedOut", session.opted_out]]) {
    if (is) marks[label] = [say(language, `mark_${label}`), say(language, `mark_${label}_whole`)];
  }
  return ["wait", "window", "snoozed", "blocked", "optedOut"].map((label) => [label, marks[label]]);
}

/** Say since when the customer waits for a person. */
function waitOf(language, { waiting_since: since, status, snoozed }, now) {
  if (!since || snoozed || !["handover", "human"].includes(status)) return undefined;
  const words = span(language, Math.max(0, now - Date.parse(since)));
  return [words, say(language, "waitsSince", { span: words })];
}

/** Say how long the window is open still, once that is less than four hours. */
function windowOf(language, { window_expires_at: end, status }, now) {
  if (!end || status === "resolved") return undefined;
  const left = Date.parse(end) - now;
  if (left <= 0) return [say(language, "windowOver"), say(language, "windowOverWhole")];
  if (left >= SOON) return undefined;
  const words = span(language, left);
  return [words, say(language, "windowLeft", { span: words })];
}

function snoozeOf(language, { snoozed, snoozed_until: until }, now) {
  if (!snoozed) return undefined;
  if (!until) return [say(language, "snoozedReply"), say(language, "snoozedReplyWhole")];
  const time = isSameDay(until, now) ? clock(language, until) : `${moment(language, until, now)}, ${clock(language, until)}`;
  return [time, say(language, "snoozedUntil", { time })];
}
