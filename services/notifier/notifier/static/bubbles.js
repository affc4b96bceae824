// One message as a bubble, and what stands between bubbles. Outside text goes in as text.

import { isAddress } from "./addresses.js";
import { drawChoice, drawContacts, drawLocation, drawMarks, drawOrder, drawTemplate, drawUnsupported } from "./cards.js";
import { make, write } from "./dom.js";
import { isNote, kindOf, noteOf, wordsOf } from "./kinds.js";
import { drawMedia } from "./media.js";
import { drawQuote, drawReactions } from "./quotes.js";
import { answerButton, isQuotable } from "./replying.js";
import { say } from "./texts.js";
import { isWaiting } from "./message_state.js";
import { drawFoot, drawStanding } from "./ticks.js";
import { clock, plain } from "./words.js";

const BODIES = {
  image: drawMedia, video: drawMedia, audio: drawMedia, document: drawMedia, sticker: drawMedia,
  location: drawLocation, contacts: drawContacts, interactive: drawChoice, button: drawChoice,
  order: drawOrder, template: drawTemplate, unsupported: drawUnsupported,
};
const WORDS_ENOUGH = new Set(["text", "note", ...Object.keys(BODIES)]);

/** Draw a message, or make its former bubble say what is new; `quoted` is what it answers to, `holdUp` what it waits for. */
export function drawMessage(language, message, { quoted, holdUp, mine }, former) {
  if (message.kind === "notice") return drawNotice(language, message, say(language, message.key, message.values), former);
  if (isNote(message)) return drawNotice(language, message, noteOf(language, message), former);
  const bubble = former ?? newBubble(message);
  const part = (name) => bubble.querySelector(`.${name}`);
  if (isDrawn(bubble, "drawn", [language, { ...message, media: null, seq: 0 }, isWaiting(message) && holdUp, quoted])) return bubble;
  bubble.dataset.status = message.status;
  bubble.dataset.messageId = message.id;
  bubble.classList.toggle("revoked", Boolean(message.revoked));
  write(part("author"), authorOf(language, message, mine));
  part("marks").replaceChildren(...drawMarks(language, message));
  part("quoted").replaceChildren(...drawQuote(language, message, quoted));
  drawWords(language, message, part("content"));
  drawFoot(language, message, part("foot"));
  part("reactions").replaceChildren(...drawReactions(language, message));
  drawAnswer(language, message, part("answer"));
  drawStanding(language, message, holdUp, part("standing"));
  return bubble;
}

/** Name who wrote: a colleague by name, ourselves too while the server has not answered. */
function authorOf(language, { role, kind, details, client_id: isOurs }, mine) {
  const name = plain(details?.author ?? (isOurs ? mine : ""));
  if (kind === "note") return say(language, "noteBy", { name });
  return role === "agent" && name ? name : say(language, `role_${role}`);
}

/** Draw what lies in the bubble anew only when it changed: a player that plays is not touched. */
export function drawBody(language, message, bubble) {
  const body = bubble.querySelector(".body");
  const { kind, content, details, images, media, revoked } = message;
  const shown = media && [media.state, media.reason, media.size, media.filename];
  const isNew = body?.body === undefined;
  if (!body || isDrawn(body, "body", [language, kind, content, details, images, shown, revoked])) return;
  body.replaceChildren(...(revoked ? [] : insideOf(language, message, isNew)));
}

function insideOf(language, message, isNew) {
  const { kind, images = [] } = message;
  if (images.length) return images.map((address) => picture(language, address));
  if (BODIES[kind]) return BODIES[kind](language, { ...message, details: message.details ?? {} }, isNew);
  return WORDS_ENOUGH.has(kind) ? [] : [make("span", { class: "kind" }, kindOf(language, kind))];
}

/** Say whether an element shows this already, and remember it. */
function isDrawn(element, name, shown) {
  const key = JSON.stringify(shown);
  if (element[name] === key) return true;
  element[name] = key;
  return false;
}

function newBubble(message) {
  return make("article",
    { class: `message ${message.role}${message.kind === "note" ? " note" : ""}`, "data-testid": "message", "data-role": message.role, "data-kind": message.kind, tabindex: "-1" },
    make("div", { class: "bubble" },
      make("span", { class: "author" }),
      make("div", { class: "marks" }),
      make("div", { class: "quoted" }),
      make("div", { class: "body" }),
      make("p", { class: "content", dir: "auto" }),
      make("span", { class: "foot" }),
      make("span", { class: "reactions" }),
      answerButton()),
    make("div", { class: "standing", role: "status", hidden: true }));
}

function drawWords(language, message, content) {
  const words = message.revoked ? say(language, "deleted") : wordsOf(message);
  write(content, words);
  content.hidden = !words;
}

/** A picture of the shop's has its place before it comes; one that never comes leaves its address. */
function picture(language, address) {
  if (!isAddress(address)) return make("span", { class: "kind" }, say(language, "pictureBroken"));
  const image = make("img", { src: address, alt: say(language, "picture"), loading: "lazy", decoding: "async", width: 280, height: 280, referrerpolicy: "no-referrer" });
  const link = make("a", { class: "picture", href: address, target: "_blank", rel: "noopener noreferrer" }, image);
  image.addEventListener("error", () => link.replaceChildren(say(language, "pictureBroken")), { once: true });
  return link;
}

function drawAnswer(language, message, button) {
  button.hidden = !isQuotable(message);
  button.title = say(language, "answerTo");
  button.setAttribute("aria-label", say(language, "answerTo"));
}

function drawNotice(language, message, words, former) {
  const line = former ?? make("p", { class: "notice", "data-testid": "notice", "data-kind": message.kind, "data-message-id": message.id, tabindex: "-1" });
  write(line, `${words} · ${clock(language, message.time)}`);
  return line;
}

/** A line between days, or at the beginning. */
export function drawDivider(text, former) {
  const divider = former ?? make("p", { class: "divider" }, make("span", {}));
  write(divider.firstElementChild, text);
  return divider;
}
