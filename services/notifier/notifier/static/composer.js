// Where an agent writes; closed with a reason while it cannot be used. Files and quotes are beside it.

import { store } from "./actions.js";
import { send, sayTyping } from "./commands.js";
import { draftOf, isReady } from "./draft_state.js";
import { draftKept, forgetDrafts, keepDraft } from "./drafts_kept.js";
import { byId, icon, write } from "./dom.js";
import { isStillOpen } from "./going_on.js";
import { draftKey, isNoting, LONGEST_NOTE, NOTE, sendNote } from "./note_mode.js";
import { mayAnswer } from "./presence.js";
import { isSend } from "./send_key.js";
import { now, secondsAhead } from "./server_clock.js";
import { lockOf } from "./state.js";
import { chooseTemplate } from "./templates.js";
import { say } from "./texts.js";

const LOCKS = {
  bot: "lockBot", waiting: "lockWaiting", colleague: "lockColleague", resolved: "lockResolved",
  window: "lockWindow", blocked: "lockBlocked", unknown: "loading",
};
const SOONEST = 20; // milliseconds: a clock that is a little early must not ask over and over
let drawnId = null;
let takenBack = 0; // how many of what was given back
let wasLocked = true;
let closing = { of: "", timer: 0 };

let writer = null; // the account whose drafts these are

const keep = (key, words) => store.get().agent && keepDraft(store.get().agent.id, key, words);
/** Keep for who wrote it, logged in or not; who logged out leaves nothing on this device. */
const keepFor = (author, key, words) => localStorage.getItem("known") && keepDraft(author, key, words);
const kept = (key) => draftKept(store.get().agent?.id, key);

/** Draw the composer as the store changes; the key that sends is the agent's choice. */
export function installComposer() {
  byId("send").append(icon("send", 20));
  byId("composer-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  byId("composer").addEventListener("keydown", (event) => {
    if (!isSend(event)) return;
    event.preventDefault();
    submit();
  });
  byId("composer").addEventListener("input", () => {
    keep(drawnId, byId("composer").value);
    fit();
    drawSend();
    if (!isNoting(store.get())) sayTyping();
  });
  byId("choose-template").addEventListener("click", chooseTemplate);
  store.listen(draw);
}

async function submit() {
  const field = byId("composer");
  const isNote = isNoting(store.get());
  const { openId } = store.get();
  if (!isNote && !(await mayAnswer())) return;
  if (!isStillOpen(openId)) return; // what is in the field by now is another conversation's
  const text = field.value.trim();
  if (field.disabled || !isReady(draftOf(store.get(), drawnId), text)) return;
  keep(drawnId, "");
  field.value = "";
  fit();
  drawSend();
  field.focus();
  if (isNote) keepNote(text, drawnId, store.get().agent.id);
  else send(text);
}

/** What the server did not take comes back into the field, unless something else is there by now. */
async function keepNote(text, key, author) {
  if (await sendNote(text) || draftKept(author, key)) return;
  keepFor(author, key, text);
  if (drawnId === key) byId("composer").value = text;
}

/** Grow with the text, up to what the style allows. */
function fit() {
  const field = byId("composer");
  field.rows = Math.min(6, field.value.split("\n").length);
  while (field.rows < 6 && field.scrollHeight > field.clientHeight + 2) field.rows += 1;
}

function drawSend() {
  const field = byId("composer");
  byId("send").disabled = field.disabled || !isReady(draftOf(store.get(), drawnId), field.value.trim());
}

function draw(state) {
  const { openId, language, sessions } = state;
  followAccount(state.agent);
  takeBack(state.givenBack);
  const field = byId("composer");
  if (!openId) {
    drawnId = null;
    return;
  }
  const line = sessions[openId];
  closeInTime(line?.window_expires_at);
  const isNote = isNoting(state);
  const lock = isNote ? null : lockOf(state, line);
  const isOther = draftKey(state) !== drawnId;
  if (isOther) {
    changeDraft(state);
  }
  const hadFocus = document.activeElement === field;
  field.disabled = lock !== null;
  field.maxLength = isNote ? LONGEST_NOTE : 65536;
  field.placeholder = say(language, isNote ? "writeNote" : "write");
  drawLock(language, lock, line);
  if (isOther) fit();
  drawSend();
  if (lock === "window" && hadFocus && !isOther) byId("choose-template").focus();
  if (lock === null && (isOther || wasLocked) && matchMedia("(hover: hover)").matches) field.focus();
  wasLocked = lock !== null;
}

/** Who logs out leaves no drafts on this device; who was only logged out finds them again. */
function followAccount(agent) {
  if (!agent && writer && !localStorage.getItem("known")) forgetDrafts(writer);
  writer = agent?.id ?? null;
}

/** Show the draft of what is open now. Who wrote after their window goes on in a new session: what was begun goes along. */
function changeDraft(state) {
  for (const former of state.thread.former) {
    for (const kind of ["", NOTE]) move(former + kind, state.openId + kind);
  }
  drawnId = draftKey(state);
  byId("composer").value = kept(drawnId);
}

function move(from, to) {
  if (kept(from) && !kept(to)) keep(to, kept(from));
  keep(from, "");
}

/** Words that could not go come back into the field, before what is there by now. */
function takeBack(given) {
  for (const { author, sessionId: key, words } of given.slice(takenBack)) {
    keepFor(author, key, [words, draftKept(author, key)].filter(Boolean).join("\n\n"));
    if (drawnId !== key || store.get().agent?.id !== author) continue;
    byId("composer").value = kept(key);
    fit();
  }
  takenBack = given.length;
}

/** Look again at the moment at which the window closes: the field locks then, not at the next tick. */
function closeInTime(end = null) {
  const of = `${end}/${secondsAhead()}`; // who learns of another time waits for another moment
  if (closing.of === of) return;
  clearTimeout(closing.timer);
  const closes = Date.parse(end ?? "");
  const look = () => store.dispatch({ type: "set", values: { now: Math.max(now(), closes) } });
  const left = Math.min(Math.max(closes - now(), 0) + SOONEST, 2 ** 31 - 1);
  closing = { of, timer: closes > store.get().now ? setTimeout(look, left) : 0 };
}

function drawLock(language, lock, line) {
  byId("lock").hidden = lock === null;
  byId("composer-form").dataset.locked = String(lock !== null);
  byId("thread").dataset.writable = String(lock === null);
  byId("choose-template").hidden = lock !== "window";
  byId("take-over").hidden = ["window", "unknown", "blocked"].includes(lock);
  byId("take-over").classList.toggle("second", lock === "colleague");
  const isWithout = lock === "unknown" && store.get().thread?.status === "failed"; // the thread says why
  if (lock !== null) write(byId("lock-reason"), isWithout ? "" : say(language, LOCKS[lock], { name: line?.owner_name ?? "" }));
}
