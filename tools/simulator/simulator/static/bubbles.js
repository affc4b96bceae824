// What stands inside a bubble, by the kind of message. Every word from outside becomes a text node.
import { button, element, icon } from "./dom.js";

/** Draw a message's content; `reply` takes the payload of a pressed button. */
export function contentOf({ kind, content }, reply) {
  const draw = KINDS[kind] ?? unsupported;
  try {
    return draw(content[kind] ?? {}, content, reply);
  } catch {
    // Anything may be sent on purpose; a shape nobody expected is shown as it is.
    return unsupported({}, content);
  }
}

const KINDS = {
  text: (text) => [words(text.body)],
  image: (image) => [picture(image), caption(image)],
  sticker: (image) => [picture(image)],
  video: (media) => [labelled("picture", "video"), caption(media)],
  audio: () => [labelled("file", "audio")],
  document: (media) => [labelled("file", media.filename || "document"), caption(media)],
  location: (place) => [location(place)],
  reaction: (reaction) => [element("span", { class: "emoji" }, reaction.emoji || "—")],
  contacts: (contacts) => contacts.map((each) => labelled("file", each.name?.formatted_name ?? "?")),
  interactive: (content, message, reply) => interactive(content, reply),
  button: (pressed) => [words(pressed.text)],
  template: (template) => [labelled("file", template.name)],
};

function words(text) {
  const paragraph = element("p", { class: "words" });
  for (const piece of String(text ?? "").split(/(\*[^*\n]+\*|https?:\/\/[^\s<>"]+)/)) {
    if (/^\*[^*\n]+\*$/.test(piece)) paragraph.append(element("strong", {}, piece.slice(1, -1)));
    else if (/^https?:\/\//.test(piece)) paragraph.append(link(piece, piece));
    else if (piece) paragraph.append(piece);
  }
  return paragraph;
}

function link(address, ...children) {
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

function caption(media) {
  return media.caption ? words(media.caption) : null;
}

function picture(image) {
  const address = String(image.url ?? image.link ?? "");
  const gone = () => element("span", { class: "picture picture-gone", text: "pictureGone" });
  if (!/^https?:\/\//.test(address)) return gone();
  const shown = element("img", { src: ownPath(address), alt: image.caption ?? "", decoding: "async" });
  const frame = element("div", { class: "picture" }, link(address, shown));
  shown.addEventListener("error", () => {
    const note = gone();
    frame.replaceWith(note);
    note.dispatchEvent(new CustomEvent("translate", { bubbles: true }));
  });
  return frame;
}

/** What the simulator keeps is its own under any of its host names. */
function ownPath(address) {
  const { pathname } = new URL(address);
  return pathname.startsWith("/sim/media/") ? pathname : address;
}

function location(place) {
  const point = `${place.latitude}, ${place.longitude}`;
  return element(
    "div",
    { class: "place" },
    element("span", { class: "place-map" }, icon("pin")),
    element("strong", {}, place.name || point),
    element("span", { class: "faint" }, place.address || (place.name ? point : "")),
  );
}

function interactive(content, reply) {
  const answer = content.button_reply ?? content.list_reply;
  if (answer) return [words(answer.title)];
  const rows = (content.action?.sections ?? []).flatMap((each) => each.rows ?? []);
  const choices = [
    ...(content.action?.buttons ?? []).map((each) => choice("button_reply", each.reply, reply)),
    ...rows.map((each) => choice("list_reply", each, reply)),
  ];
  return [words(content.body?.text), element("div", { class: "choices" }, ...choices)];
}

function choice(type, { id, title, description }, reply) {
  const picked = { id, title, ...(description ? { description } : {}) };
  const press = () => reply({ type: "interactive", interactive: { type, [type]: picked } });
  return element("button", { type: "button", class: "choice", on: { click: press } }, title);
}

function labelled(name, words_) {
  return element("span", { class: "labelled" }, icon(name), element("span", {}, String(words_)));
}

function unsupported(_, content) {
  const { from, id, timestamp, ...own } = content;
  const shown = JSON.stringify(own, null, 1).slice(0, 400);
  return [
    element("span", { class: "labelled" }, icon("code"), element("span", { text: "unsupported" }),
      element("strong", {}, String(content.type ?? "?"))),
    element("pre", { class: "raw" }, shown),
  ];
}

export function retryButton(press) {
  return button("sending", { class: "retry", on: { click: press }, testid: "retry" },
    element("span", { text: "retry" }));
}
