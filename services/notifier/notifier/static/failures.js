// Why a message did not go, in words. Pure.

import { ruleOf } from "./failure_codes.js";
import { en } from "./failure_texts_en.js";
import { es } from "./failure_texts_es.js";
import { has, say } from "./texts.js";
import { plain } from "./words.js";

const texts = { es, en };
// What these say is little: WhatsApp's own words go with them.
const VAGUE = new Set(["server_fault", "not_in_the_table", "unknown_call", "our_request", "template"]);

/** Say why a message was given up: by our own word for it, else as WhatsApp's refusal. */
export function givenUpFor(language, reason) {
  if (has(language, `dead_${reason}`)) return say(language, `dead_${reason}`);
  if (/^\d+$/.test(reason) || ruleOf(reason)) return reasonOf(language, { error_code: reason, error: "" });
  return say(language, "dead_other", { reason: plain(reason || "?") });
}

// Our own reasons for what was never WhatsApp's to refuse, as the server writes them.
const OURS = { "A person has taken over.": "taken_over", "The bot is off.": "bot_off" };

/** Say why a send failed or was refused: by its code, else by our own reason, else as WhatsApp says it. */
export function reasonOf(language, { error_code: code, error }) {
  const ours = `fault_${OURS[error] ?? error}`;
  if (!code && has(language, ours)) return say(language, ours);
  const rule = code ? ruleOf(code) : null;
  const words = texts[language][code] ?? texts[language][rule];
  if (words && !(VAGUE.has(rule) && words === texts[language][rule])) return words;
  const theirs = plain(error ?? "").replace(/^\(#\d+\)\s*/, "").replace(/[.\s]+$/, "");
  const number = /^\d+$/.test(code) && !theirs.includes(code) ? ` (${code})` : "";
  const short = words ?? texts[language].not_in_the_table;
  return theirs || number ? `${short.replace(/\.$/, "")}${theirs && `: ${theirs}`}${number}.` : short;
}
