// What a message is, in words: its kind, its quote, what WhatsApp notes beside it. Pure.

import { has, say } from "./texts.js";
import { number, plain } from "./words.js";

const NOTES = new Set(["system", "call", "request_welcome", "release_note", "returned"]);
// Their words stand in the body already, as a table or a card.
const IN_THE_BODY = new Set(["order", "location", "contacts", "unsupported", "interactive", "button"]);

/** Is it said by WhatsApp, between the two who talk? */
export const isNote = (message) => NOTES.has(message.kind) && !message.revoked;

/** Name what a message is when it has no words. */
export function kindOf(language, kind, details) {
  const key = kind === "audio" && details?.voice ? "voice" : kind;
  return say(language, has(language, `kind_${key}`) ? `kind_${key}` : "kind_other");
}

/** Say a message in one line: its words, or what it is. */
export function inShort(language, message) {
  if (message.revoked || message.kind === "revoke") return say(language, "deleted");
  const { kind, content } = message;
  if (kind === "notice") return "";
  if (!content) return kindOf(language, message.images?.length ? "image" : kind, message.details);
  return kind === "text" ? content : `${signOf(language, kind)} ${content}`.trim();
}

/** Give the sign of a kind alone. */
export const signOf = (language, kind) => (has(language, `kind_${kind}`) ? kindOf(language, kind).split(" ")[0] : "");

/** Say the last message as the list does: the server writes [kind] for one without words. */
export function preview(language, { preview: text, preview_kind: kind }) {
  const bare = /^\[(\w+)\]$/.exec(text ?? "");
  const known = kind ?? (bare ? bare[1] : "text");
  const content = bare && known !== "text" ? "" : text ?? "";
  return known === "text" ? content : inShort(language, { kind: known, content });
}

/** Find the words that stand under the body. */
export function wordsOf(message) {
  const { kind, content, details, revoked, role } = message;
  if (kind === "interactive" && role !== "user") return revoked ? "" : content;
  return revoked || (IN_THE_BODY.has(kind) && Object.keys(details ?? {}).length) ? "" : content;
}

/** Say a note of WhatsApp's: a new number, a call, a chat that was opened. */
export function noteOf(language, { kind, content, details = {} }) {
  if (kind === "request_welcome") return say(language, "chatOpened");
  if (kind === "call") return callOf(language, details);
  if (details.event?.includes("user_id")) return say(language, "identityChanged");
  if (details.wa_id) return say(language, "numberChanged", { number: number(plain(details.wa_id)) });
  return plain(details.body || content) || say(language, "systemNote");
}

function callOf(language, { direction, seconds }) {
  const words = say(language, direction?.includes("business") ? "callMade" : seconds ? "callNote" : "callMissed");
  return seconds ? say(language, "callLasted", { words, seconds }) : words;
}

/** Say what WhatsApp did not hand out, and with which error. */
export function undelivered(language, { type, errors = [] }) {
  if (type === "own_number") return [say(language, "ownNumber")];
  const name = type && has(language, `unsupported_${type}`) ? say(language, `unsupported_${type}`) : plain(type ?? "");
  const words = [say(language, "notDelivered"), name].filter(Boolean).join(": ");
  return [words, ...errors.map((error) => faultOf(error)).filter(Boolean)];
}

export const faultOf = ({ code, title, details }) =>
  [code, plain(String(title || details || ""))].filter(Boolean).join(": ");

// What the download calls it, Graph's codes and HTTP's among them, by what an agent can make of it.
const SAME = [
  ["no_answer", /^(given_up|too_slow|no_address|packed|5\d\d|429)$/],
  ["expired", /^(bad_media_id|404|410|100)$/],
  ["forbidden_source", /^too_many_redirects$/],
  ["token_refused", /^(190|0|401|403)$/],
];

/** Say why a file did not come; a reason nobody foresaw is shown as it is. */
export function mediaFault(language, reason) {
  const words = say(language, "mediaFailed");
  if (!reason) return `${words}.`;
  const known = SAME.find(([, pattern]) => pattern.test(reason))?.[0] ?? reason;
  return `${words}: ${has(language, `media_${known}`) ? say(language, `media_${known}`) : plain(reason)}.`;
}

/** Say why a store is paused, what that means for what is sent, and what to do about it. */
export function pausedFor(language, reason) {
  const key = reason || "by_hand";
  const known = has(language, `paused_${key}`);
  const why = say(language, known ? `paused_${key}` : "paused_other", { reason: plain(reason) });
  return reason === "spam_limit" ? `${say(language, "pausedBot")} ${why}` : `${say(language, "paused")} ${why} ${say(language, "pausedKeeps")}`;
}
