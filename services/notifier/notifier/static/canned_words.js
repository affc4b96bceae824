// Which canned replies are meant by what stands after a slash, and what their variables become. Pure.

import { folded } from "./words.js";

const MOST = 8;

/** Find the word that begins with a slash right before the cursor: its place and what follows the slash, or null. */
export function slashed(text, cursor) {
  const found = /(?:^|\s)\/([\p{L}\p{N}-]{0,32})$/u.exec(text.slice(0, cursor));
  return found ? { from: cursor - found[1].length - 1, to: cursor, words: found[1] } : null;
}

/** Sort what is meant: shortcuts that begin with it, then those that hold it, then texts. */
export function meant(replies, words) {
  const asked = folded(words);
  const rank = ({ shortcut, text }) =>
    (shortcut.startsWith(asked) ? 0 : shortcut.includes(asked) ? 1 : folded(text).includes(asked) ? 2 : 3);
  return replies.map((reply) => [rank(reply), reply]).filter(([place]) => place < 3)
    .sort(([one], [other]) => one - other).slice(0, MOST).map(([, reply]) => reply);
}

const NAMES = { nombre: "name", name: "name", tienda: "store", store: "store", agente: "agent", agent: "agent" };

/** Fill in the variables; one that is not known leaves no gap, and a word that is none of them stays. */
export function filled(text, values) {
  return text.replace(/([^\S\n]?)\{\{\s*(\p{L}+)\s*\}\}/gu, (whole, before, word) => {
    const name = NAMES[word.toLowerCase()];
    if (!name) return whole;
    return values[name] ? `${before}${values[name]}` : "";
  });
}
