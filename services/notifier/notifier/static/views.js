// The places of the page: conversations, the supervisor's numbers, the audit log. The address names them.

import { close, open, store } from "./actions.js";
import { byId, icon, write } from "./dom.js";
import { mayDo } from "./rights.js";
import { say } from "./texts.js";

const { dispatch, get } = store;
const NEEDED = { supervisor: "see_stats", audit: "read_audit" };
const PLACES = ["conversations", ...Object.keys(NEEDED)];

/** Draw the ways between the places, and keep the address with the place. */
export function installViews() {
  for (const name of ["conversations", "supervisor"]) {
    byId(`nav-${name}`).prepend(icon(name));
    byId(`nav-${name}`).addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(name);
    });
  }
  window.addEventListener("popstate", followAddress);
  store.listen(draw);
  store.listen(writeAddress);
}

const isAllowed = (state, view) => !NEEDED[view] || mayDo(state, NEEDED[view]);

/** Go to a place; who may not be there stays. */
export function show(view) {
  if (!isAllowed(get(), view) || get().view === view) return;
  dispatch({ type: "set", values: { view } });
  queueMicrotask(() => byId(view === "conversations" ? "console" : view).querySelector("h1[tabindex], .line")?.focus());
}

/** The place that the address asks for. */
export const asked = () => {
  const name = location.hash.slice(1);
  return name in NEEDED ? { view: name, sessionId: null } : { view: "conversations", sessionId: name || null };
};

function followAddress() {
  const { openId, phase } = get();
  if (phase !== "ready") return;
  const { view, sessionId } = asked();
  if (isAllowed(get(), view)) show(view);
  if (view !== "conversations") return;
  if (sessionId && sessionId !== openId) open(sessionId);
  if (!sessionId && openId) close();
}

let openBefore = null;
let viewBefore = null;

function draw(state) {
  const isReady = state.phase === "ready";
  // Who opens a conversation, from wherever, wants to see it.
  const hasOpened = state.openId && state.openId !== openBefore && viewBefore === state.view;
  openBefore = state.openId;
  viewBefore = state.view;
  if (isReady && state.view !== "conversations" && (hasOpened || !isAllowed(state, state.view))) {
    dispatch({ type: "set", values: { view: "conversations" } });
    return;
  }
  for (const place of PLACES) byId(place === "conversations" ? "console" : place).hidden = !isReady || state.view !== place;
  byId("nav").hidden = !isReady || !isAllowed(state, "supervisor");
  for (const name of ["conversations", "supervisor"]) {
    const link = byId(`nav-${name}`);
    const isHere = state.view === name || (name === "supervisor" && state.view === "audit");
    link.toggleAttribute("aria-current", isHere);
    if (isHere) link.setAttribute("aria-current", "page");
    link.href = name === "conversations" ? `#${state.openId ?? ""}` : `#${name}`;
    link.title = say(state.language, `nav_${name}`);
    write(link.lastElementChild, link.title);
  }
}

let addressed = null;

/** The address names the open conversation or the place: reloading and the browser's way back keep it. */
function writeAddress({ phase, openId, view }) {
  const place = view === "conversations" ? openId : view;
  if (phase !== "ready" || addressed === place) return;
  const isFirst = addressed === null;
  addressed = place;
  const now = location.hash.slice(1);
  if ((place ?? "") === now) return;
  const address = place ? `#${place}` : location.pathname;
  if (isFirst || !now || view !== "conversations") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}
