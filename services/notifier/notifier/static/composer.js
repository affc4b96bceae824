// Where an agent writes; closed with a reason while it cannot be used. Files and quotes are beside it.

import { store } from "./actions.js";
import { send, sayTyping } from "./commands.js";
import { draftOf, isReady } from "./draft_state.js";
import { byId, icon, write } from "./dom.js";
import { draftKey, isNoting, LONGEST_NOTE, sendNote } from "./note_mode.js";
import { mayAnswer } from "./presence.js";
import { lockOf } from "./state.js";
import { chooseTemplate } from "./templates.js";
import { say } from "./texts.js";

const LOCKS = {
  bot: "lockBot", waiting: "lockWaiting", colleague: "lockColleague", resolved: "lockResolved",
  window: "lockWindow", blocked: "lockBlocked", unknown: "loading",
};
const drafts = new Map();
let drawnId = null;
let wasLocked = true;

/** Draw the composer as the store changes; Enter sends, Shift+Enter begins a line. */
export function installComposer() {
  byId("send").append(icon("send", 20));
  byId("composer-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  byId("composer").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  byId("composer").addEventListener("input", () => {
    drafts.set(drawnId, byId("composer").value);
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
  if (!isNote && !(await mayAnswer())) return;
  const text = field.value.trim();
  if (field.disabled || !isReady(draftOf(store.get(), drawnId), text)) return;
  drafts.delete(drawnId);
  field.value = "";
  fit();
  drawSend();
  field.focus();
  if (isNote) keepNote(text, drawnId);
  else send(text);
}

/** What the server did not take comes back into the field, unless something else is there by now. */
async function keepNote(text, key) {
  if (await sendNote(text) || drafts.get(key)) return;
  drafts.set(key, text);
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
  const { openId, language, agent, sessions } = state;
  if (!agent) drafts.clear();
  const field = byId("composer");
  if (!openId) {
    drawnId = null;
    return;
  }
  const line = sessions[openId];
  const isNote = isNoting(state);
  const lock = isNote ? null : lockOf(state, line);
  const isOther = draftKey(state) !== drawnId;
  if (isOther) {
    drawnId = draftKey(state);
    field.value = drafts.get(drawnId) ?? "";
  }
  field.disabled = lock !== null;
  field.maxLength = isNote ? LONGEST_NOTE : 65536;
  field.placeholder = say(language, isNote ? "writeNote" : "write");
  drawLock(language, lock, line);
  if (isOther) fit();
  drawSend();
  if (lock === null && (isOther || wasLocked) && matchMedia("(hover: hover)").matches) field.focus();
  wasLocked = lock !== null;
}

function drawLock(language, lock, line) {
  byId("lock").hidden = lock === null;
  byId("composer-form").dataset.locked = String(lock !== null);
  byId("thread").dataset.writable = String(lock === null);
  byId("choose-template").hidden = lock !== "window";
  byId("take-over").hidden = ["window", "unknown", "blocked"].includes(lock);
  byId("take-over").classList.toggle("second", lock === "colleague");
  if (lock !== null) write(byId("lock-reason"), say(language, LOCKS[lock], { name: line?.owner_name ?? "" }));
}
