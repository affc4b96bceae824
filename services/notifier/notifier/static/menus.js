// The menu of the open conversation: its button in the head of the thread, and what may be done now.

import { store } from "./actions.js";
import { byId, icon, make } from "./dom.js";
import { everyAct, keysInWords } from "./shortcuts.js";
import { say } from "./texts.js";

let openFor = null;

/** Hear the button, and close the menu with whatever it was opened for. */
export function installMenus() {
  byId("more-acts").append(icon("more"));
  byId("more-acts").addEventListener("click", () => (openFor ? shut() : show()));
  byId("more-acts").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    show();
  });
  byId("acts-menu").addEventListener("keydown", walk);
  document.addEventListener("pointerdown", ({ target }) => openFor && !target.closest(".menu-place") && shut());
  byId("acts-menu").addEventListener("focusout", ({ relatedTarget: to }) => openFor && to && !to.closest(".menu-place") && shut());
  store.listen((state) => {
    byId("more-acts").disabled = !state.sessions[state.openId];
    if (openFor && openFor !== state.openId) shut();
  });
}

function show() {
  const state = store.get();
  openFor = state.openId;
  const offered = everyAct().filter((act) => act.inMenu && act.when(state));
  byId("acts-menu").replaceChildren(...offered.map((act) => entry(state.language, act)));
  byId("acts-menu").hidden = false;
  byId("more-acts").setAttribute("aria-expanded", "true");
  entries()[0]?.focus();
}

function entry(language, act) {
  const button = make("button", { type: "button", role: "menuitem", tabindex: "-1", class: act.isGrave ? "grave" : null, "data-testid": `act-${act.id}` },
    make("span", {}, say(language, `act_${act.id}`)), act.keys ? make("kbd", {}, keysInWords(act.keys)) : null);
  button.addEventListener("click", () => {
    shut();
    act.run();
  });
  return button;
}

const entries = () => [...byId("acts-menu").children];

function shut() {
  openFor = null;
  const had = byId("acts-menu").contains(document.activeElement);
  byId("acts-menu").hidden = true;
  byId("more-acts").setAttribute("aria-expanded", "false");
  if (had) byId("more-acts").focus();
}

function walk(event) {
  const all = entries();
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Tab") shut();
  if (event.key === "Escape") {
    event.stopPropagation();
    shut();
  } else if (to !== undefined) {
    event.preventDefault();
    event.stopPropagation();
    all[(to + all.length) % all.length].focus();
  }
}
