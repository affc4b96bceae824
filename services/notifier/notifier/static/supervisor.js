// The supervisor's page: how a store does now and today. Events say when to look again; so does the clock.

import * as api from "./api_supervisor.js";
import { refreshStores, store } from "./actions.js";
import { byId, make, write } from "./dom.js";
import { buildCharts, drawCharts } from "./supervisor_charts.js";
import { drawDeadLetters } from "./dead_letters.js";
import { drawPaused } from "./paused_stores.js";
import { mayDo } from "./rights.js";
import { now } from "./server_clock.js";
import { say } from "./texts.js";
import { tiles } from "./tiles.js";
import { clock, refusal } from "./words.js";

const EVERY = 10_000;
const SOON = 1_000; // events come in bursts
const OLD = 60_000;
const { get } = store;

let known = null; // { storeId, stats, dead, at } of the last answer
let pages = 1; // of dead letters
let fault = null;
let lookedAt = { storeId: null, seq: 0 };
let isAsking = false;
let timer = 0;

/** Build the page once, and keep it fresh while it is seen. */
export function installSupervisor() {
  build(byId("supervisor"));
  store.listen(follow);
  // Of the other stores no event tells: that one is paused, or goes on, is asked for too.
  setInterval(() => isSeen(get()) && lookAgain(), EVERY);
  document.addEventListener("visibilitychange", () => isSeen(get()) && lookAgain());
}

const isSeen = ({ phase, view }) => phase === "ready" && view === "supervisor" && !document.hidden;

function build(page) {
  const tile = ({ id }) => make("li", { class: "tile", id: `tile-${id}`, "data-testid": `tile-${id}` },
    make("h2", { class: "small muted", "data-text": `tile_${id}` }), make("p", { class: "tile-value" }), make("p", { class: "tile-more small muted" }));
  page.append(
    make("div", { class: "page-head" }, make("h1", { "data-text": "supervisorTitle", tabindex: "-1" }),
      make("p", { id: "figures-at", class: "small muted", role: "status" }), make("span", { class: "grow" }),
      make("a", { id: "to-audit", class: "plain button", href: "#audit", "data-testid": "to-audit", "data-text": "auditTitle" })),
    make("p", { id: "figures-fault", class: "fault", role: "alert", hidden: true }),
    make("ul", { class: "tiles" }, ...tiles.map(tile)),
    buildCharts(),
    make("section", { id: "paused-stores", "data-testid": "paused-stores", class: "sheet grave-sheet", hidden: true }),
    make("section", { id: "dead-letters", class: "sheet", "data-testid": "dead-letters", "aria-labelledby": "dead-title" },
      make("h2", { id: "dead-title", "data-text": "deadTitle" }), make("p", { class: "small muted", "data-text": "deadHint" }),
      make("ul", { class: "rows" }), make("p", { class: "nothing muted" }),
      make("button", { id: "dead-more", type: "button", class: "plain", "data-testid": "dead-more", "data-text": "more", hidden: true })),
  );
  byId("dead-more").addEventListener("click", () => {
    pages += 1;
    refresh();
  });
}

function follow(state) {
  if (!isSeen(state)) return;
  const isOther = lookedAt.storeId !== state.storeId;
  if (isOther) [known, fault, pages] = [null, null, 1];
  if (isOther || (known === null && !fault)) refresh(); // after a fault the clock asks again
  else if (state.lastSeq > lookedAt.seq) soon();
  lookedAt = { storeId: state.storeId, seq: state.lastSeq };
  draw(state);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, SOON);
}

/** Ask for the numbers; an answer for a store that was left meanwhile is not shown. */
export async function refresh() {
  const { storeId } = get();
  if (isAsking || !storeId) return;
  isAsking = true;
  try {
    const maySee = mayDo(get(), "see_dead_letters");
    const [stats, dead] = await Promise.all([api.stats(storeId), maySee ? api.deadLetters(storeId, pages) : { letters: [] }]);
    if (storeId === get().storeId) [known, fault] = [{ storeId, stats, dead, at: now() }, null];
  } catch (refused) {
    fault = refused;
  }
  isAsking = false;
  if (storeId !== get().storeId) return refresh();
  if (isSeen(get())) draw(get());
  return undefined;
}

/** Look again, at the stores too: by the clock, and after something was done here. */
export async function lookAgain() {
  await Promise.all([refresh(), refreshStores()]);
}

function draw(state) {
  const { language } = state;
  byId("figures-fault").hidden = !fault;
  write(byId("figures-fault"), fault ? refusal(language, fault) : "");
  write(byId("figures-at"), known ? asOf(language, known) : say(language, "loading"));
  byId("to-audit").hidden = !mayDo(state, "read_audit");
  byId("supervisor").setAttribute("aria-busy", String(!known));
  drawPaused(state, lookAgain);
  for (const tile of tiles) drawTile(state, tile);
  drawCharts(language, known?.stats ?? null);
  drawDeadLetters(state, known?.dead.letters ?? null, lookAgain);
  byId("dead-more").hidden = !known?.dead.hasMore;
}

/** The sums of a large store's day may be older than the rest: then their own time is said too. */
function asOf(language, { at, stats }) {
  const now = say(language, "figuresAt", { time: clock(language, at) });
  if (at - Date.parse(stats.counted_at) < OLD) return now;
  return `${now} ${say(language, "figuresCounted", { time: clock(language, stats.counted_at) })}`;
}

function drawTile(state, { id, value, more, tone }) {
  const place = byId(`tile-${id}`);
  const stats = known?.stats;
  write(place.querySelector(".tile-value"), stats ? value(state, stats) : "–");
  write(place.querySelector(".tile-more"), stats ? more(state, stats) : "");
  place.dataset.tone = (stats && tone?.(stats)) || "";
}
