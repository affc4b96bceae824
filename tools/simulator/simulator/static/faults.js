// The panel of faults: what the messages API does wrong, for everyone, until it is taken away.
import { button, element, icon } from "./dom.js";
import { text, translate } from "./preferences.js";
import { armFault, clearFaults, getFaults } from "./server.js";

const LOOK_EVERY_MS = 4000;
const FAULTS = {
  slow: { icon: "sending", fault: { outcome: "delay", seconds: 3, times: 0 } },
  refused: { icon: "failed", fault: { outcome: "error", code: 131000, times: 0 } },
  hanging: { icon: "bolt", fault: { outcome: "hang", times: 0 } },
};
const KEYS = { none: "faultNone", slow: "faultSlow", refused: "faultRefused", hanging: "faultHanging" };

export class Faults {
  constructor() {
    this.count = element("span", { class: "badge", hidden: true, testid: "fault-count" });
    this.button = button("bolt", {
      class: "tool", testid: "faults", label: "faults", "aria-expanded": "false", "aria-controls": "fault-panel",
      on: { click: () => this.toggle() },
    }, element("span", { class: "tool-text", text: "faults" }), this.count);
    this.choices = Object.keys(KEYS).map((name) => this.choice(name));
    this.list = element("ul", { class: "armed", testid: "fault-armed" });
    this.problem = element("p", { class: "problem", role: "alert" });
    this.panel = element("section", { class: "drop", id: "fault-panel", role: "dialog", label: "faultsTitle", hidden: true },
      element("h2", { text: "faultsTitle" }), element("p", { class: "faint", text: "faultsHelp" }),
      element("div", { class: "fault-choices", role: "radiogroup", label: "faultsTitle" }, ...this.choices),
      this.list, this.problem);
    this.root = element("div", { class: "drop-host" }, this.button, this.panel);
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.show(false));
    document.addEventListener("click", (event) => this.root.contains(event.target) || this.show(false));
    document.addEventListener("language", () => this.look());
    setInterval(() => document.hidden || this.look(), LOOK_EVERY_MS);
    this.look();
  }

  choice(name) {
    return element("button", {
      type: "button", class: "fault", role: "radio", "aria-checked": "false", testid: `fault-${name}`,
      "data-name": name, on: { click: () => this.choose(name) },
    }, icon(name === "none" ? "sent" : FAULTS[name].icon),
    element("span", {}, element("strong", { text: KEYS[name] }), element("small", { text: `${KEYS[name]}Help` })));
  }

  toggle() {
    this.show(this.panel.hidden);
  }

  show(open) {
    if (this.panel.hidden !== open) return;
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.look();
    else if (this.panel.contains(document.activeElement)) this.button.focus();
  }

  async choose(name) {
    try {
      await clearFaults();
      if (name !== "none") await armFault(FAULTS[name].fault);
      this.problem.textContent = "";
    } catch (error) {
      this.problem.textContent = `${text("wrong")}: ${error.message}`;
    }
    await this.look();
  }

  async look() {
    const armed = await getFaults().catch(() => null);
    if (armed === null) return;
    const names = armed.map(nameOf);
    this.count.hidden = armed.length === 0;
    this.count.textContent = String(armed.length);
    for (const each of this.choices) {
      const { name } = each.dataset;
      const on = name === "none" ? armed.length === 0 : names.includes(name);
      each.setAttribute("aria-checked", String(on));
    }
    this.list.replaceChildren(...armed.map((fault, at) => this.row(fault, names[at])));
    translate(this.panel);
  }

  row(fault, name) {
    const shown = name ? text(KEYS[name]) : `${text("faultOther")}: ${fault.outcome}`;
    return element("li", {}, element("strong", {}, shown), ` · ${text("faultUsed")} ${fault.used}×`);
  }
}

function nameOf(armed) {
  const same = ([, { fault }]) => Object.entries(fault).every(([key, value]) => armed[key] === value);
  const found = Object.entries(FAULTS).find(same);
  return found && !armed.store_id && !armed.to ? found[0] : null;
}
