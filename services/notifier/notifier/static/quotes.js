// What a message answers to, and what others say to it with an emoji.

import { loadOlder, store } from "./actions.js";
import { make } from "./dom.js";
import { inShort } from "./kinds.js";
import { say } from "./texts.js";
import { plain } from "./words.js";

const FURTHEST = 60; // pages back
const SHOWN = 120;

/** Draw the beginning of the quoted message; a click goes to it. */
export function drawQuote(language, message, quoted) {
  if (!message.is_reply && !message.quoted) return [];
  if (!quoted) return [make("span", { class: "quote unknown" }, say(language, "quoteUnknown"))];
  const who = say(language, `role_${quoted.role}`);
  const what = plain(inShort(language, quoted)).slice(0, SHOWN);
  const button = make("button",
    { type: "button", class: "quote", "data-testid": "quote", "aria-label": say(language, "quoteGo", { who, what }) },
    make("span", { class: "quote-author" }, who), make("span", { class: "quote-words", dir: "auto" }, what));
  button.addEventListener("click", () => goTo(quoted.id));
  return [button];
}

const bubbleOf = (id) => document.querySelector(`#thread [data-message-id="${CSS.escape(id)}"]`);
const drawn = () => new Promise((done) => { requestAnimationFrame(() => done()); });

/** Show a message of this thread, loading what is older until it is there. */
export async function goTo(id) {
  await goToThat(() => bubbleOf(id));
}

/** Show the beginning of a session of this conversation; false when it cannot be reached. */
export const goToSession = (sessionId) => goToThat(() => {
  const { thread } = store.get();
  const place = thread?.messages.findIndex((message) => message.session_id === sessionId) ?? -1;
  const isBeginning = place > 0 || (place === 0 && !thread.before);
  return isBeginning ? bubbleOf(thread.messages[place].id) : null;
});

/** Load what is older until a bubble is there, and show it. */
async function goToThat(find) {
  const { openId } = store.get();
  for (let page = 0; page < FURTHEST && !find();) {
    const { thread, openId: present } = store.get();
    if (!thread?.before || present !== openId) return false;
    if (thread.older !== "loading") { // else it is on its way already, because the top was near
      page += 1;
      await loadOlder();
    }
    await drawn();
  }
  const bubble = find();
  if (!bubble) return false;
  bubble.scrollIntoView({ block: "center" });
  bubble.focus({ preventScroll: true });
  bubble.classList.add("found");
  setTimeout(() => bubble.classList.remove("found"), 1600);
  return true;
}

const LONGEST = 16; // characters: families and flags are several

/** Draw one chip for each side that reacted. */
export function drawReactions(language, message) {
  if (message.revoked) return [];
  return Object.entries(message.reactions ?? {}).filter(([, emoji]) => emoji).map(([role, given]) => {
    const emoji = [...plain(given)].slice(0, LONGEST).join("");
    const words = say(language, role === "user" ? "reaction_user" : "reaction_agent", { emoji });
    return make("span", { class: "reaction", role: "img", "aria-label": words, title: words, "data-testid": "reaction" }, emoji);
  });
}
