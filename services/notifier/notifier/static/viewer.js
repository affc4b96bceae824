// A picture over the whole page; Esc, its button or a click beside it close it.

import { keepFresh } from "./addresses.js";
import { make } from "./dom.js";
import { say } from "./texts.js";

export function enlarge(language, message, alt, address) {
  const image = make("img", { src: address, alt });
  const close = make("button", { type: "button", class: "plain" }, say(language, "close"));
  const save = make("a", { class: "plain", href: address, download: "", rel: "noopener noreferrer" }, say(language, "download"));
  const dialog = make("dialog", { class: "viewer", "aria-label": alt, "data-testid": "viewer" },
    make("div", { class: "viewer-bar" }, save, close), image);
  keepFresh(image, message, () => dialog.close());
  image.addEventListener("load", () => { save.href = image.src; });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}
