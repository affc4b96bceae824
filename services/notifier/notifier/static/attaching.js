// Files that go with the next message: chosen, dropped or pasted; each comes up at once and may be taken out again.

import * as api from "./api.js";
import { store } from "./actions.js";
import { newId } from "./commands.js";
import { draftOf } from "./draft_state.js";
import { byId, follow, icon, make, write } from "./dom.js";
import { kindOf } from "./kinds.js";
import { isNoting } from "./note_mode.js";
import { lockOf } from "./state.js";
import { say } from "./texts.js";
import { plain, refusal, size } from "./words.js";

const MOST = 10;
const { dispatch, get } = store;
const uploads = new Map(); // by key: what ends an upload

/** Hear the button, the drop and the paste, and draw the files of the open conversation's draft. */
export function installAttaching() {
  byId("attach").append(icon("attach", 20));
  byId("attach").addEventListener("click", () => byId("files").click());
  byId("files").addEventListener("change", ({ target }) => {
    add([...target.files]);
    target.value = "";
  });
  byId("composer").addEventListener("paste", pasted);
  const pane = byId("open-thread");
  pane.addEventListener("dragover", (event) => dragged(event, true));
  pane.addEventListener("dragleave", (event) => pane.contains(event.relatedTarget) || dragged(event, false));
  pane.addEventListener("drop", (event) => {
    dragged(event, false);
    add([...(event.dataTransfer?.files ?? [])]);
  });
  // A file that misses the conversation must not replace the page.
  for (const way of ["dragover", "drop"]) window.addEventListener(way, (event) => event.preventDefault());
  store.listen(draw);
}

// A note takes no files: they would go to the customer with the next answer.
const isOpen = (state) => Boolean(state.openId) && !isNoting(state) && lockOf(state, state.sessions[state.openId]) === null;

function pasted(event) {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  add(files);
}

function dragged(event, isOver) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  byId("open-thread").classList.toggle("dropping", isOver && isOpen(get()));
}

function add(files) {
  if (!isOpen(get())) return;
  const { openId: sessionId } = get();
  const room = MOST - draftOf(get(), sessionId).files.length;
  for (const file of files.slice(0, Math.max(room, 0))) bringUp(sessionId, file);
  byId("composer").focus();
}

async function bringUp(sessionId, file) {
  const { storeId } = get();
  const key = newId();
  const ending = new AbortController();
  const tell = (values) => dispatch({ type: "fileChanged", key, values });
  uploads.set(key, ending);
  dispatch({ type: "fileAdded", sessionId, file: { key, filename: file.name, size: file.size, status: "coming", progress: 0 } });
  try {
    const kept = await api.upload(storeId, sessionId, file, { tell: (progress) => tell({ progress }), signal: ending.signal });
    tell({ ...kept, status: "ready" });
  } catch (fault) {
    tell({ status: "failed", fault });
  }
  uploads.delete(key);
}

function takeOut(key) {
  uploads.get(key)?.abort();
  dispatch({ type: "fileGone", key });
  byId("composer").focus();
}

function draw(state) {
  const { openId, language } = state;
  const files = openId ? draftOf(state, openId).files : [];
  byId("attach").disabled = !isOpen(state);
  byId("tray").hidden = files.length === 0;
  follow(byId("tray"), files, (file) => file.key, (file, former) => drawFile(language, file, former ?? newFile(file)));
}

function newFile({ key }) {
  const out = make("button", { type: "button", class: "quiet square", "data-testid": "take-out" }, icon("cross", 16));
  out.addEventListener("click", () => takeOut(key));
  return make("li", { class: "file", "data-testid": "file" },
    make("span", { class: "file-words" }, make("bdi", { class: "file-name" }), make("span", { class: "small file-state", role: "status" })),
    make("progress", { max: 1 }), out);
}

function drawFile(language, file, row) {
  const part = (name) => row.querySelector(name);
  const name = plain(file.filename) || say(language, "fileNoName");
  row.dataset.status = file.status;
  write(part(".file-name"), name);
  write(part(".file-state"), stateOf(language, file));
  part("progress").hidden = file.status !== "coming";
  part("progress").value = file.progress;
  part("progress").setAttribute("aria-label", say(language, "fileComing", { name }));
  part("button").setAttribute("aria-label", say(language, "fileOut", { name }));
  part("button").title = say(language, "fileOut", { name });
  return row;
}

function stateOf(language, file) {
  if (file.status === "failed") return refusal(language, file.fault);
  const what = file.status === "ready" ? kindOf(language, file.kind) : "";
  return [what, size(language, file.size)].filter(Boolean).join(" · ");
}
