// Canned replies in the composer: a slash opens their list, the words after it narrow it, Enter or Tab takes one.

import { canned } from "./api_compose.js";
import { store } from "./actions.js";
import { changeCanned } from "./canned_form.js";
import { filled, meant, slashed } from "./canned_words.js";
import { option, walking } from "./choosing.js";
import { byId, icon, write } from "./dom.js";
import { mayDo } from "./rights.js";
import { say } from "./texts.js";
import { plain } from "./words.js";

const { get } = store;
const FRESH = 60_000; // milliseconds for which the list counts as known
let known = { storeId: null, replies: [], at: 0 };
let walk = null;

/** Hear the composer before it hears itself: while the list is open, Enter chooses instead of sending. */
export function installCanned() {
  walk = walking(byId("composer"), byId("canned"));
  byId("use-canned").append(icon("canned", 20));
  byId("use-canned").addEventListener("click", begin);
  byId("composer").addEventListener("input", () => look());
  byId("composer").addEventListener("click", () => look());
  byId("composer").addEventListener("blur", shut);
  byId("composer-form").addEventListener("keydown", heard, { capture: true });
  store.listen((state) => {
    byId("use-canned").disabled = byId("composer").disabled;
    if (!state.openId || byId("composer").disabled) shut();
  });
}

/** Put a slash where the cursor is, as if it had been typed. */
export function begin() {
  const field = byId("composer");
  field.focus();
  const isApart = field.selectionStart === 0 || /\s/.test(field.value[field.selectionStart - 1]);
  insert(field.selectionStart, field.selectionEnd, isApart ? "/" : " /");
}

const slash = () => slashed(byId("composer").value, byId("composer").selectionStart);

async function look() {
  if (byId("composer").disabled || !slash()) return shut();
  const { storeId } = get();
  if (known.storeId !== storeId || Date.now() - known.at > FRESH) await load(storeId);
  const meantNow = slash(); // what is typed went on
  if (!meantNow || get().storeId !== storeId || document.activeElement !== byId("composer")) return shut();
  return show(meantNow.words);
}

async function load(storeId) {
  const replies = await canned(storeId).catch(() => null);
  if (replies) known = { storeId, replies, at: Date.now() };
}

/** Read the list anew at the next slash. */
export const forgetCanned = () => { known.at = 0; };

function show(words) {
  const state = get();
  const { language } = state;
  const found = known.storeId === state.storeId ? meant(known.replies, words) : [];
  const rows = found.map((reply) => ({ key: reply.id, words: `/${reply.shortcut}`, more: plain(reply.text), reply }));
  // What was typed may be no shortcut at all, such as a date: then nothing is offered, and Enter sends.
  if (mayDo(state, "change_canned") && (rows.length || !words)) rows.push({ key: "change", words: say(language, "act_changeCanned") });
  else if (!rows.length && !words) rows.push({ key: "none", words: say(language, "cannedNone"), isDisabled: true });
  if (!rows.length) return shut();
  byId("canned").replaceChildren(...rows.map((row, at) => option(`canned-${at}`, row, take)));
  byId("canned").hidden = false;
  write(byId("canned-told"), say(language, "cannedFound", { count: found.length }));
  return walk.first();
}

function shut() {
  if (byId("canned").hidden) return;
  byId("canned").hidden = true;
  write(byId("canned-told"), "");
  byId("composer").removeAttribute("aria-activedescendant");
}

function heard(event) {
  if (byId("canned").hidden || event.target !== byId("composer") || event.isComposing) return;
  const isTaken = event.key === "Tab" && !event.shiftKey && walk.current();
  if (event.key === "Escape") shut();
  else if (isTaken) walk.current().click();
  else if (!walk.hear(event)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** Write a reply where the slash was. */
function take({ reply }) {
  const { language, sessions, openId, agent, stores, storeId } = get();
  const place = slash();
  shut();
  if (!reply) {
    if (place) insert(place.from, place.to, "");
    changeCanned(language);
    return;
  }
  if (!place) return;
  const values = {
    name: plain(sessions[openId]?.name ?? "").trim(), agent: agent.name, store: stores.find(({ id }) => id === storeId)?.name,
  };
  insert(place.from, place.to, filled(reply.text, values));
}

function insert(from, to, words) {
  const field = byId("composer");
  field.setRangeText(words, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
