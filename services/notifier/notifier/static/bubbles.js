// One message as a bubble, and what stands between bubbles. Outside text goes in as text.

import { icon, make, write } from "./dom.js";
import { sendAgain } from "./commands.js";
import { say } from "./texts.js";
import { clock, failure, kindOf } from "./words.js";

const TICKS = { sending: "sending", unknown: "sending", sent: "sent", delivered: "delivered", read: "delivered", played: "delivered", failed: "failed" };

/** Draw a message, or make its former bubble say what is new. */
export function drawMessage(language, message, former) {
  if (message.kind === "notice") return drawNotice(language, message, former);
  const bubble = former ?? newBubble(message);
  if (bubble.dataset.drawn === drawnOf(language, message)) return bubble;
  bubble.dataset.drawn = drawnOf(language, message);
  bubble.dataset.status = message.status;
  write(bubble.querySelector(".author"), say(language, `role_${message.role}`));
  const kind = bubble.querySelector(".kind");
  kind.hidden = hasNoKind(message);
  write(kind, kindOf(language, message.kind));
  const content = bubble.querySelector(".content");
  write(content, message.content);
  content.hidden = !message.content;
  drawFoot(language, message, bubble.querySelector(".foot"));
  drawFault(language, message, bubble.querySelector(".bubble-fault"));
  return bubble;
}

/** What speaks for itself needs no name for its kind. */
const hasNoKind = ({ kind, content, images }) =>
  kind === "text" || images.length > 0 || (content && ["button", "interactive"].includes(kind));

const drawnOf = (language, { status, error, content, time }) =>
  [language, status, error, time, content].join("\n");

function newBubble(message) {
  return make("article",
    { class: `message ${message.role}`, "data-testid": "message", "data-role": message.role, "data-kind": message.kind },
    make("div", { class: "bubble" },
      make("span", { class: "author" }),
      make("span", { class: "kind" }),
      ...message.images.map(picture),
      make("p", { class: "content" }),
      make("span", { class: "foot" })),
    make("div", { class: "bubble-fault", hidden: true }));
}

/** A picture has its place before it comes; one that never comes leaves its address. */
function picture(address) {
  const language = document.documentElement.lang;
  if (!/^(https?:\/\/|\/)/.test(address)) return make("span", { class: "kind" }, say(language, "pictureBroken"));
  const image = make("img", { src: address, alt: say(language, "picture"), loading: "lazy", decoding: "async", width: 280, height: 280, referrerpolicy: "no-referrer" });
  const link = make("a", { class: "picture", href: address, target: "_blank", rel: "noopener noreferrer" }, image);
  image.addEventListener("error", () => link.replaceChildren(say(language, "pictureBroken")), { once: true });
  return link;
}

function drawFoot(language, message, foot) {
  const time = make("time", { datetime: message.time }, message.time ? clock(language, message.time) : "");
  const isOurs = message.role === "assistant" || message.role === "agent";
  const tick = TICKS[message.status];
  if (!isOurs || !tick) return foot.replaceChildren(time);
  const words = say(language, `tick_${message.status}`);
  const mark = make("span", { class: `tick ${message.status}`, role: "img", "aria-label": words, title: words }, icon(tick, 15));
  return foot.replaceChildren(time, mark);
}

function drawFault(language, message, place) {
  const isInDoubt = message.status === "unknown" && Boolean(message.error);
  place.hidden = message.status !== "failed" && !isInDoubt;
  place.classList.toggle("in-doubt", isInDoubt);
  if (place.hidden) return place.replaceChildren();
  if (isInDoubt) return place.replaceChildren(say(language, "unconfirmed"));
  place.replaceChildren(`${say(language, "tick_failed")}: ${failure(language, message.error)}`);
  return message.role === "agent" ? place.append(" ", repeatButton(language, message)) : undefined;
}

/** What the server refused goes again as it is; what WhatsApp refused is written anew. */
function repeatButton(language, message) {
  const words = say(language, message.isRefused ? "retry" : "writeAgain");
  const again = make("button", { type: "button", class: "link" }, words);
  again.addEventListener("click", () => (message.isRefused ? sendAgain(message) : writeAgain(message)));
  return again;
}

function writeAgain(message) {
  const composer = document.getElementById("composer");
  if (!composer.value) composer.value = message.content;
  composer.dispatchEvent(new Event("input", { bubbles: true }));
  composer.focus();
}

function drawNotice(language, notice, former) {
  const line = former ?? make("p", { class: "notice", "data-testid": "notice" });
  write(line, `${say(language, notice.key, notice.values)} · ${clock(language, notice.time)}`);
  return line;
}

/** A line between days, or at the beginning. */
export function drawDivider(text, former) {
  const divider = former ?? make("p", { class: "divider" }, make("span", {}));
  write(divider.firstElementChild, text);
  return divider;
}
