// The bar of a store that is paused: why, what to do, and the button of who may let it go on.

import * as api from "./api.js";
import { refreshStores, store } from "./actions.js";
import { byId, write } from "./dom.js";
import { pausedFor } from "./kinds.js";
import { mayResume, pausedStore } from "./state.js";
import { say } from "./texts.js";
import { refusal } from "./words.js";

let isAsked = false;
let fault = null;

/** Draw the bar as the store changes, and hear its button. */
export function installPause() {
  byId("resume").addEventListener("click", resume);
  store.listen(draw);
}

function draw(state) {
  const paused = state.phase === "ready" ? pausedStore(state) : null;
  if (!paused) fault = null;
  byId("pause-bar").hidden = !paused;
  byId("resume").hidden = !paused || !mayResume(paused);
  byId("resume").disabled = isAsked;
  const words = paused ? pausedFor(state.language, paused.paused_reason) : "";
  write(byId("pause-words"), fault ? `${words} ${refusal(state.language, fault)}` : words);
  write(byId("resume"), say(state.language, "resume"));
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
