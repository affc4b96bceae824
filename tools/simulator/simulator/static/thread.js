// One phone's messages on screen: each wamid has one bubble, in the order of its number.
import { contentOf, retryButton } from "./bubbles.js";
import { element, icon } from "./dom.js";
import { quoteOf } from "./quotes.js";
import { text, translate } from "./preferences.js";

const TYPING_MS = 25000; // as long as WhatsApp shows it without an answer

export class Thread {
  /** `resend` takes a failed message, `reply` a payload, `suggest` draws the empty state. */
  constructor({ resend, reply, suggest }) {
    this.actions = { resend, reply, suggest };
    this.shown = new Map();
    this.typing = element("div", { class: "typing", testid: "typing", role: "status", label: "typing" },
      element("i"), element("i"), element("i"));
    this.root = element("div", {
      class: "thread", testid: "thread", role: "log", tabindex: "0", label: "threadLabel",
    });
    this.root.addEventListener("translate", (event) => translate(event.target));
  }

  clear() {
    this.shown.clear();
    this.stopTyping();
    this.root.replaceChildren();
  }

  showEmpty() {
    if (this.shown.size === 0) this.root.replaceChildren(translate(this.actions.suggest()));
  }

  /** Add a message, or change what is known of it; older news than shown is ignored. */
  put(message) {
    const known = this.shown.get(message.wamid);
    if (known && message.revision <= known.message.revision) return;
    if (message.direction === "in" && !known) this.stopTyping();
    const bubble = known?.bubble ?? this.drawn(message);
    const moved = !known || known.message.number !== message.number;
    this.shown.set(message.wamid, { message, bubble });
    this.mark(bubble, message);
    if (moved) this.place(bubble, message.number);
  }

  /** Note what became of a message here, unless the simulator has already said more. */
  settle(wamid, status, answer) {
    const known = this.shown.get(wamid);
    if (known?.message.status === "sending") this.put({ ...known.message, status, answer, revision: 0 });
  }

  startTyping() {
    const near = this.isNearEnd();
    clearTimeout(this.typingEnds);
    this.typingEnds = setTimeout(() => this.stopTyping(), TYPING_MS);
    this.root.append(translate(this.typing));
    if (near) this.toEnd();
  }

  stopTyping() {
    clearTimeout(this.typingEnds);
    this.typing.remove();
  }

  drawn(message) {
    const foot = element("div", { class: "foot" }, element("time", { datetime: message.at }, clock(message.at)),
      message.direction === "out" ? element("span", { class: "ticks", role: "img" }) : null);
    const quote = quoteOf(message, (wamid) => this.shown.get(wamid)?.message, (wamid) => this.bringIntoView(wamid));
    const inner = [quote, ...contentOf(message, this.actions.reply)].filter(Boolean);
    return translate(element("article", {
      class: "message", testid: "message", "data-direction": message.direction, "data-kind": message.kind,
    }, ...inner, foot));
  }

  mark(bubble, message) {
    if (bubble.dataset.status === message.status) return;
    bubble.dataset.status = message.status;
    const ticks = bubble.querySelector(".ticks");
    if (!ticks) return;
    ticks.dataset.label = message.status;
    ticks.replaceChildren(icon(message.status));
    bubble.querySelector(".failure")?.remove();
    if (message.status === "failed") bubble.append(this.failure(message));
    translate(bubble);
  }

  failure(message) {
    const why = message.answer ? `${text("failedAnswer")} ${message.answer}` : text("failedUnreachable");
    return element("div", { class: "failure" }, element("span", {}, why),
      retryButton(() => this.actions.resend(message)));
  }

  place(bubble, number) {
    const near = this.isNearEnd() || bubble.dataset.direction === "out";
    this.root.querySelector(".empty")?.remove();
    bubble.number = number;
    const later = [...this.root.querySelectorAll(".message")].find((each) => each !== bubble && each.number > number);
    const before = later ?? (this.typing.isConnected ? this.typing : null);
    if (!bubble.isConnected || bubble.nextElementSibling !== before) this.root.insertBefore(bubble, before);
    if (near) this.toEnd();
  }

  bringIntoView(wamid) {
    const bubble = this.shown.get(wamid)?.bubble;
    bubble?.scrollIntoView({ block: "center", behavior: "smooth" });
    bubble?.classList.add("found");
    bubble?.addEventListener("animationend", () => bubble.classList.remove("found"), { once: true });
  }

  isNearEnd() {
    return this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 120;
  }

  toEnd() {
    this.root.scrollTop = this.root.scrollHeight;
  }
}

function clock(at) {
  const time = new Date(at);
  return `${time.getHours()}:${String(time.getMinutes()).padStart(2, "0")}`;
}
