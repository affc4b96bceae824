// The conversation that somebody is asked about: by the time they answer it may go on in the customer's new session, or not be open.

import { store } from "./store.js";
import { make } from "./dom.js";
import { say } from "./texts.js";

const { get } = store;

/** Name the session that a conversation goes on in, as far as it is open. */
export const presentOf = (sessionId) => (get().thread?.former.includes(sessionId) ? get().openId : sessionId);

/** Is it the open one, in this session or a later one? */
export const isStillOpen = (sessionId) => presentOf(sessionId) === get().openId;

/** Close a dialog and do what it asked about; where another conversation is open it says so and stays. */
export function goOnWith(dialog, sessionId, act) {
  if (isStillOpen(sessionId)) {
    dialog.close();
    return act();
  }
  dialog.querySelector(".elsewhere")?.remove();
  dialog.append(make("p", { class: "fault elsewhere", role: "alert" }, say(get().language, "fault_open_elsewhere")));
  return undefined;
}
