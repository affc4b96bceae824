// The bar of a store that is paused: why, what to do, and the button of who may let it go on.

import * as api from "./api.js";
import { refreshStores, store } from "./actions.js";
import { byId, write } from "./dom.js";
import { pausedFor } from "./kinds.js";
import { mayResume, pausedStore, runs } from "./state.js";
import { say } from "./texts.js";
import { refusal } from "./words.js";

let isAsked = false;
let fault = null;
let isWhole = false; // on a phone the words are cut until they are asked for

/** Draw the bar as the store changes, and hear its button. */
export function installPause() {
  byId("resume").addEventListener("click", resume);
  byId("pause-more").addEventListener("click", () => {
    isWhole = !isWhole;
    draw(store.get());
  });
  store.listen(draw);
}

function draw(state) {
  const paused = state.phase === "ready" ? pausedStore(state) : null;
  if (!paused) [fault, isWhole] = [null, false];
  byId("pause-bar").classList.toggle("whole", isWhole);
  byId("pause-more").setAttribute("aria-expanded", String(isWhole));
  write(byId("pause-more"), say(state.language, isWhole ? "showLess" : "showMore"));
  byId("pause-bar").hidden = !paused || state.view === "supervisor"; // which says it of every store
  byId("resume").hidden = !paused || !mayResume(paused);
  byId("resume").disabled = isAsked;
  write(byId("pause-words"), paused ? wordsOf(state, paused) : "");
  write(byId("resume"), say(state.language, "resume"));
}

function wordsOf({ language }, paused) {
  const words = pausedFor(language, paused.paused_reason);
  const next = fault ? refusal(language, fault) : runs(paused) ? "" : say(language, "tellWhoRuns");
  return `${words} ${next}`.trim();
}

async function resume() {
  [isAsked, fault] = [true, null];
  draw(store.get());
  // The store may go on already: then nobody need be told that it does.
  fault = await api.resume(store.get().storeId).then(() => null, (refused) => (refused.status === 409 ? null : refused));
  isAsked = false;
  await refreshStores();
  draw(store.get());
}
