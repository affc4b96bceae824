// Above the messages: who the customer is, whose the conversation is, and why.

import { byId, write } from "./dom.js";
import { holder } from "./state.js";
import { has, say } from "./texts.js";
import { initials, nameOf, number, refusal, span } from "./words.js";

/** Draw the head of the open conversation; without a line it is still loading. */
export function drawHead(state, line) {
  const { language, pending } = state;
  const name = line ? nameOf(language, line) : "…";
  const whose = line ? holder(state, line) : "";
  write(byId("thread-name"), name);
  write(byId("thread-avatar"), initials(name));
  write(byId("thread-detail"), line ? [line.name ? number(line.phone) : "", windowWords(state, line)].filter(Boolean).join(" · ") : "");
  byId("give-back").hidden = whose !== "mine" && whose !== "waiting";
  byId("resolve").hidden = whose !== "mine" && whose !== "waiting";
  for (const id of ["give-back", "resolve", "take-over"]) byId(id).disabled = Boolean(pending);
  const status = byId("state");
  status.dataset.status = line?.status ?? "";
  status.dataset.holder = line?.blocked ? "blocked" : whose;
  write(status, line ? stateWords(state, line, whose) : state.thread?.status === "loading" ? say(language, "loading") : "");
  write(byId("typing"), state.typing ? say(language, "typing", { name: state.typing }) : "");
  const fault = state.actionFault?.fault;
  byId("action-error").hidden = !fault;
  write(byId("action-error"), fault ? refusal(language, fault) : "");
}

function stateWords({ language, now }, line, whose) {
  if (line.blocked) return say(language, "stateBlocked");
  if (whose === "bot") return say(language, "stateBot");
  if (whose === "mine") return say(language, "stateMine");
  if (whose === "colleague") return say(language, "stateColleague", { name: line.owner_name });
  if (whose === "resolved") return say(language, "stateResolved");
  const since = span(language, Math.max(0, now - Date.parse(line.waiting_since ?? now)));
  return say(language, "stateWaiting", { since, reason: reasonWords(language, line.handover_trigger) });
}

/** Say why a person was called. */
export const reasonWords = (language, trigger) =>
  say(language, trigger && has(language, `reason_${trigger}`) ? `reason_${trigger}` : "reason_other");

function windowWords({ language, now }, line) {
  if (!line.window_expires_at) return "";
  const left = Date.parse(line.window_expires_at) - now;
  return left > 0 ? say(language, "windowEnds", { left: span(language, left) }) : say(language, "windowOver");
}
