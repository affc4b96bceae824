// The message that another answers: a line of it above the bubble's words.
import { element } from "./dom.js";

/** Name the message that this one answers, as either side writes it. */
export function answeredId({ content }) {
  return content.context?.message_id ?? content.context?.id ?? null;
}

/** Draw the quote; `find` looks a message up by wamid, `show` brings its bubble into view. */
export function quoteOf(message, find, show) {
  const wamid = answeredId(message);
  if (!wamid) return null;
  const answered = find(wamid);
  const side = answered?.direction ?? "gone";
  return element("button", {
    type: "button", class: "quote", testid: "quote", "data-side": side, disabled: !answered,
    on: { click: () => show(wamid) },
  }, element("strong", { text: QUOTED[side] }), answered ? lineOf(answered) : null);
}

const QUOTED = { in: "quotedStore", out: "quotedCustomer", gone: "quotedGone" };
const NAMES = {
  image: "attachPicture", video: "kindVideo", audio: "kindAudio", document: "kindDocument",
  template: "kindTemplate", location: "attachLocation",
};

function lineOf({ kind, content }) {
  const own = content[kind] ?? {};
  const said = own.body?.text ?? own.body ?? own.caption ?? own.filename ?? own.name ?? own.text
    ?? own.button_reply?.title ?? own.list_reply?.title;
  if (typeof said === "string" && said) return element("span", {}, said.slice(0, 140));
  return element("span", NAMES[kind] ? { text: NAMES[kind] } : {}, NAMES[kind] ? "" : kind);
}
