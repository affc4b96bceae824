// Keys for what can be done, and the list of them. They rest while a dialog is open or words are being composed.

import { store } from "./actions.js";
import { acts } from "./acts.js";
import { openDialog } from "./dialogs.js";
import { make } from "./dom.js";
import { openPalette } from "./palette.js";
import { sendKeys, switchSendKey } from "./send_key.js";
import { say } from "./texts.js";

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

/** Acts of the page itself: they need no conversation. */
const own = [
  { id: "sendKeyOther", when: ({ phase }) => phase === "ready", run: switchSendKey },
  { id: "palette", keys: "Mod+K", when: ({ phase }) => phase === "ready", run: openPalette },
  { id: "shortcuts", keys: "?", inMenu: true, when: ({ phase }) => phase === "ready", run: showShortcuts },
];
export const everyAct = () => [...acts, ...own];

/** Hear the keys of the whole page. */
export function installShortcuts() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isResting(event)) return;
    const act = everyAct().find((each) => each.keys && !each.isHeard && isPressed(each.keys, event));
    if (!act) return;
    event.preventDefault(); // a key of ours is never the browser's, even when it can do nothing now
    if ((!event.repeat || act.repeats) && act.when(store.get())) act.run();
  });
}

// AltGr writes € and @ on many keyboards: there it says Ctrl and Alt, and means neither.
const isResting = (event) =>
  event.isComposing || event.keyCode === 229 || event.getModifierState("AltGraph") || Boolean(document.querySelector("dialog[open]"));

const isWriting = (target) => target instanceof Element && Boolean(target.closest("input, textarea, select, [contenteditable]"));

/** Is it these keys and no others? Letters go by their place: Alt makes other signs of them on some keyboards. */
function isPressed(keys, event) {
  const parts = keys.split("+");
  const sign = parts.pop();
  const mod = isApple ? event.metaKey : event.ctrlKey;
  const other = isApple ? event.ctrlKey : event.metaKey;
  if (sign === "?" && event.key === "?" && event.altKey) return true; // with Alt also while one writes
  if (other || mod !== parts.includes("Mod") || event.altKey !== parts.includes("Alt")) return false;
  if (/^[A-Z]$/.test(sign)) return !event.shiftKey && event.code === `Key${sign}`;
  return event.key === sign && !isWriting(event.target);
}

/** Write keys as this machine's keyboard has them. */
export const keysInWords = (keys) =>
  (isApple ? keys.replace("Mod", "⌘").replace("Alt", "⌥") : keys.replace("Mod", "Ctrl")).replaceAll("+", isApple ? " " : " + ");

// What the fields hear themselves, for the list alone.
const heard = () => [
  { keys: sendKeys().send, id: "sendKey" }, { keys: sendKeys().line, id: "newLine" }, { keys: "↑ ↓", id: "walk" }, { keys: "R", id: "quote" },
];

/** Show every shortcut there is, and let the key that sends be changed. */
export function showShortcuts() {
  const { language } = store.get();
  const list = make("dl", { class: "shortcuts", tabindex: "0", "aria-label": say(language, "act_shortcuts") });
  const other = make("button", { type: "button", class: "plain", "data-testid": "send-key" }, say(language, "act_sendKeyOther"));
  const draw = () => list.replaceChildren(...[...everyAct().filter((act) => act.keys), ...heard()].map((act) => row(language, act)));
  other.addEventListener("click", () => {
    switchSendKey();
    draw();
  });
  draw();
  openDialog(language, { title: say(language, "act_shortcuts"), testId: "shortcuts", kind: "large" }, list, make("div", { class: "dialog-foot" }, other));
}

const row = (language, { keys, id }) =>
  make("div", { class: "shortcut" }, make("dt", {}, make("kbd", {}, keysInWords(keys))), make("dd", {}, say(language, `act_${id}`)));
