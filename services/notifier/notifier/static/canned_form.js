// The dialog that adds, changes and removes canned replies, for who may.

import * as api from "./api_compose.js";
import { store } from "./actions.js";
import { forgetCanned } from "./canned.js";
import { isConfirmed, openDialog } from "./dialogs.js";
import { make, write } from "./dom.js";
import { say } from "./texts.js";
import { plain, refusal } from "./words.js";

const VARIABLES = { es: "{{nombre}}, {{tienda}}, {{agente}}", en: "{{name}}, {{store}}, {{agent}}" };

/** Open the dialog with the list. */
export function changeCanned(language = store.get().language) {
  const { storeId } = store.get();
  const place = make("div", { class: "dialog-body" });
  const foot = make("div", { class: "dialog-foot" });
  openDialog(language, { title: say(language, "cannedTitle"), testId: "canned-dialog", kind: "large" }, place, foot);
  showList({ language, storeId, place, foot });
}

async function showList(dialog) {
  const { language, storeId, place, foot } = dialog;
  forgetCanned();
  const replies = await api.canned(storeId).catch((fault) => ({ fault }));
  if (!place.isConnected) return;
  const add = make("button", { type: "button", class: "primary", "data-testid": "canned-add" }, say(language, "cannedAdd"));
  add.addEventListener("click", () => showForm(dialog, null));
  foot.replaceChildren(add);
  add.focus();
  if (replies.fault) place.replaceChildren(make("p", { class: "fault", role: "alert" }, refusal(language, replies.fault)));
  else if (!replies.length) place.replaceChildren(make("p", { class: "muted" }, say(language, "cannedEmpty")));
  else place.replaceChildren(make("ul", { class: "kept-list" }, ...replies.map((reply) => row(dialog, reply))));
}

function row(dialog, reply) {
  const { language, storeId } = dialog;
  const named = (key) => say(language, key, { shortcut: reply.shortcut });
  const change = make("button", { type: "button", class: "plain", "aria-label": named("cannedChangeOne"), "data-testid": "canned-change" }, say(language, "change"));
  const remove = make("button", { type: "button", class: "quiet", "aria-label": named("cannedRemoveOne"), "data-testid": "canned-remove" }, say(language, "remove"));
  change.addEventListener("click", () => showForm(dialog, reply));
  remove.addEventListener("click", async () => {
    const isSure = await isConfirmed(language, { title: named("cannedRemoveOne"), words: plain(reply.text).slice(0, 200), yes: say(language, "remove") });
    if (!isSure) return;
    await api.removeCanned(storeId, reply.id).catch(() => null); // gone already is gone
    showList(dialog);
  });
  return make("li", { class: "kept" }, make("div", { class: "kept-words" },
    make("strong", {}, `/${reply.shortcut}`), make("p", { class: "small muted two-lines", dir: "auto" }, plain(reply.text))), change, remove);
}

function showForm(dialog, reply) {
  const { language, storeId, place, foot } = dialog;
  const shortcut = make("input", { id: "canned-shortcut", required: true, maxlength: "32", pattern: "[a-z0-9\\-]{1,32}", title: say(language, "cannedShortcutHint"), autocomplete: "off", autocapitalize: "off", spellcheck: "false", "data-testid": "canned-shortcut" });
  const text = make("textarea", { id: "canned-text", required: true, rows: "6", maxlength: "4096", "data-testid": "canned-text" });
  const fault = make("p", { class: "fault", role: "alert", hidden: true });
  const keep = make("button", { type: "submit", form: "canned-form", class: "primary", "data-testid": "canned-keep" }, say(language, "keep"));
  const back = make("button", { type: "button", class: "plain" }, say(language, "cancel"));
  const form = make("form", { id: "canned-form", class: "asked" },
    make("label", { for: "canned-shortcut" }, say(language, "cannedShortcut")), shortcut, make("p", { class: "small muted" }, say(language, "cannedShortcutHint")),
    make("label", { for: "canned-text" }, say(language, "cannedText")), text, make("p", { class: "small muted" }, say(language, "cannedTextHint", { variables: VARIABLES[language] })), fault);
  [shortcut.value, text.value] = [reply?.shortcut ?? "", reply?.text ?? ""];
  shortcut.addEventListener("input", () => { shortcut.value = shortcut.value.toLowerCase().replace(/^\//, "").replace(/\s/g, "-"); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    keep.disabled = true;
    const kept = { shortcut: shortcut.value, text: text.value };
    try {
      await (reply ? api.changeCanned(storeId, reply.id, kept) : api.addCanned(storeId, kept));
      showList(dialog);
    } catch (refused) {
      write(fault, refusal(language, refused));
      fault.hidden = false;
      keep.disabled = false;
    }
  });
  back.addEventListener("click", () => showList(dialog));
  place.replaceChildren(form);
  foot.replaceChildren(back, keep);
  shortcut.focus();
}
