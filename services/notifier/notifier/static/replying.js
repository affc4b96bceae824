// Answers to one message: chosen at its bubble, by its button or by key, and shown above the field until it is sent.

import { store } from "./actions.js";
import { draftOf } from "./draft_state.js";
import { byId, icon, make, write } from "./dom.js";
import { inShort, isNote } from "./kinds.js";
import { say } from "./texts.js";
import { plain } from "./words.js";

const { dispatch, get } = store;
const TAKEN = new Set(["received", "sent", "delivered", "read", "played"]);

/** Can this message be quoted? Only what WhatsApp has. */
export const isQuotable = (message) =>
  TAKEN.has(message.status) && !message.revoked && !["notice", "note"].includes(message.kind) && !isNote(message);

/** Hear the bubbles' buttons and keys, and draw what is quoted. */
export function installReplying() {
  byId("thread").addEventListener("click", ({ target }) => {
    if (target.closest(".answer")) quote(target.closest("[data-message-id]").dataset.messageId);
  });
  byId("thread").addEventListener("keydown", walk);
  byId("quoting-out").append(icon("cross", 16));
  byId("quoting-out").addEventListener("click", forget);
  byId("composer").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !draftOf(get(), get().openId).quoted) return;
    event.stopPropagation();
    forget();
  });
  store.listen(draw);
}

/** Make the button that stands beside a bubble. It is no stop of Tab: arrows lead to bubbles, Enter answers. */
export const answerButton = () =>
  make("button", { type: "button", class: "answer quiet square", tabindex: "-1", "data-testid": "answer" }, icon("answer", 18));

function quote(id) {
  const { openId: sessionId, thread } = get();
  const message = thread?.messages.find((each) => each.id === id);
  if (!message || !isQuotable(message) || byId("composer").disabled) return;
  const { role, kind, content, details, images } = message;
  dispatch({ type: "quoting", sessionId, message: { id, role, kind, content, details, images } });
  byId("composer").focus();
}

function forget() {
  dispatch({ type: "quoting", sessionId: get().openId, message: null });
  byId("composer").focus();
}

const MOVES = { ArrowUp: -1, ArrowDown: 1 };

/** Arrows go from bubble to bubble; Enter or R answers to the one that has the focus. */
function walk(event) {
  const box = byId("thread");
  const bubble = event.target.closest(".message, .notice");
  if (event.target !== box && event.target !== bubble) return;
  if (bubble && (event.key === "Enter" || event.key === "r") && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    quote(bubble.dataset.messageId);
    return;
  }
  if (!(event.key in MOVES)) return;
  const all = [...box.querySelectorAll(".message, .notice")];
  const next = bubble ? all[all.indexOf(bubble) + MOVES[event.key]] : all.at(-1);
  event.preventDefault();
  next?.focus();
}

function draw(state) {
  const { openId, language } = state;
  const quoted = openId ? draftOf(state, openId).quoted : null;
  byId("quoting").hidden = !quoted;
  if (!quoted) return;
  write(byId("quoting-who"), say(language, `role_${quoted.role}`));
  write(byId("quoting-words"), plain(inShort(language, quoted)).slice(0, 120));
}
