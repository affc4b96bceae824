// The customer beside the thread: the third pane where there is room, over the thread where there is none.

import { contact } from "./api_panel.js";
import { store } from "./actions.js";
import { byId, icon } from "./dom.js";
import { drawParts } from "./panel_parts.js";

const { get } = store;
const PATIENCE = 1000; // milliseconds between two looks at the same customer
const beside = matchMedia("(min-width: 1100px)");
let isOpen = false;
let shown = { of: null, status: "loading", contact: null, news: "" };
let timer = 0;

/** Hear the panel's buttons, and follow the open conversation. */
export function installPanel() {
  byId("panel-toggle").append(icon("panel", 20));
  byId("panel-close").append(icon("cross"));
  byId("panel-toggle").addEventListener("click", () => turn(!isOpen));
  byId("panel-close").addEventListener("click", () => turn(false));
  byId("panel").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || beside.matches) return;
    event.stopPropagation(); // else it would close the conversation
    turn(false);
  });
  isOpen = beside.matches && localStorage.getItem("panel") !== "closed";
  beside.addEventListener("change", ({ matches }) => {
    isOpen = matches && localStorage.getItem("panel") !== "closed";
    draw(get());
  });
  store.listen(draw);
}

function turn(opens) {
  isOpen = opens;
  if (beside.matches) localStorage.setItem("panel", opens ? "open" : "closed");
  draw(get());
  byId(opens ? "panel-close" : "panel-toggle").focus();
}

/** Close it where it lies over the thread: what was chosen in it stands there. */
export function uncoverThread() {
  if (!beside.matches && isOpen) turn(false);
}

function draw(state) {
  const { openId, thread, sessions } = state;
  const isThere = isOpen && Boolean(openId) && state.phase === "ready";
  byId("panel").hidden = !isThere;
  byId("panel-toggle").setAttribute("aria-expanded", String(isThere));
  byId("console").dataset.panel = isThere ? "open" : "closed";
  if (!openId) shown = { of: null, status: "loading", contact: null, news: "" };
  if (!isThere) return;
  const line = sessions[openId];
  const news = [thread?.asOf, thread?.messages.length, line?.status, line?.owner, line?.blocked, line?.opted_out].join();
  if (shown.of !== openId) {
    shown = { of: openId, status: "loading", contact: null, news };
    clearTimeout(timer);
    look();
  } else if (shown.news !== news) {
    shown = { ...shown, news };
    clearTimeout(timer);
    timer = setTimeout(look, PATIENCE);
  }
  drawParts(state, shown, again);
}

function again() {
  shown = { ...shown, status: "loading" };
  look();
  draw(get());
}

async function look() {
  const { storeId, openId } = get();
  const found = await contact(storeId, openId).catch((fault) => ({ fault }));
  if (shown.of !== openId) return;
  if (!found.fault) shown = { ...shown, status: "ready", contact: found };
  else if (!shown.contact) shown = { ...shown, status: "failed", fault: found.fault };
  draw(get());
}
