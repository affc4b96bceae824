// What can be attached: a picture, a location, any payload. One panel of a phone at a time.
import { button, element, icon } from "./dom.js";
import { payloadPanel } from "./payload.js";
import { text, translate } from "./preferences.js";
import { upload } from "./server.js";

const LARGEST = 5_000_000;
const PLACE = { name: "Parque de la 93, Bogotá", latitude: "4.6767", longitude: "-74.0483" };

export class Attachments {
  /** `pictures` lists the store's; `stage` and `send` hand over what was chosen. */
  constructor({ pictures, stage, send, deliver, opened }) {
    Object.assign(this, { pictures, stage, send, deliver, opened });
    this.root = element("div", { class: "sheet-host", on: { keydown: (event) => this.key(event) } });
  }

  toggle() {
    if (this.root.hasChildNodes()) this.close();
    else this.show(this.menu());
  }

  close() {
    this.root.replaceChildren();
    this.opened(false);
  }

  key(event) {
    if (event.key === "Escape") this.close();
  }

  show(panel) {
    this.root.replaceChildren(translate(panel));
    this.opened(true);
    const first = this.root.querySelector("[data-first]") ?? this.root.querySelector("button:not(.sheet-close)");
    first?.focus({ preventScroll: true });
  }

  menu() {
    const item = (name, key, testid, panel) => button(name,
      { class: "menu-item", role: "menuitem", testid, on: { click: () => this.show(panel()) } },
      element("span", { text: key }));
    return element("div", { class: "sheet menu", role: "menu", label: "attach" },
      item("picture", "attachPicture", "attach-picture", () => this.picturePanel()),
      item("pin", "attachLocation", "attach-location", () => this.locationPanel()),
      item("code", "attachPayload", "attach-payload", () => this.payloadPanel()));
  }

  payloadPanel() {
    return sheet("payloadTitle", this, ...payloadPanel(this.deliver, () => this.close()));
  }

  picturePanel() {
    const problem = element("p", { class: "problem", role: "alert" });
    const samples = this.pictures().map((each) => element("button", {
      type: "button", class: "sample", testid: "picture-sample", title: each.name, "aria-label": each.name,
      on: { click: () => this.chooseSample(each) },
    }, element("img", { src: each.picture, alt: "", width: "72", height: "72" })));
    const file = element("input", {
      type: "file", class: "hidden-file", testid: "picture-upload", accept: "image/jpeg,image/png,image/webp",
      on: { change: (event) => this.chooseFile(event.target.files[0], problem) },
    });
    return sheet("pictureTitle", this,
      samples.length ? element("div", { class: "samples" }, ...samples)
        : element("p", { class: "faint", text: "pictureNone" }),
      problem,
      element("label", { class: "button" }, file, icon("file"), element("span", { text: "pictureUpload" })));
  }

  chooseSample({ name, picture }) {
    this.close();
    this.stage({ id: `sample-${picture.split("/").pop()}`, mime_type: "image/jpeg", url: picture, name });
  }

  async chooseFile(file, problem) {
    if (!file) return;
    try {
      if (file.size > LARGEST) throw new Error("too large");
      const picture = await upload(file);
      this.close();
      this.stage({ ...picture, name: file.name });
    } catch {
      problem.textContent = text("pictureWrong");
    }
  }

  locationPanel() {
    const field = (key, name, testid) => element("label", { class: "field" }, element("span", { text: key }),
      element("input", { name, value: PLACE[name], testid, inputmode: name === "name" ? "text" : "decimal" }));
    const problem = element("p", { class: "problem", role: "alert" });
    return sheet("locationTitle", this, element("form", {
      class: "form", on: { submit: (event) => this.sendLocation(event, problem) },
    },
    field("locationName", "name", "location-name"),
    element("div", { class: "pair" }, field("latitude", "latitude", "location-latitude"),
      field("longitude", "longitude", "location-longitude")),
    problem,
    element("button", { type: "submit", class: "button primary", testid: "location-send", text: "send",
      "data-first": true })));
  }

  sendLocation(event, problem) {
    event.preventDefault();
    const asked = Object.fromEntries(new FormData(event.target));
    const [latitude, longitude] = [number(asked.latitude), number(asked.longitude)];
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
      problem.textContent = text("locationWrong");
      return;
    }
    this.close();
    this.send({ type: "location", location: { latitude, longitude, ...(asked.name ? { name: asked.name } : {}) } });
  }
}

function sheet(title, attachments, ...children) {
  return element("section", { class: "sheet", role: "dialog", label: title },
    element("header", { class: "sheet-head" }, element("h2", { text: title }),
      button("close", { class: "round small sheet-close", label: "close", on: { click: () => attachments.close() } })),
    ...children);
}

const number = (written) => (written.trim() === "" ? NaN : Number(written.replace(",", ".")));
