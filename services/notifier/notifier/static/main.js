// Puts the page together: the frame around list and thread, language, theme, title, address.

import { close, chooseStore, logOut, open, refreshStores, start, store } from "./actions.js";
import { installAlerts } from "./alerts.js";
import { installAttaching } from "./attaching.js";
import { installBadge } from "./badge.js";
import { installComposer } from "./composer.js";
import { byId, icon, make, write } from "./dom.js";
import { focusLine, installList } from "./list.js";
import { shown } from "./listing.js";
import { installPause } from "./pause.js";
import { installReplying } from "./replying.js";
import { installSignIn } from "./sign_in.js";
import { pausedStore } from "./state.js";
import { say } from "./texts.js";
import { installThread } from "./thread.js";

const { dispatch, get } = store;
const set = (values) => dispatch({ type: "set", values });
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/** Write every fixed text of the page in a language. */
function applyTexts(language) {
  document.documentElement.lang = language;
  for (const each of document.querySelectorAll("[data-text]")) write(each, say(language, each.dataset.text));
  for (const each of document.querySelectorAll("[data-label]")) {
    each.setAttribute("aria-label", say(language, each.dataset.label));
    if (each.tagName === "BUTTON") each.title = say(language, each.dataset.label);
  }
  for (const each of document.querySelectorAll("[data-placeholder]")) {
    each.placeholder = say(language, each.dataset.placeholder);
  }
  write(byId("language"), say(language, "otherLanguage"));
}

let written = "";
let themed = "";

function drawFrame(state) {
  if (written !== state.language) applyTexts(state.language);
  if (themed !== state.theme) applyTheme(state.theme);
  [written, themed] = [state.language, state.theme];
  const isReady = state.phase === "ready";
  document.body.dataset.phase = state.phase;
  document.body.dataset.view = state.openId ? "thread" : "list";
  byId("sign-in").hidden = state.phase !== "signedOut";
  byId("console").hidden = !isReady;
  byId("logout").hidden = !isReady;
  write(byId("agent-name"), state.agent?.name ?? "");
  byId("offline-bar").hidden = !isReady || state.connection !== "offline";
  write(byId("offline-bar"), say(state.language, "offline"));
  drawStores(state);
}

function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").replaceChildren(icon(theme === "dark" ? "sun" : "moon"));
}

let drawnStores = null;

function drawStores(state) {
  const select = byId("store-select");
  const isOne = state.stores.length === 1;
  select.hidden = state.stores.length < 2;
  write(byId("store-name"), isOne ? state.stores[0].name : "");
  const listed = state.stores.map(({ id, name }) => `${id} ${name}`).join("\n");
  if (drawnStores !== listed) {
    select.replaceChildren(...state.stores.map(({ id, name }) => make("option", { value: id }, name)));
    drawnStores = listed;
  }
  if (state.storeId) select.value = state.storeId;
}

function switchLanguage() {
  const language = get().language === "es" ? "en" : "es";
  localStorage.setItem("language", language);
  set({ language });
}

function switchTheme() {
  const theme = get().theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", theme);
  set({ theme });
}

/** The address names the open conversation: reloading and the browser's way back keep it. */
function followAddress() {
  const { openId, phase, sessions } = get();
  if (phase !== "ready") return;
  const asked = location.hash.slice(1);
  if (asked && asked !== openId) open(asked);
  if (!asked && openId && sessions[openId]) close();
}

let addressed = null;

function writeAddress({ phase, openId }) {
  if (phase !== "ready" || addressed === openId) return;
  const isFirst = addressed === null;
  addressed = openId;
  const asked = location.hash.slice(1);
  if ((openId ?? "") === asked) return;
  const address = openId ? `#${openId}` : location.pathname;
  if (isFirst || !asked) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

store.listen(drawFrame);
store.listen(writeAddress);
installSignIn();
installList();
installBadge();
installAlerts();
installThread();
installComposer();
installAttaching();
installReplying();
installPause();

byId("language").addEventListener("click", switchLanguage);
byId("theme").addEventListener("click", switchTheme);
byId("logout").addEventListener("click", logOut);
byId("store-select").addEventListener("change", ({ target }) => chooseStore(target.value));
window.addEventListener("popstate", followAddress);
setInterval(() => set({ now: Date.now() }), 20_000);
setInterval(() => pausedStore(get()) && refreshStores(), 30_000);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || !get().openId || document.querySelector("dialog[open]")) return;
  const last = get().openId;
  close();
  queueMicrotask(() => focusLine(last));
});

set({
  language: localStorage.getItem("language") ?? "es",
  theme: localStorage.getItem("theme") ?? (prefersDark.matches ? "dark" : "light"),
  filter: localStorage.getItem("filter") ?? "all",
});
const asked = location.hash.slice(1);
await start();
if (asked && shown(get(), "all").some((line) => line.id === asked)) open(asked);
