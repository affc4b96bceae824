// Questions and forms over the page. Esc and Cancel close them; the focus goes back where it was.

import { icon, make } from "./dom.js";
import { say } from "./texts.js";

/** Show a dialog with a title and what is in it; it leaves the page when it is closed. */
export function openDialog(language, { title, testId, kind = "" }, ...content) {
  const former = document.activeElement;
  const close = make("button", { type: "button", class: "quiet square", "aria-label": say(language, "close"), title: say(language, "close") }, icon("cross"));
  const head = make("div", { class: "dialog-head" }, make("h2", { id: "dialog-title" }, title), close);
  const dialog = make("dialog", { class: `dialog ${kind}`, "aria-labelledby": "dialog-title", "data-testid": testId }, head, ...content);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (former?.isConnected) former.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Ask before something that may not be wanted; true when it is. */
export function isConfirmed(language, { title, words, yes }) {
  return new Promise((settle) => {
    const cancel = make("button", { type: "button", class: "plain" }, say(language, "cancel"));
    const go = make("button", { type: "button", class: "primary", "data-testid": "confirm" }, yes);
    const dialog = openDialog(language, { title, testId: "question" },
      make("p", {}, words), make("div", { class: "dialog-foot" }, cancel, go));
    dialog.addEventListener("close", () => settle(dialog.returnValue === "yes"));
    cancel.addEventListener("click", () => dialog.close());
    go.addEventListener("click", () => dialog.close("yes"));
    cancel.focus();
  });
}
