// What a store sends to be answered with a press: buttons, lists, and templates.
import { element, icon } from "./dom.js";
import { FILES, documentCard, picture } from "./files.js";
import { link, words } from "./words.js";

/** Draw buttons, a list, or what a customer chose; `reply` takes the payload of what is pressed. */
export function interactive(content, reply) {
  const answer = content.button_reply ?? content.list_reply;
  if (answer) return [words(answer.title), answer.description ? faint(answer.description) : null];
  const { action = {} } = content;
  return [
    content.header ? header(content.header) : null,
    words(content.body?.text),
    content.footer?.text ? faint(content.footer.text) : null,
    choicesOf(action, reply),
  ];
}

function choicesOf(action, reply) {
  if (action.sections) return list(action, reply);
  const address = action.parameters?.url;
  const shown = [
    ...(action.buttons ?? []).map((each) => choice("button_reply", each.reply, reply)),
    ...(/^https?:\/\//.test(address) ? [pressedLink(address, action.parameters.display_text)] : []),
  ];
  return shown.length > 0 ? element("div", { class: "choices" }, ...shown) : null;
}

function header(head) {
  if (head.type === "text") return element("p", { class: "head-words" }, head.text ?? "");
  const file = head[head.type] ?? {};
  if (head.type === "image") return picture(file);
  return head.type === "video" ? FILES.video(file)[0] : documentCard(file);
}

function choice(type, { id, title, description }, reply) {
  const picked = { id, title, ...(description ? { description } : {}) };
  const press = () => reply({ type: "interactive", interactive: { type, [type]: picked } });
  return element("button", { type: "button", class: "choice", on: { click: press } },
    element("span", {}, title), description ? element("small", {}, description) : null);
}

function pressedLink(address, title) {
  const shown = link(address, icon("out"), title || address);
  shown.className = "choice choice-link";
  return shown;
}

/** Draw a list: closed until its button is pressed, as on a phone. */
function list(action, reply) {
  const rows = element("div", { class: "list-rows", hidden: true }, ...action.sections.flatMap((each) => [
    each.title ? element("p", { class: "list-title" }, each.title) : null,
    ...(each.rows ?? []).map((row) => choice("list_reply", row, reply)),
  ]));
  const toggle = () => {
    rows.hidden = !rows.hidden;
    opener.setAttribute("aria-expanded", String(!rows.hidden));
  };
  const opener = element("button", {
    type: "button", class: "choice choice-list", testid: "open-list", "aria-expanded": "false", on: { click: toggle },
  }, icon("list"), element("span", {}, action.button ?? ""));
  return element("div", { class: "choices" }, opener, rows);
}

/** Draw a template as its customer reads it, with its name above for who tests. */
export function template({ name, language, components = [], shown = {} }, reply) {
  const values = components.filter((each) => each.type === "header").flatMap((each) => each.parameters ?? []);
  const file = values.find((each) => each.type !== "text");
  const buttons = (shown.buttons ?? []).map((each) => templateButton(each, reply));
  return [
    element("span", { class: "template-head" }, icon("template"),
      element("span", {}, element("small", { text: "kindTemplate" }), element("strong", {}, `${name ?? "?"} · ${language?.code ?? ""}`))),
    file ? header(file) : null,
    shown.header ? element("p", { class: "head-words" }, shown.header) : null,
    shown.body ? words(shown.body) : null,
    shown.footer ? faint(shown.footer) : null,
    buttons.length > 0 ? element("div", { class: "choices" }, ...buttons) : null,
  ];
}

function templateButton({ type, text, payload, url }, reply) {
  if (/^https?:\/\//.test(url)) return pressedLink(url, text);
  if (type !== "QUICK_REPLY") return element("span", { class: "choice" }, text);
  const press = () => reply({ type: "button", button: { payload, text } });
  return element("button", { type: "button", class: "choice", on: { click: press } }, text);
}

function faint(text) {
  return element("p", { class: "faint" }, text);
}
