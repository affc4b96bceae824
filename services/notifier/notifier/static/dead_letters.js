// What was given up, with the reason: look at it, put it back, or give it up for good.

import * as api from "./api_supervisor.js";
import { open, store } from "./actions.js";
import { isConfirmed } from "./dialogs.js";
import { byId, follow, make, write } from "./dom.js";
import { givenUpFor } from "./failures.js";
import { mayDo } from "./rights.js";
import { say } from "./texts.js";
import { clock, moment, refusal } from "./words.js";

const { get } = store;
const faults = new Map(); // by dead letter: why what was asked for did not happen
const busy = new Set();

/** Draw the list; `changed` is called after something was settled. Null while it is not known yet. */
export function drawDeadLetters(state, letters, changed) {
  const section = byId("dead-letters");
  section.hidden = !mayDo(state, "see_dead_letters");
  const nothing = section.querySelector(".nothing");
  nothing.hidden = Boolean(letters?.length);
  write(nothing, say(state.language, letters ? "deadNone" : "loading"));
  follow(section.querySelector(".rows"), letters ?? [], ({ id }) => id, (letter, former) => drawRow(state, letter, former, changed));
}

function drawRow(state, letter, former, changed) {
  const row = former ?? buildRow(letter, changed);
  const { language } = state;
  const [what, when, fault] = row.querySelectorAll("p");
  write(what, givenUpFor(language, letter.reason));
  write(when, say(language, "deadWhen", { when: whenOf(state, letter), attempts: letter.attempts }));
  write(fault, faults.has(letter.id) ? refusal(language, faults.get(letter.id)) : "");
  fault.hidden = !faults.has(letter.id);
  const [see, retry, discard] = row.querySelectorAll("button");
  for (const [button, key] of [[see, "deadSee"], [retry, "deadRetry"], [discard, "deadDiscard"]]) write(button, say(language, key));
  see.hidden = !letter.session_id;
  retry.hidden = !mayDo(state, "retry_dead_letters");
  discard.hidden = !mayDo(state, "discard_dead_letters");
  for (const each of [retry, discard]) each.disabled = busy.has(letter.id);
  return row;
}

const whenOf = ({ language, now }, { died_at: at }) => {
  const [day, time] = [moment(language, at, now), clock(language, at)];
  return day === time ? time : `${day} ${time}`;
};

function buildRow(letter, changed) {
  const button = (kind, testId) => make("button", { type: "button", class: kind, "data-testid": testId });
  const row = make("li", { class: "row", "data-testid": "dead-letter" },
    make("div", { class: "row-words" }, make("p"), make("p", { class: "small muted" }), make("p", { class: "fault", role: "alert" })),
    make("div", { class: "row-acts" }, button("quiet", "dead-see"), button("plain", "dead-retry"), button("plain grave", "dead-discard")));
  const [see, retry, discard] = row.querySelectorAll("button");
  see.addEventListener("click", () => open(letter.session_id));
  retry.addEventListener("click", () => settle(letter, "retry", changed));
  discard.addEventListener("click", async () => {
    const { language } = get();
    const question = { title: say(language, "deadDiscardTitle"), words: say(language, "deadDiscardWords"), yes: say(language, "deadDiscard") };
    if (await isConfirmed(language, question)) await settle(letter, "discard", changed);
  });
  return row;
}

async function settle({ id }, verb, changed) {
  const { storeId } = get();
  busy.add(id);
  faults.delete(id);
  try {
    await api.settleDeadLetter(storeId, id, verb);
  } catch (fault) {
    if (fault.status !== 404) faults.set(id, fault); // settled by somebody else: it goes from the list
  }
  busy.delete(id);
  await changed();
}
