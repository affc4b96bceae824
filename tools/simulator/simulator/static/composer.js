// Where a customer writes: Enter sends, Shift+Enter breaks the line, the focus stays.
import { button, element } from "./dom.js";
import { translate } from "./preferences.js";

const TALLEST = 132;
const BORDERS = 2;

export class Composer {
  /** `send` takes a payload; `attach` opens the menu of attachments. */
  constructor({ send, attach }) {
    this.send = send;
    this.picture = null;
    this.staged = element("div", { class: "staged", hidden: true });
    this.box = element("textarea", {
      class: "compose", testid: "compose", rows: "1", hint: "compose", label: "compose",
      on: { keydown: (event) => this.key(event), input: () => this.fit() },
    });
    this.attach = button("plus", {
      class: "round", testid: "attach", label: "attach", "aria-haspopup": "menu",
      "aria-expanded": "false", on: { click: attach },
    });
    const press = button("send", { class: "round primary", testid: "send", label: "send", type: "submit" });
    this.root = element("form", { class: "composer", on: { submit: (event) => this.submit(event) } },
      this.staged, element("div", { class: "composer-row" }, this.attach, this.box, press));
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  /** Keep a picture until it is sent; what is written meanwhile becomes its caption. */
  stage(picture) {
    this.picture = picture;
    this.staged.hidden = !picture;
    this.box.dataset.hint = picture ? "caption" : "compose";
    this.staged.replaceChildren(...(picture ? this.preview(picture) : []));
    translate(this.root);
    this.focus();
  }

  preview(picture) {
    return [
      element("img", { src: picture.url, alt: "", width: "56", height: "56", testid: "picture-preview" }),
      element("span", { class: "staged-name" }, picture.name ?? ""),
      button("close", { class: "round small", label: "pictureRemove", on: { click: () => this.stage(null) } }),
    ];
  }

  key(event) {
    if (event.key === "Escape" && this.picture) this.stage(null);
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit(event);
  }

  submit(event) {
    event.preventDefault();
    const written = this.box.value.trim();
    if (this.picture) {
      const { name, ...image } = this.picture;
      this.send({ type: "image", image: { ...image, ...(written ? { caption: written } : {}) } });
      this.stage(null);
    } else if (written) {
      this.send({ type: "text", text: { body: written } });
    }
    this.box.value = "";
    this.fit();
    this.focus();
  }

  fit() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight + BORDERS, TALLEST)}px`;
  }
}
