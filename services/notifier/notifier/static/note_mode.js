// What the field is for: an answer to the customer, or a note that only colleagues see.

import { addNote } from "./api_panel.js";
import { store } from "./actions.js";
import { byId, write } from "./dom.js";
import { mayDo } from "./rights.js";
import { say } from "./texts.js";

const { dispatch, get } = store;
export const LONGEST_NOTE = 2000;
export const NOTE = " note"; // after the conversation's id: the draft of a note

/** Is a note being written in the open conversation? */
export const isNoting = ({ noting, openId }) => Boolean(openId) && noting === openId;

/** Name what is in the field: each conversation has a draft of an answer and one of a note. */
export const draftKey = (state) => (isNoting(state) ? state.openId + NOTE : state.openId);

/** Turn the field to a note. */
export function startNote() {
  turnTo(get().openId);
}

export function startReply() {
  turnTo(null);
}

function turnTo(noting) {
  dispatch({ type: "set", values: { noting } });
  queueMicrotask(() => byId("composer").focus());
}

/** Hear the two buttons above the field, and show which one it is. */
export function installNoteMode() {
  byId("note-mode").addEventListener("click", startNote);
  byId("reply-mode").addEventListener("click", startReply);
  store.listen((state) => {
    const noting = isNoting(state);
    byId("composer-form").dataset.mode = noting ? "note" : "reply";
    byId("note-mode").setAttribute("aria-pressed", String(noting));
    byId("reply-mode").setAttribute("aria-pressed", String(!noting));
    byId("modes").hidden = !mayDo(state, "answer");
    byId("note-hint").hidden = !noting;
    write(byId("note-hint"), say(state.language, "noteHint"));
  });
}

let tried = {}; // what was not confirmed: the same words again are the same note

/** Keep a note; false when the server did not take it. It stands in the thread at once. */
export async function sendNote(text) {
  const { storeId, openId: sessionId } = get();
  dispatch({ type: "set", values: { actionFault: null } });
  if (tried.sessionId !== sessionId || tried.text !== text) {
    tried = { sessionId, text, id: crypto.randomUUID?.() ?? uuid() };
  }
  try {
    const message = await addNote(storeId, sessionId, tried.id, text);
    tried = {};
    dispatch({ type: "shown", sessionId, message });
    return true;
  } catch (fault) {
    dispatch({ type: "set", values: { actionFault: { sessionId, fault } } });
    return false;
  }
}

// randomUUID needs a secure context; a console on a plain address of the shop's network has none.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
