// Words inside a bubble: WhatsApp's bold, and addresses one can press.
import { element } from "./dom.js";

export function words(text) {
  const paragraph = element("p", { class: "words" });
  for (const piece of String(text ?? "").split(/(\*[^*\n]+\*|https?:\/\/[^\s<>"]+)/)) {
    if (/^\*[^*\n]+\*$/.test(piece)) paragraph.append(element("strong", {}, piece.slice(1, -1)));
    else if (/^https?:\/\//.test(piece)) paragraph.append(link(piece, piece));
    else if (piece) paragraph.append(piece);
  }
  return paragraph;
}

export function link(address, ...children) {
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

export function caption(media) {
  return media.caption ? words(media.caption) : null;
}
