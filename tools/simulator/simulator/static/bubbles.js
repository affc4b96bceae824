// What stands inside a bubble, by the kind of message. Every word from outside becomes a text node.
import { interactive, template } from "./choices.js";
import { button, element, icon } from "./dom.js";
import { FILES } from "./files.js";
import { words } from "./words.js";

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
  ...FILES,
  text: (text) => [words(text.body)],
  location: (place) => [location(place)],
  reaction: (reaction) => [element("span", { class: "emoji" }, reaction.emoji || "—")],
  contacts: (contacts) => contacts.map((each) => labelled("file", each.name?.formatted_name ?? "?")),
  interactive: (content, message, reply) => interactive(content, reply),
  button: (pressed) => [words(pressed.text)],
  template: (content, message, reply) => template(content, reply),
};

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

function labelled(name, shown) {
  return element("span", { class: "labelled" }, icon(name), element("span", {}, String(shown)));
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
