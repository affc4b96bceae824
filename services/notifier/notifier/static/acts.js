// All that can be done with the open conversation and the page, in one table: the menu, the palette and the keys read it.

import { close, open, store } from "./actions.js";
import { assignToColleague, block, giveBackWithNote, snooze, unblock, wake } from "./asking.js";
import { beginConversation } from "./beginning.js";
import { begin } from "./canned.js";
import { changeCanned } from "./canned_form.js";
import { order } from "./commands.js";
import { chooseProduct, maySend } from "./products.js";
import { byId } from "./dom.js";
import { mayDo } from "./rights.js";
import { shown } from "./listing.js";
import { holder } from "./state.js";

const isListed = ({ phase, view }) => phase === "ready" && view === "conversations";
const lineOf = (state) => (isListed(state) && state.openId ? state.sessions[state.openId] : undefined);

/** Is it in these hands? An act that names a permission is not even shown without it. */
const held = (hands, permission, isSo = () => true) => (state) => {
  const line = lineOf(state);
  return Boolean(line) && mayDo(state, permission) && hands.includes(holder(state, line)) && isSo(line);
};
const OPEN = ["bot", "waiting", "mine", "colleague"];
const EVERY = [...OPEN, "resolved"];

/** Is this control there to be pressed? Parts of the page that others bring are pressed, not called. */
const isThere = (id) => Boolean(byId(id)) && !byId(id).disabled && byId(id).offsetParent !== null;
const press = (id) => ({ when: () => isThere(id), run: () => byId(id).click() });

/** Go to the line after or before the open one, in the order of the list. */
function step(by) {
  const lines = shown(store.get());
  const at = lines.findIndex((line) => line.id === store.get().openId);
  const next = at < 0 ? lines[0] : lines[at + by];
  if (next) open(next.id);
}

async function resolveAndGoOn() {
  const lines = shown(store.get());
  const { openId } = store.get();
  const at = lines.findIndex((line) => line.id === openId);
  const next = lines[at + 1] ?? lines[at - 1];
  if (!await order("resolve") || store.get().openId !== openId) return;
  if (next && next.id !== openId) open(next.id);
  else close();
}

function nextTab() {
  const tabs = [...document.querySelectorAll("[data-filter]")];
  const at = tabs.findIndex((tab) => tab.getAttribute("aria-pressed") === "true" || tab.getAttribute("aria-selected") === "true");
  tabs[(at + 1) % tabs.length]?.click();
}

function takeOrGive() {
  const state = store.get();
  return order(holder(state, lineOf(state)) === "mine" ? "release" : "takeover");
}

function reply() {
  if (isThere("reply-mode")) byId("reply-mode").click();
  byId("composer").focus();
}

const isReady = ({ phase }) => phase === "ready";
const writable = (state) => Boolean(lineOf(state)) && !byId("composer").disabled;

/** The acts: `keys` as they are pressed, `inMenu` for the conversation's own menu, `repeats` while a key is held. */
export const acts = [
  { id: "next", keys: "Alt+J", repeats: true, when: isListed, run: () => step(1) },
  { id: "previous", keys: "Alt+K", repeats: true, when: isListed, run: () => step(-1) },
  { id: "nextTab", keys: "Alt+N", when: isListed, run: nextTab },
  { id: "begin", when: (state) => isReady(state) && mayDo(state, "answer"), run: beginConversation },
  { id: "search", keys: "/", when: isListed, run: () => byId("search").focus() },
  { id: "takeOrGive", keys: "Alt+T", isHidden: true, when: held(EVERY, "take_over"), run: takeOrGive },
  { id: "takeOver", inMenu: true, when: held(["bot", "waiting", "colleague"], "take_over"), run: () => order("takeover") },
  { id: "reopen", inMenu: true, when: held(["resolved"], "take_over"), run: () => order("takeover") },
  { id: "assign", inMenu: true, when: held(EVERY, "assign"), run: assignToColleague },
  { id: "toQueue", inMenu: true, when: held(["bot", "mine", "colleague"], "assign"), run: () => order("assign", { agent_id: "queue" }) },
  { id: "giveBack", inMenu: true, when: held(["waiting", "mine", "colleague"], "take_over"), run: () => order("release") },
  { id: "giveBackNote", inMenu: true, when: held(["waiting", "mine", "colleague"], "take_over"), run: giveBackWithNote },
  { id: "resolve", keys: "Alt+E", inMenu: true, when: held(OPEN, "resolve"), run: () => order("resolve") },
  { id: "resolveNext", keys: "Mod+Alt+E", when: held(OPEN, "resolve"), run: resolveAndGoOn },
  { id: "snooze", keys: "Alt+M", inMenu: true, when: held(OPEN, "snooze", (line) => line.snoozed === false), run: snooze },
  { id: "wake", inMenu: true, when: held(EVERY, "snooze", (line) => line.snoozed === true), run: wake },
  { id: "block", inMenu: true, isGrave: true, when: held(EVERY, "answer", (line) => line.blocked === false), run: block },
  { id: "unblock", inMenu: true, when: held(EVERY, "answer", (line) => line.blocked === true), run: unblock },
  { id: "reply", keys: "Alt+L", when: writable, run: reply },
  { id: "note", keys: "Alt+P", ...press("note-mode") },
  { id: "canned", when: writable, run: begin },
  { id: "product", when: maySend, run: chooseProduct },
  { id: "changeCanned", when: (state) => isReady(state) && mayDo(state, "change_canned"), run: () => changeCanned() },
  { id: "attach", keys: "Mod+Alt+A", ...press("attach") },
  { id: "template", ...press("choose-template") },
  { id: "panel", keys: "Alt+O", ...press("panel-toggle") },
  { id: "back", keys: "Esc", isHidden: true, isHeard: true, when: (state) => Boolean(lineOf(state)), run: close },
  { id: "goConversations", keys: "Alt+C", ...press("nav-conversations") },
  { id: "goSupervisor", keys: "Alt+R", ...press("nav-supervisor") },
];
