// One phone: whose it is, which store it writes to, its thread and its composer.
import { Attachments } from "./attachments.js";
import { Composer } from "./composer.js";
import { button, element } from "./dom.js";
import { follow, startFrom } from "./live.js";
import { initials, shortName } from "./names.js";
import { filledIn, isWhole } from "./payload.js";
import { text, translate } from "./preferences.js";
import { getThread, newWamid, post } from "./server.js";
import { Thread } from "./thread.js";

const CUSTOMER = /^\d{7,15}$/;

export class Phone {
  /** `stores` are all there are; `changed` and `removed` tell the row of phones. */
  constructor({ storeId, customer, stores, changed, removed }) {
    Object.assign(this, { storeId, customer, stores, changed });
    this.thread = new Thread({
      resend: (message) => this.resend(message),
      reply: (payload) => this.write(payload),
      suggest: () => this.suggestions(),
    });
    this.attachments = new Attachments({
      pictures: () => this.store.products.filter((each) => each.picture),
      stage: (picture) => this.composer.stage(picture),
      send: (payload) => this.write(payload),
      deliver: (payload) => this.deliver(payload),
      opened: (is) => this.composer.attach.setAttribute("aria-expanded", String(is)),
    });
    this.composer = new Composer({
      send: (payload) => this.write(payload),
      attach: () => this.attachments.toggle(),
    });
    this.root = element("article", { class: "phone", testid: "phone" },
      this.head(removed), this.thread.root, this.attachments.root, this.composer.root);
    translate(this.root);
    this.open();
  }

  get store() {
    return this.stores.find((each) => each.id === this.storeId);
  }

  focus() {
    this.composer.focus();
  }

  close() {
    this.unfollow?.();
    this.root.remove();
  }

  head(removed) {
    const options = this.stores.map((each) =>
      element("option", { value: each.id, selected: each.id === this.storeId }, each.name || each.id));
    this.avatar = element("span", { class: "avatar", "aria-hidden": "true" });
    this.choice = element("select", {
      class: "store-select", testid: "store-select", label: "store",
      on: { change: () => this.switchTo(this.choice.value, this.customer) },
    }, ...options);
    this.number = element("input", {
      class: "customer", testid: "customer", label: "customer", inputmode: "numeric", maxlength: "15",
      autocomplete: "off", value: this.customer, on: { change: () => this.renumber() },
    });
    return element("header", { class: "phone-head" }, this.avatar,
      element("div", { class: "phone-names" }, this.choice,
        element("label", { class: "customer-row" }, element("span", { class: "plus" }, "+"), this.number)),
      button("close", { class: "round small", testid: "remove-phone", label: "remove", on: { click: removed } }));
  }

  renumber() {
    const written = this.number.value.replace(/\D/g, "");
    const wrong = !CUSTOMER.test(written);
    this.number.setCustomValidity(wrong ? text("customerWrong") : "");
    this.number.toggleAttribute("aria-invalid", wrong);
    if (wrong) this.number.reportValidity();
    else if (written !== this.customer) this.switchTo(this.storeId, written);
    if (!wrong) this.number.value = this.customer;
  }

  switchTo(storeId, customer) {
    Object.assign(this, { storeId, customer });
    this.changed();
    this.open();
  }

  async open() {
    this.unfollow?.();
    this.dress();
    this.thread.clear();
    const { storeId, customer } = this;
    const loaded = await getThread(this).catch(() => ({ messages: [], cursor: "none.0" }));
    if (storeId !== this.storeId || customer !== this.customer) return;
    loaded.messages.forEach((message) => this.thread.put(message));
    if (loaded.typing) this.thread.startTyping();
    this.thread.showEmpty();
    this.unfollow = follow({
      storeId,
      customer,
      message: (message) => this.thread.put(message),
      typing: () => this.thread.startTyping(),
      reload: () => this.open(),
    });
    startFrom(loaded.cursor);
  }

  dress() {
    const at = this.stores.indexOf(this.store);
    this.avatar.textContent = initials(this.store.name || this.storeId);
    this.root.dataset.hue = String(at % 4);
  }

  suggestions() {
    const asked = this.store.products.slice(0, 2).map((each) =>
      text("doYouHave").replace("{product}", shortName(each.name)));
    const chips = [...asked, text("hours"), text("person")].map((words) => element("button", {
      type: "button", class: "chip", testid: "suggestion",
      on: { click: () => this.write({ type: "text", text: { body: words } }) },
    }, words));
    return element("div", { class: "empty" }, element("h2", { text: "emptyTitle" }),
      element("p", { text: "emptyText" }), element("div", { class: "chips" }, ...chips));
  }

  /** Send, where the bubble alone tells what went wrong. */
  write(payload) {
    this.send(payload).catch(() => {});
  }

  /** Show a message at once and post it; its status follows what happens to it. */
  async send(payload) {
    const wamid = payload.id ?? newWamid();
    this.thread.put({
      wamid, number: Infinity, revision: -1, at: new Date().toISOString(),
      direction: "out", kind: payload.type ?? "unsupported", status: "sending", content: payload,
    });
    this.focus();
    return this.post(wamid, payload);
  }

  resend(message) {
    // Half a step newer than what is known, and older than the next news of it.
    this.thread.put({ ...message, status: "sending", revision: message.revision + 0.5 });
    this.post(message.wamid, message.content).catch(() => {});
    this.focus();
  }

  async post(wamid, payload) {
    try {
      const { status } = await post(this, { id: wamid, payload });
      this.thread.settle(wamid, status === 200 ? "delivered" : "failed", status);
      return status;
    } catch (error) {
      this.thread.settle(wamid, "failed", 0);
      throw error;
    }
  }

  /** Deliver anything; only what is one message gets a bubble before it is posted. */
  async deliver(payload) {
    const filled = filledIn(payload, this.customer);
    if (!isWhole(filled)) return this.send(filled);
    return (await post(this, { payload: filled })).status;
  }
}
