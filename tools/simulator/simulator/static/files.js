// Pictures, recordings and documents inside a bubble. What a page cannot show can be kept.
import { element, icon } from "./dom.js";
import { caption, link } from "./words.js";

export const FILES = {
  image: (image) => [picture(image), caption(image)],
  sticker: (image) => [picture(image)],
  video: (media) => [player("video", media) ?? labelled("picture", "kindVideo"), caption(media)],
  audio: (media) => [player("audio", media) ?? labelled("file", "kindAudio")],
  document: (media) => [documentCard(media), caption(media)],
};

/** Where a file is: Meta's address of it, a link of the store's, or what was uploaded here. */
function addressOf(media) {
  const address = String(media.url ?? media.link ?? "");
  if (/^https?:\/\//.test(address)) return ownPath(address);
  return media.id ? `/sim/media/${encodeURIComponent(media.id)}` : null;
}

/** What the simulator keeps is its own under any of its host names. */
function ownPath(address) {
  const { pathname } = new URL(address);
  return pathname.startsWith("/sim/media/") ? pathname : address;
}

export function picture(image) {
  const address = addressOf(image);
  const gone = () => element("span", { class: "picture picture-gone", text: "pictureGone" });
  if (!address) return gone();
  const shown = element("img", { src: address, alt: image.caption ?? "", decoding: "async" });
  const frame = element("div", { class: "picture" }, link(address, shown));
  shown.addEventListener("error", () => {
    const note = gone();
    frame.replaceWith(note);
    note.dispatchEvent(new CustomEvent("translate", { bubbles: true }));
  });
  return frame;
}

function player(tag, media) {
  const src = addressOf(media);
  const label = tag === "audio" ? "kindAudio" : "kindVideo";
  return src && element(tag, { class: `player player-${tag}`, src, controls: true, preload: "none", label });
}

export function documentCard(media) {
  const name = String(media.filename || "");
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toUpperCase() ?? "";
  const inner = [
    element("span", { class: "file-mark" }, icon("file")),
    element("span", { class: "file-names" },
      name ? element("strong", {}, name) : element("strong", { text: "kindDocument" }),
      element("small", {}, ending)),
  ];
  const href = addressOf(media);
  if (!href) return element("span", { class: "file" }, ...inner);
  return element("a", { class: "file", href, download: name, target: "_blank", rel: "noopener noreferrer" }, ...inner);
}

export function labelled(name, key) {
  return element("span", { class: "labelled" }, icon(name), element("span", { text: key }));
}
