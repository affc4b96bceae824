// The dialog that begins a conversation: to whom, and with which template. Nobody has to have written before.

import { loadLists, open, store } from "./actions.js";
import { startConversation } from "./api_compose.js";
import { newId } from "./commands.js";
import { openDialog } from "./dialogs.js";
import { byId, icon, make } from "./dom.js";
import { mayDo } from "./rights.js";
import { listTemplates } from "./templates.js";
import { say } from "./texts.js";
import { number } from "./words.js";

const { get } = store;
const DIGITS = [8, 15]; // a number with its country

/** Hear the button beside the search. */
export function installBeginning() {
  byId("begin").append(icon("plus", 20));
  byId("begin").addEventListener("click", beginConversation);
  store.listen((state) => { byId("begin").hidden = !mayDo(state, "answer"); });
}

/** Ask for the number, then for the template, then send it and open what has begun. */
export function beginConversation() {
  const { language, storeId } = get();
  const place = make("div", { class: "dialog-body" });
  const foot = make("div", { class: "dialog-foot" });
  const dialog = openDialog(language, { title: say(language, "beginTitle"), testId: "begin-dialog", kind: "large" }, place, foot);
  askForNumber({ language, storeId, dialog, place, foot });
}

function askForNumber({ language, storeId, dialog, place, foot }) {
  const phone = make("input", { id: "begin-phone", type: "tel", required: true, maxlength: "40", autocomplete: "off", "data-testid": "begin-phone", "aria-describedby": "begin-phone-hint" });
  const name = make("input", { id: "begin-name", maxlength: "200", autocomplete: "off", "data-testid": "begin-name" });
  const go = make("button", { type: "submit", form: "begin-form", class: "primary", "data-testid": "begin-next" }, say(language, "beginNext"));
  const form = make("form", { id: "begin-form", class: "asked" },
    make("label", { for: "begin-phone" }, say(language, "beginPhone")), phone, make("p", { id: "begin-phone-hint", class: "small muted" }, say(language, "beginPhoneHint")),
    make("label", { for: "begin-name" }, say(language, "beginName")), name, make("p", { class: "small muted" }, say(language, "beginWhy")));
  phone.addEventListener("input", () => phone.setCustomValidity(""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const digits = phone.value.replace(/\D/g, "");
    if (digits.length < DIGITS[0] || digits.length > DIGITS[1]) {
      phone.setCustomValidity(say(language, "fault_phone_invalid"));
      phone.reportValidity();
      return;
    }
    dialog.querySelector("h2").textContent = `${say(language, "beginTitle")} · ${name.value.trim() || number(digits)}`;
    const asked = { message_id: newId(), phone: digits, name: name.value.trim() };
    listTemplates({ language, storeId, dialog, place, foot, send: (template) => begin(storeId, dialog, { ...asked, template }) });
  });
  place.replaceChildren(form);
  foot.replaceChildren(go);
  phone.focus();
}

/** Send it; a refusal goes to the form, which shows it and may be sent again: it is the same message. */
async function begin(storeId, dialog, asked) {
  const { session_id: sessionId } = await startConversation(storeId, asked);
  dialog.close();
  if (get().storeId !== storeId) return;
  await loadLists();
  open(sessionId);
}
