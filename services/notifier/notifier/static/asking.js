// What has to be asked before it is done: to whom, with which note, until when, and whether really.

import { colleagues } from "./api_compose.js";
import { store } from "./actions.js";
import { chooseFrom } from "./choosing.js";
import { order } from "./commands.js";
import { isConfirmed, openDialog } from "./dialogs.js";
import { make } from "./dom.js";
import { goOnWith } from "./going_on.js";
import { now } from "./server_clock.js";
import { say } from "./texts.js";
import { folded, nameOf, plain, refusal } from "./words.js";

const { get } = store;
const HOUR = 3_600_000;
const MORNING = 8; // the hour at which "tomorrow" begins

/** Choose who of the store goes on with it. */
export async function assignToColleague() {
  const { language, storeId, agent, openId } = get();
  const place = make("div", { class: "dialog-body", "aria-busy": "true" }, make("p", { class: "muted" }, say(language, "loading")));
  const dialog = openDialog(language, { title: say(language, "act_assign"), testId: "assign" }, place);
  const known = await colleagues(storeId).catch((fault) => ({ fault }));
  place.removeAttribute("aria-busy");
  if (known.fault) return place.replaceChildren(make("p", { class: "fault", role: "alert" }, refusal(language, known.fault)));
  const listed = known.map(({ id, name }) => ({ key: id, words: plain(name), side: id === agent.id ? say(language, "ownedByMe") : "" }));
  const mine = listed.findIndex(({ key }) => key === agent.id);
  if (mine > 0) listed.unshift(...listed.splice(mine, 1));
  return chooseFrom(place, {
    label: say(language, "assignSearch"), empty: say(language, "emptySearch"), find: within(listed),
    onChosen: ({ key }) => goOnWith(dialog, openId, () => { order("assign", { agent_id: key }); }),
  });
}

/** Find what all of the words are in, accents and case aside. */
const within = (listed) => (words) => {
  const asked = folded(words).split(/\s+/);
  return listed.filter((each) => asked.every((word) => folded(each.words).includes(word)));
};

/** Give back to the bot with what it and colleagues should know. */
export function giveBackWithNote() {
  const { language, openId } = get();
  const words = make("textarea", { id: "release-note", rows: "4", maxlength: "500", required: true, "data-testid": "release-note" });
  const form = make("form", { id: "release-form", class: "asked" },
    make("label", { for: "release-note" }, say(language, "releaseNote")), words,
    make("p", { class: "small muted" }, say(language, "releaseNoteHint")));
  const go = make("button", { type: "submit", form: "release-form", class: "primary", "data-testid": "release-go" }, say(language, "giveBack"));
  const dialog = openDialog(language, { title: say(language, "act_giveBackNote"), testId: "give-back-note" }, form, make("div", { class: "dialog-foot" }, go));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!words.value.trim()) return;
    goOnWith(dialog, openId, () => { order("release", { note: words.value.trim() }); });
  });
  words.focus();
}

/** Put the conversation off: until the customer writes, or until a time. */
export function snooze() {
  const { language, openId } = get();
  const dialog = openDialog(language, { title: say(language, "act_snooze"), testId: "snooze" });
  const until = (value) => goOnWith(dialog, openId, () => { order("snooze", { until: value }); });
  const choices = snoozeTimes(now()).map(({ key, time }) => {
    const button = make("button", { type: "button", class: "plain wide", "data-testid": `snooze-${key}` }, say(language, `snooze_${key}`));
    button.addEventListener("click", () => until(time ? time.toISOString() : "reply"));
    return make("li", {}, button);
  });
  const field = make("input", { id: "snooze-time", type: "datetime-local", required: true, min: local(new Date(now())) });
  const form = make("form", { class: "asked" }, make("label", { for: "snooze-time" }, say(language, "snooze_other")),
    make("div", { class: "beside" }, field, make("button", { class: "primary", type: "submit" }, say(language, "snoozeGo"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const time = new Date(field.value);
    if (time > now()) until(time.toISOString());
  });
  dialog.append(make("ul", { class: "choices-list" }, ...choices), form);
  choices[0].firstElementChild.focus();
}

const local = (time) => new Date(time - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** The times that are offered: an hour, tomorrow's morning, the next Monday's. Pure. */
export function snoozeTimes(from) {
  const morning = (days) => {
    const time = new Date(from);
    time.setDate(time.getDate() + days);
    time.setHours(MORNING, 0, 0, 0);
    return time;
  };
  const toMonday = ((8 - new Date(from).getDay()) % 7) || 7;
  return [
    { key: "reply", time: null }, { key: "hour", time: new Date(from + HOUR) },
    { key: "tomorrow", time: morning(1) }, { key: "week", time: morning(toMonday) },
  ];
}

export const wake = () => order("unsnooze");
export const unblock = () => order("block", { blocked: false });

/** Block a customer, once that is wanted for sure. */
export async function block() {
  const { language, sessions, openId } = get();
  const values = { name: plain(nameOf(language, sessions[openId])) };
  const isSure = await isConfirmed(language, {
    title: say(language, "blockTitle", values), words: say(language, "blockWords"), yes: say(language, "act_block"),
  });
  if (isSure) await order("block", { blocked: true }, openId);
}
