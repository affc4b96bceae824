// Who did what in the store, newest first, for who may read it.

import * as api from "./api_supervisor.js";
import { store } from "./actions.js";
import { byId, make, write } from "./dom.js";
import { has, say } from "./texts.js";
import { clock, day, plain, refusal } from "./words.js";

const { get } = store;
let page = { storeId: null, entries: null, cursor: null, fault: null };
let drawn = "";

/** Build the page, and read the log anew whenever it is opened. */
export function installAudit() {
  byId("audit").append(
    make("div", { class: "page-head" }, make("h1", { "data-text": "auditTitle", tabindex: "-1" }), make("span", { class: "grow" }),
      make("a", { class: "plain button", href: "#supervisor", "data-text": "auditBack" })),
    make("p", { class: "muted small", "data-text": "auditHint" }),
    make("p", { id: "audit-fault", class: "fault", role: "alert", hidden: true }),
    make("ol", { id: "audit-entries", class: "sheet audit-entries", "data-testid": "audit-entries" }),
    make("p", { id: "audit-state", class: "muted", role: "status" }),
    make("button", { id: "audit-more", type: "button", class: "plain", "data-testid": "audit-more", "data-text": "more", hidden: true }));
  byId("audit-more").addEventListener("click", () => read(page.cursor));
  store.listen(follow);
}

let isOpen = false;

function follow(state) {
  const wasOpen = isOpen;
  isOpen = state.phase === "ready" && state.view === "audit";
  if (!isOpen) return;
  if (!wasOpen || page.storeId !== state.storeId) {
    page = { storeId: state.storeId, entries: null, cursor: null, fault: null };
    read("");
  }
  draw(state);
}

async function read(cursor) {
  const { storeId } = get();
  byId("audit-more").disabled = true;
  try {
    const answer = await api.audit(storeId, cursor);
    if (storeId === page.storeId) page = { ...page, entries: [...(cursor ? page.entries : []), ...answer.entries], cursor: answer.cursor, fault: null };
  } catch (fault) {
    page = { ...page, fault };
  }
  byId("audit-more").disabled = false;
  if (isOpen) draw(get());
}

function draw(state) {
  const { language } = state;
  byId("audit-fault").hidden = !page.fault;
  write(byId("audit-fault"), page.fault ? refusal(language, page.fault) : "");
  write(byId("audit-state"), page.entries?.length || page.fault ? "" : say(language, page.entries ? "auditEmpty" : "loading"));
  byId("audit-more").hidden = !page.cursor;
  const entries = page.entries ?? [];
  const shown = `${language} ${page.storeId} ${entries.length} ${entries[0]?.id}`;
  if (drawn === shown) return;
  drawn = shown;
  byId("audit-entries").hidden = entries.length === 0;
  byId("audit-entries").replaceChildren(...entries.map((entry) => drawEntry(state, entry)));
}

function drawEntry({ language, now }, entry) {
  const link = entry.session_id && make("a", { href: `#${entry.session_id}` }, say(language, "auditSee"));
  return make("li", { class: "row", "data-action": entry.action },
    make("time", { class: "small muted", datetime: entry.at }, `${day(language, entry.at, now)} ${clock(language, entry.at)}`),
    make("p", { class: "row-words" }, make("strong", { dir: "auto" }, entry.agent_name || "–"), ` ${did(language, entry)}`),
    link || null);
}

/** Say what was done; what no text knows says itself. */
function did(language, { action, details }) {
  if (has(language, `audit_${action}`)) return `${say(language, `audit_${action}`)}${failures(language, details)}`;
  const [verb, what] = action.split(/_(.*)/);
  if (!has(language, `audit_${verb}`) || !has(language, `what_${what}`)) return plain(action);
  const fields = Array.isArray(details?.fields) && details.fields.length ? ` (${plain(details.fields.join(", "))})` : "";
  return `${say(language, `audit_${verb}`, { what: say(language, `what_${what}`) })}${fields}`;
}

const failures = (language, details) => (details?.failed ? ` (${say(language, "auditFailed", { count: details.failed })})` : "");
