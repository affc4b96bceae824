// How a message of ours stands: its sign at the foot, and beneath it the reason and what can be done.

import { retry, sendAgain } from "./commands.js";
import { icon, make } from "./dom.js";
import { reasonOf } from "./failures.js";
import { say } from "./texts.js";
import { isWaiting } from "./message_state.js";
import { clock } from "./words.js";

const SIGNS = {
  sending: "sending", unknown: "sending", retrying: "again", sent: "sent", delivered: "delivered", read: "delivered",
  played: "delivered", failed: "failed",
};
const isOurs = ({ role }) => role === "assistant" || role === "agent";
const isFlagged = ({ status, error }) => status === "unknown" && Boolean(error);

/** Draw the time, that it was edited, which attempt it is, and the sign of its status. */
export function drawFoot(language, message, foot) {
  const time = make("time", { datetime: message.time }, message.time ? clock(language, message.time) : "");
  const edited = message.edited && !message.revoked ? make("span", { class: "edited" }, say(language, "edited")) : "";
  const attempt = message.attempt > 1 ? make("span", { class: "attempt" }, say(language, "attempt", { count: message.attempt })) : "";
  const sign = isFlagged(message) ? "failed" : SIGNS[message.status];
  if (!isOurs(message) || !sign) return foot.replaceChildren(edited, time);
  const words = say(language, isFlagged(message) ? "tick_flagged" : `tick_${message.status}`);
  const tone = isFlagged(message) ? "flagged" : message.status;
  const mark = make("span", { class: `tick ${tone}`, role: "img", "aria-label": words, title: words }, icon(sign, 15));
  return foot.replaceChildren(edited, attempt, time, mark);
}

/** Say beneath a message why it is not there yet or never will be; `holdUp` is what holds back those that wait. */
export function drawStanding(language, message, holdUp, place) {
  const standing = isOurs(message) && !message.revoked ? standingOf(language, message, holdUp) : null;
  place.hidden = !standing;
  place.className = `standing ${standing?.tone ?? ""}`;
  place.replaceChildren(...(standing ? [standing.words, repeatButton(language, message)] : []).filter(Boolean));
}

function standingOf(language, message, holdUp) {
  if (message.status === "failed") return { tone: "bad", words: `${say(language, "tick_failed")}. ${reasonOf(language, message)}` };
  if (message.status === "retrying") return { tone: "wait", words: `${reasonIfAny(language, message)}${say(language, "willRetry")}` };
  if (isFlagged(message)) return { tone: "wait", words: say(language, "unconfirmed") };
  if (message.status === "unknown") return { tone: "calm", words: say(language, "unknownYet") };
  const isHeld = holdUp && message.status === "sending" && isWaiting(message);
  return isHeld ? { tone: "calm", words: say(language, `heldUp_${holdUp}`) } : null;
}

const reasonIfAny = (language, message) =>
  (message.error_code || message.error ? `${reasonOf(language, message)} ` : "");

/** What the server refused goes as the same message; what WhatsApp refused, as a new attempt. */
function repeatButton(language, message) {
  if (!message.isRefused && !message.can_retry) return null;
  const again = make("button", { type: "button", class: "link", "data-testid": "retry", disabled: Boolean(message.isAsked) }, say(language, "retry"));
  again.addEventListener("click", () => (message.isRefused ? sendAgain(message) : retry(message)));
  return again;
}
