// Puts the page together: the frame around list and thread, language, theme, title, address.

import { installAccount } from "./account.js";
import { close, chooseStore, open, refreshStores, start, store } from "./actions.js";
import { installAlerts } from "./alerts.js";
import { installAttaching } from "./attaching.js";
import { installBeginning } from "./beginning.js";
import { installCanned } from "./canned.js";
import { installAudit } from "./audit.js";
import { installBadge } from "./badge.js";
import { installComposer } from "./composer.js";
import { isBehind } from "./catching_up.js";
import { byId, make, write } from "./dom.js";
import { focusLine, installList } from "./list.js";
import { installMenus } from "./menus.js";
import { installNoteMode } from "./note_mode.js";
import { installPanel } from "./panel.js";
import { installPause } from "./pause.js";
import { installProducts } from "./products.js";
import { installPresence } from "./presence.js";
import { installReplying } from "./replying.js";
import { installShortcuts } from "./shortcuts.js";
import { installSignIn } from "./sign_in.js";
import { now } from "./server_clock.js";
import { pausedStore } from "./state.js";
import { installSupervisor } from "./supervisor.js";
import { say } from "./texts.js";
import { installThread } from "./thread.js";
import { asked, installViews, show } from "./views.js";

const { dispatch, get } = store;
const set = (values) => dispatch({ type: "set", values });

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
}

let written = "";

function drawFrame(state) {
  if (written !== state.language) applyTexts(state.language);
  written = state.language;
  const isReady = state.phase === "ready";
  document.body.dataset.phase = state.phase;
  document.body.dataset.view = state.openId ? "thread" : "list";
  byId("sign-in").hidden = state.phase !== "signedOut";
  byId("offline-bar").hidden = !isReady || (state.connection !== "offline" && !isBehind(state));
  write(byId("offline-bar"), say(state.language, "offline"));
  drawStores(state);
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

store.listen(drawFrame);
installSupervisor();
installAudit();
installAccount();
installViews();
installSignIn();
installList();
installBadge();
installAlerts();
installThread();
installComposer();
installAttaching();
installReplying();
installPause();
installPresence();
installNoteMode();
installPanel();
installMenus();
installCanned();
installBeginning();
installProducts();
installShortcuts();

byId("store-select").addEventListener("change", ({ target }) => chooseStore(target.value));
setInterval(() => set({ now: now() }), 20_000);
setInterval(() => pausedStore(get()) && refreshStores(), 30_000);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || !get().openId || get().view !== "conversations" || document.querySelector("dialog[open], :popover-open")) return;
  const last = get().openId;
  close();
  queueMicrotask(() => focusLine(last));
});

set({ filter: localStorage.getItem("filter") ?? "all" });
const { view, sessionId } = asked();
await start();
show(view);
if (sessionId && get().storeId) open(sessionId);
