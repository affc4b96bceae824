// What the panel says of a customer, part by part. All of it is others' words, set as text.

import { open } from "./actions.js";
import { block, unblock } from "./asking.js";
import { byId, make } from "./dom.js";
import { startNote } from "./note_mode.js";
import { uncoverThread } from "./panel.js";
import { goTo, goToSession } from "./quotes.js";
import { mayDo } from "./rights.js";
import { say } from "./texts.js";
import { reasonWords } from "./thread_head.js";
import { clock, dayAndClock, initials, moment, money, nameOf, number, plain, refusal } from "./words.js";

const MINUTE = 60_000;
const DAY = 24 * 60; // minutes of the window
let drawn = "";

/** Draw the parts, if anything in them is another than before. */
export function drawParts(state, { status, contact, fault }, again) {
  const { language, now, openId, sessions } = state;
  const line = sessions[openId];
  const parts = [language, Math.floor(now / MINUTE), openId, status, contact, line?.window_expires_at, line?.blocked, line?.opted_out, line?.status, mayDo(state, "answer")];
  const key = JSON.stringify(parts);
  if (key === drawn) return;
  drawn = key;
  const box = byId("panel-parts");
  box.setAttribute("aria-busy", String(status === "loading"));
  const had = box.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  if (status === "failed") box.replaceChildren(failed(language, fault, again));
  else if (!contact) box.replaceChildren(...["tall", "", "", ""].map((kind) => make("span", { class: `skeleton ${kind}`, "aria-hidden": true })));
  else box.replaceChildren(...whole(state, line, contact).filter(Boolean));
  if (had) box.querySelector(`[data-focus="${CSS.escape(had)}"]`)?.focus();
}

function failed(language, fault, again) {
  return make("div", { class: "placeholder" }, make("p", {}, refusal(language, fault)), button({ key: "again", kind: "plain" }, say(language, "tryAgain"), again));
}

const whole = (state, line, contact) => [
  person(state, line, contact), handover(state, line, contact), windowOf(state, line),
  orders(state, contact), notes(state, contact), sessions(state, contact),
];

function button({ key, kind = "plain", testId = null, label = null }, words, action) {
  const made = make("button", { type: "button", class: kind, "data-focus": key, "data-testid": testId, "aria-label": label }, ...[words].flat());
  made.addEventListener("click", action);
  return made;
}

const part = (language, key, ...content) =>
  make("section", { class: "part", "data-testid": `panel-${key}` }, make("h3", {}, say(language, `panel_${key}`)), ...content);
const empty = (language, key) => make("p", { class: "small muted" }, say(language, `panelNo_${key}`));
const listed = (entries) => make("ul", { class: "entries" }, ...entries.map((each) => make("li", {}, ...[each].flat())));
const tag = (words, kind = "") => make("li", { class: `tag ${kind}` }, words);

function person(state, line, contact) {
  const { language, now } = state;
  const name = plain(nameOf(language, contact));
  const isBlocked = line?.blocked ?? contact.blocked;
  const tags = [
    isBlocked ? tag(say(language, "tagBlocked"), "bad") : null,
    (line?.opted_out ?? contact.opted_out) ? tag(say(language, "tagOptedOut"), "wait") : null,
    contact.unreachable_code ? tag(say(language, "tagUnreachable", { code: contact.unreachable_code }), "wait") : null,
  ].filter(Boolean);
  const names = [number(contact.phone), contact.username, ...contact.aliases].filter((each) => each && each !== name).map(plain);
  return make("section", { class: "part person" },
    make("span", { class: "avatar", "aria-hidden": true }, initials(name)),
    make("h3", { dir: "auto" }, name),
    ...names.map((each) => make("p", { class: "small muted", dir: "auto" }, each)),
    make("p", { class: "small muted" }, say(language, "panelSince", { when: moment(language, contact.created_at, now) })),
    tags.length ? make("ul", { class: "tags" }, ...tags) : null,
    mayDo(state, "answer")
      ? button({ key: "block", kind: isBlocked ? "plain" : "plain grave", testId: "panel-block" }, say(language, isBlocked ? "act_unblock" : "act_block"), isBlocked ? unblock : block)
      : null);
}

function handover({ language, now }, line, { handover: why }) {
  if (!why || !["handover", "human"].includes(line?.status)) return null;
  const when = dayAndClock(language, why.time, now);
  return part(language, "why",
    make("p", {}, reasonWords(language, why.trigger), make("span", { class: "small muted" }, ` ${when}`)),
    why.words.length ? make("p", { class: "small muted" }, say(language, "panelLastWords")) : null,
    ...why.words.map((words) => make("blockquote", { dir: "auto" }, plain(words))));
}

function windowOf({ language, now }, line) {
  const end = Date.parse(line?.window_expires_at ?? "");
  const left = Math.max(0, Math.floor((end - now) / MINUTE)) || 0;
  if (!left) return part(language, "window", make("p", {}, say(language, "panelWindowOver")));
  const words = say(language, "panelWindowLeft", { hours: Math.floor(left / 60), minutes: left % 60, until: clock(language, end) });
  return part(language, "window", make("p", {}, words),
    make("meter", { min: 0, max: DAY, low: 60, high: 240, optimum: DAY, value: Math.min(left, DAY), "aria-label": words }));
}

function go(action) {
  uncoverThread();
  return action();
}

/** Show a place of a session; one of a contact that became one with this one is in a conversation of its own. */
function goWithin(contact, sessionId, find) {
  const whose = contact.sessions.find((each) => each.id === sessionId)?.contact_id ?? contact.id;
  return go(async () => {
    if (whose !== contact.id) await open(sessionId);
    return find();
  });
}

function orders({ language, now }, contact) {
  const { orders: found } = contact;
  if (!found.length) return part(language, "orders", empty(language, "orders"));
  return part(language, "orders", listed(found.map((order) => {
    const total = order.total === null ? "" : money(language, order.total, order.currency);
    const words = say(language, order.items === 1 ? "panelOrderOne" : "panelOrderMany", { count: order.items });
    return button({ key: order.message_id, kind: "entry", testId: "panel-order" },
      [make("span", {}, [words, total].filter(Boolean).join(" · ")), make("span", { class: "small muted" }, moment(language, order.time, now))],
      () => goWithin(contact, order.session_id, () => goTo(order.message_id)));
  })), make("p", { class: "small muted" }, say(language, "orderPrices")));
}

function notes(state, contact) {
  const { notes: found } = contact;
  const { language, now } = state;
  const write = mayDo(state, "answer") ? button({ key: "note", testId: "panel-note" }, say(language, "act_note"), () => go(startNote)) : null;
  if (!found.length) return part(language, "notes", empty(language, "notes"), write);
  return part(language, "notes", listed(found.map((note) => button(
    { key: note.message_id, kind: "entry noted", testId: "panel-noted" },
    [make("span", { dir: "auto" }, plain(note.text)), make("span", { class: "small muted" }, [plain(note.author), moment(language, note.time, now)].filter(Boolean).join(" · "))],
    () => goWithin(contact, note.session_id, () => goTo(note.message_id)),
  ))), write);
}

function sessions(state, contact) {
  const { sessions: found } = contact;
  const { language, now } = state;
  const former = found.filter((each) => each.messages > 0 && each.id !== state.openId);
  if (!former.length) return part(language, "sessions", empty(language, "sessions"));
  return part(language, "sessions", listed(former.map((each) => button(
    { key: each.id, kind: "entry", testId: "panel-session" },
    [make("span", {}, dayAndClock(language, each.started_at, now)),
      make("span", { class: "small muted" }, say(language, each.messages === 1 ? "panelMessageOne" : "panelMessageMany", { count: each.messages }))],
    () => goWithin(contact, each.id, () => goToSession(each.id)),
  ))));
}
