// The stores that are paused, each with the reason and, for who may, the way on.

import * as api from "./api.js";
import { store } from "./actions.js";
import { byId, follow, make, write } from "./dom.js";
import { pausedFor } from "./kinds.js";
import { now } from "./server_clock.js";
import { mayResume, runs } from "./state.js";
import { say } from "./texts.js";
import { refusal } from "./words.js";

let fault = null;
let busy = null;

/** Draw them; `changed` is called when one goes on. */
export function drawPaused(state, changed) {
  const section = byId("paused-stores");
  const paused = state.stores.filter(({ status }) => status === "paused");
  section.hidden = paused.length === 0;
  if (!section.firstChild) section.append(make("h2", { id: "paused-title" }), make("ul", { class: "rows", "aria-labelledby": "paused-title" }));
  write(section.querySelector("h2"), say(state.language, "pausedTitle"));
  follow(section.querySelector("ul"), paused, ({ id }) => id, (each, former) => drawRow(state, each, former, changed));
}

function drawRow({ language }, paused, former, changed) {
  const row = former ?? make("li", { class: "row" },
    make("div", { class: "row-words" }, make("h3", {}), make("p", { class: "small" }), make("p", { class: "fault", role: "alert" })),
    make("div", { class: "row-acts" }, make("button", { type: "button", class: "plain", "data-testid": "resume-store" })));
  const [why, refused] = row.querySelectorAll("p");
  const button = row.querySelector("button");
  write(row.querySelector("h3"), paused.name);
  write(why, `${pausedFor(language, paused.paused_reason)} ${runs(paused) ? "" : say(language, "tellWhoRuns")}`.trim());
  write(refused, fault?.id === paused.id ? refusal(language, fault.refused) : "");
  refused.hidden = fault?.id !== paused.id;
  write(button, say(language, "resume"));
  button.hidden = !mayResume(paused);
  button.disabled = busy === paused.id;
  button.onclick = () => resume(paused.id, changed);
  return row;
}

async function resume(id, changed) {
  [busy, fault] = [id, null];
  // One that goes on already is what was wanted.
  const refused = await api.resume(id).then(() => null, (why) => (why.status === 409 ? null : why));
  fault = refused && { id, refused };
  busy = null;
  await changed();
  store.dispatch({ type: "set", values: { now: now() } });
}
