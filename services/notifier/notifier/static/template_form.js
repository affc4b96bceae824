// Fills in a template: a field for each variable, and what the customer will read as it is written.

import * as api from "./api.js";
import { make, write } from "./dom.js";
import { FILES, fileButton, valueOf } from "./template_file.js";
import { has, say } from "./texts.js";
import { plain, refusal } from "./words.js";

const SOON = 250; // milliseconds of rest before the preview is asked for

/** Show the form in the dialog's place; `back` shows the list again, `send` may be refused. */
export function fillIn(picker) {
  const { language, storeId, place, foot, template, back, send: go } = picker;
  const fields = template.variables.map((variable) => fieldOf(picker, variable, () => changed()));
  const preview = make("p", { class: "content", dir: "auto", "data-testid": "template-preview" });
  const fault = make("p", { class: "fault", role: "alert", hidden: true });
  const send = make("button", { type: "submit", form: "template-form", class: "primary", "data-testid": "template-send", disabled: true }, say(language, "send"));
  const other = make("button", { type: "button", class: "plain" }, say(language, "otherTemplate"));
  const form = make("form", { id: "template-form", class: "template-form" },
    make("h3", {}, template.name, " ", make("span", { class: "badge" }, template.language)),
    ...fields.map(({ row }) => row),
    make("div", { class: "preview message agent" }, make("span", { class: "small muted" }, say(language, "templatePreview")), make("div", { class: "bubble" }, preview)),
    fault);
  const chosen = () => ({
    name: template.name, language: template.language,
    variables: Object.fromEntries(fields.map(({ name, input }) => [name, valueOf(input)]).filter(([, value]) => value.trim())),
  });

  let asked = 0;
  async function look() {
    const mine = asked += 1;
    const told = await api.previewTemplate(storeId, chosen()).catch((refused) => ({ refused }));
    if (mine !== asked || !form.isConnected) return;
    fault.hidden = !told.refused;
    write(fault, told.refused ? refusal(language, told.refused) : "");
    if (told.text !== undefined) write(preview, plain(told.text));
    send.disabled = Boolean(told.refused) || told.missing.length > 0;
  }

  let soon = 0;
  function changed() {
    send.disabled = true;
    asked += 1;
    clearTimeout(soon);
    soon = setTimeout(look, SOON);
  }
  form.addEventListener("input", changed);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    send.disabled = true;
    const refused = await Promise.resolve(go(chosen(), preview.textContent)).then(() => null, (why) => why);
    if (!refused) return;
    fault.hidden = false;
    write(fault, refusal(language, refused));
    send.disabled = false;
  });
  other.addEventListener("click", back);
  place.replaceChildren(form);
  foot.replaceChildren(other, send);
  (fields[0]?.input ?? send).focus();
  return look();
}

let count = 0;

function fieldOf(picker, { name, part, kind, longest }, changed) {
  const { language, sessionId } = picker;
  count += 1;
  const id = `variable-${count}`;
  const input = make("input", { id, name, maxlength: longest, type: kind === "text" || kind === "code" ? "text" : "url", inputmode: kind === "url" ? "text" : null, autocomplete: "off", required: true, "data-testid": "template-value" });
  if (kind === "url") input.type = "text"; // the end of an address is none
  const own = name.split(".").at(-1);
  const words = has(language, `variable_${kind}`) ? say(language, `variable_${kind}`) : /^\d+$/.test(own) ? say(language, "variable_number", { number: own }) : own;
  const where = part === "body" ? "" : ` (${say(language, `part_${part}`)})`;
  const row = make("label", { for: id }, make("span", {}, `${words}${where}`), input);
  // Who has no session yet has no place for a file: a link is all there is.
  const isFile = FILES.has(kind) && sessionId;
  return { name, input, row: isFile ? make("div", {}, row, fileButton(picker, kind, input, changed)) : row };
}
