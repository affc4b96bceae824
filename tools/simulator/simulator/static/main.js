// Starts the page: its tools, its phones, and the word about the connection.
import { button, element, icon } from "./dom.js";
import { Faults } from "./faults.js";
import { onState } from "./live.js";
import { Phones } from "./phones.js";
import { switchLanguage, switchTheme, text, translate } from "./preferences.js";
import { getConsole, getStores } from "./server.js";

const LOOK_AGAIN_MS = 2000;

const root = document.getElementById("phones");
const faults = new Faults();
let phones = null;

function showState(state) {
  const shown = document.querySelector(".live");
  const words = shown.querySelector(".live-text");
  if (shown.dataset.state === state) return;
  shown.dataset.state = state;
  words.dataset.text = state;
  words.textContent = text(state);
}

function fillTools(consoleUrl) {
  const link = consoleUrl ? element("a", {
    class: "tool", href: consoleUrl, target: "_blank", rel: "noopener", label: "console", testid: "console-link",
  }, icon("out"), element("span", { class: "tool-text", text: "console" })) : null;
  const tools = [
    button("plus", { class: "tool", testid: "add-phone", label: "addPhone", on: { click: () => phones?.add() } },
      element("span", { class: "tool-text", text: "addPhone" })),
    faults.root,
    link,
    button("globe", { class: "tool", testid: "language", label: "languageLabel", on: { click: switchLanguage } },
      element("span", { class: "tool-text", text: "language" })),
    element("button", { type: "button", class: "tool", testid: "theme", label: "theme", on: { click: switchTheme } },
      icon("sun"), icon("moon")),
  ];
  document.getElementById("tools").replaceChildren(...tools.filter(Boolean));
}

async function openPhones() {
  const stores = await getStores().catch(() => []);
  if (stores.length > 0) {
    root.replaceChildren();
    phones = new Phones(root, stores);
    return;
  }
  root.replaceChildren(translate(element("p", { class: "notice", text: "noStores" })));
  setTimeout(openPhones, LOOK_AGAIN_MS);
}

document.title = text("pageTitle");
onState(showState);
fillTools(await getConsole().catch(() => ""));
translate(document.body);
await openPhones();
