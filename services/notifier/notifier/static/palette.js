// The palette: all that can be done now, and every conversation by its name, under one key.

import * as api from "./api.js";
import { open, store } from "./actions.js";
import { chooseFrom } from "./choosing.js";
import { openDialog } from "./dialogs.js";
import { make } from "./dom.js";
import { everyAct, keysInWords } from "./shortcuts.js";
import { say } from "./texts.js";
import { folded, nameOf, number, plain, refusal } from "./words.js";

const MOST = 8; // conversations in the list
const { get } = store;

/** Open it over the page; what is chosen is done when it has closed. */
export function openPalette() {
  const { language } = get();
  const place = make("div", { class: "dialog-body" });
  const possible = everyAct().filter((act) => act.id !== "palette" && !act.isHidden && act.when(get()));
  const dialog = openDialog(language, { title: say(language, "act_palette"), testId: "palette", kind: "large" }, place);
  chooseFrom(place, {
    label: say(language, "paletteSearch"), isSlow: true, testId: "palette-search",
    empty: (fault) => (fault ? refusal(language, fault) : say(language, "emptySearch")),
    find: (words) => find(words, possible),
    onChosen: ({ run }) => {
      dialog.addEventListener("close", run); // after the focus is back where it was
      dialog.close();
    },
  });
}

async function find(words, possible) {
  const { language, storeId } = get();
  const asked = folded(words).split(/\s+/);
  const isMeant = (text) => asked.every((word) => folded(text).includes(word));
  const commands = possible.map((act) => ({
    key: act.id, words: say(language, `act_${act.id}`), side: act.keys ? keysInWords(act.keys) : "", run: () => act.run(),
  })).filter((row) => isMeant(row.words));
  if (!words.trim()) return commands;
  const page = await api.sessions(storeId, { filter: "all", words: words.trim() }).catch(() => ({ sessions: [] })); // the commands still help
  return [...commands, ...page.sessions.slice(0, MOST).map((line) => ({
    key: line.id, words: plain(nameOf(language, line)), more: line.name ? number(line.phone) : "", side: say(language, "conversation"),
    run: () => openFound(page, line),
  }))];
}

/** Open a conversation that the list may not have loaded. */
function openFound(page, line) {
  if (!get().sessions[line.id]) store.dispatch({ type: "learned", page: { ...page, sessions: [line] } });
  store.dispatch({ type: "set", values: { view: "conversations" } });
  open(line.id);
}
