// The dialog that chooses a template: WhatsApp's list, searched; what was chosen is filled in by template_form.

import * as api from "./api.js";
import { store } from "./actions.js";
import { sendTemplate } from "./commands.js";
import { openDialog } from "./dialogs.js";
import { make } from "./dom.js";
import { isStillOpen } from "./going_on.js";
import { has, say } from "./texts.js";
import { fillIn } from "./template_form.js";
import { plain, refusal } from "./words.js";

const { get } = store;
const PATIENCE = [1500, 2000, 3000, 4000]; // milliseconds between looks for a list that is being read anew

/** Open the dialog over the open conversation; what is chosen goes to it. */
export function chooseTemplate() {
  const { language, openId, sessions } = get();
  const place = make("div", { class: "dialog-body" });
  const foot = make("div", { class: "dialog-foot" });
  const dialog = openDialog(language, { title: say(language, "templatesTitle"), testId: "templates", kind: "large" }, place, foot);
  const send = async (chosen, text) => {
    if (!isStillOpen(openId)) throw new api.ApiFault(0, "open_elsewhere", ""); // the form shows it
    dialog.close();
    sendTemplate(chosen, text);
  };
  return listTemplates({ language, storeId: get().storeId, sessionId: openId, dialog, place, foot, send, isOptedOut: sessions[openId]?.opted_out });
}

/** Show the list in a dialog's place; `send(chosen, text)` is what becomes of a template that is filled in. */
export async function listTemplates(picker) {
  const { language, storeId, place } = picker;
  place.setAttribute("aria-busy", "true");
  place.replaceChildren(make("p", { class: "muted" }, say(language, "loading")));
  try {
    show({ ...picker, known: await api.templates(storeId) });
  } catch (fault) {
    place.replaceChildren(make("p", { class: "fault", role: "alert" }, refusal(language, fault)));
  }
  place.removeAttribute("aria-busy");
}

function show(picker, words = "") {
  const { language, known, place, foot } = picker;
  const search = make("input", { type: "search", class: "search", "data-testid": "template-search", placeholder: say(language, "templateSearch"), "aria-label": say(language, "templateSearch"), autocomplete: "off" });
  const list = make("ul", { class: "templates" });
  const count = make("p", { class: "small muted", role: "status" });
  const draw = () => {
    const found = known.templates.filter((each) => isMeant(each, search.value));
    list.replaceChildren(...found.map((each) => line(picker, each, () => search.value)));
    count.textContent = found.length ? "" : say(language, known.templates.length ? "emptySearch" : "noTemplates");
  };
  search.value = words;
  search.addEventListener("input", draw);
  foot.replaceChildren();
  place.replaceChildren(search, problemOf(picker), count, list);
  draw();
  search.focus();
}

const isMeant = ({ name, text, header }, words) =>
  words.trim().toLowerCase().split(/\s+/).every((word) => `${name} ${header} ${text}`.toLowerCase().includes(word));

function line(picker, template, words) {
  const { language } = picker;
  const why = whyNot(picker, template);
  const button = make("button", { type: "button", class: "template", "data-testid": "template", disabled: Boolean(why) },
    make("span", { class: "template-name" }, template.name), make("span", { class: "badge" }, template.language),
    make("span", { class: "template-text small muted", dir: "auto" }, why || plain(template.text)));
  button.addEventListener("click", () => fillIn({ ...picker, template, back: () => show(picker, words()) }));
  return make("li", {}, button);
}

/** Say why a template cannot be chosen; empty when it can. */
function whyNot({ language, isOptedOut }, { usable, unusable, category }) {
  if (usable) return isOptedOut && category === "MARKETING" ? say(language, "fault_opted_out") : "";
  return say(language, has(language, `unusable_${unusable}`) ? `unusable_${unusable}` : "unusable_other");
}

/** Say that the list is old or was never read, and let it be read now. */
function problemOf(picker) {
  const { language, known } = picker;
  const words = known.problem ? say(language, "templatesProblem", { problem: plain(known.problem) }) : "";
  const again = make("button", { type: "button", class: "link" }, say(language, "templatesRefresh"));
  const row = make("p", { class: "templates-state small" }, words, again);
  again.addEventListener("click", () => readAnew(picker, again, row));
  return row;
}

async function readAnew(picker, again, row) {
  const { language, storeId } = picker;
  again.disabled = true;
  try {
    await api.refreshTemplates(storeId);
    for (const pause of PATIENCE) {
      await new Promise((done) => { setTimeout(done, pause); });
      if (!row.isConnected) return;
      const known = await api.templates(storeId);
      if (known.listed_at !== picker.known.listed_at || known.problem !== picker.known.problem) {
        show({ ...picker, known });
        return;
      }
    }
    again.disabled = false;
  } catch (fault) {
    row.replaceChildren(refusal(language, fault));
  }
}
