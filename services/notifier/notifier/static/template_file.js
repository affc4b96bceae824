// The file of a template's header: brought up from this computer, or linked.

import * as api from "./api.js";
import { make, write } from "./dom.js";
import { say } from "./texts.js";
import { plain, refusal } from "./words.js";

export const FILES = new Set(["image", "video", "document"]);
const ACCEPTED = { image: "image/jpeg,image/png", video: "video/mp4,video/3gpp", document: null };

/** Say what a field holds: the file that was brought up through it, or what was written; nothing while one is coming. */
export const valueOf = ({ dataset: { file }, value }) => file ?? value;

/** Make the button beside a link's field; `changed` is called when the field holds something else. */
export function fileButton({ language, storeId, sessionId }, kind, input, changed) {
  const files = make("input", { type: "file", hidden: true, accept: ACCEPTED[kind], "data-testid": "template-file" });
  const told = make("span", { class: "small muted", role: "status" });
  const words = say(language, "templateFile");
  const button = make("button", { type: "button", class: "plain", "aria-describedby": input.id }, words);
  button.title = words;
  [input.type, input.inputMode] = ["text", "url"]; // a file's name is no address
  let asked = 0;
  async function bringUp(file) {
    const mine = asked += 1;
    const name = plain(file.name);
    hold("", name);
    write(told, say(language, "fileComing", { name }));
    const signal = new AbortController().signal;
    const kept = await api.upload(storeId, sessionId, file, { tell: () => {}, signal }).catch((fault) => ({ fault }));
    if (mine !== asked) return;
    const isOther = !kept.fault && kept.kind !== kind;
    write(told, kept.fault ? refusal(language, kept.fault) : isOther ? say(language, "templateFileOther") : "");
    if (kept.fault || isOther) hold(undefined, "");
    else hold(`attachment:${kept.id}`, name);
  }
  function hold(file, name) {
    if (file === undefined) delete input.dataset.file;
    else input.dataset.file = file;
    input.value = name;
    changed();
  }
  input.addEventListener("input", () => {
    asked += 1;
    delete input.dataset.file;
    write(told, "");
  });
  button.addEventListener("click", () => files.click());
  files.addEventListener("change", () => {
    if (files.files[0]) bringUp(files.files[0]);
    files.value = "";
  });
  return make("div", { class: "beside" }, button, files, told);
}
