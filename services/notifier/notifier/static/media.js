// Pictures, recordings and files: each has its place before it comes, and says when it will not.

import { freshUrl, isAddress, keepFresh } from "./addresses.js";
import { make } from "./dom.js";
import { kindOf, mediaFault, signOf } from "./kinds.js";
import { say } from "./texts.js";
import { enlarge } from "./viewer.js";
import { plain, size } from "./words.js";

const STALE = 4 * 60_000; // a media's address lasts ten minutes

/** Draw what a message brought, in the box its kind has; what was lost before it was shown needs none. */
export function drawMedia(language, message, isNew) {
  const { media, kind, details } = message;
  if (!media) return [make("p", { class: "kind" }, `${kindOf(language, kind, details)} (${say(language, "mediaAbsent")})`)];
  const named = kind === "image" || kind === "video" || kind === "sticker" ? [] : [label(language, message)];
  const ready = media.state === "ready" && isAddress(media.url);
  const inside = ready ? READY[kind](language, message) : waiting(language, message);
  return [make("div", { class: `media ${kind}${isNew && media.state === "failed" ? " small-box" : ""}`, "data-testid": "media", "data-state": media.state }, ...named, inside)];
}

function label(language, message) {
  const { media, kind, details } = message;
  if (kind === "audio") return make("span", { class: "media-label" }, kindOf(language, kind, details));
  const type = typeOf(media);
  const what = type ? `${signOf(language, kind)} ${type}` : kindOf(language, kind);
  const kinds = [what, size(language, media.size ?? NaN)].filter(Boolean).join(" · ");
  return make("span", { class: "media-label" }, make("bdi", { class: "file-name" }, fileName(language, media)), make("span", { class: "small muted" }, kinds));
}

const fileName = (language, { filename }) => plain(filename ?? "") || say(language, "fileNoName");
const typeOf = ({ mime_type: type, filename }) =>
  (/\.([a-z0-9]{1,5})$/i.exec(plain(filename ?? ""))?.[1] ?? type?.split(/[/;+]/)[1] ?? "").toUpperCase().slice(0, 12);

function waiting(language, { media, kind, details }) {
  const isLost = media.state === "failed";
  const words = isLost ? mediaFault(language, media.reason) : say(language, "media_loading");
  return make("p", { class: `media-state${isLost ? " lost" : ""}`, role: "status" },
    ["image", "video", "sticker"].includes(kind) ? `${kindOf(language, kind, details)} · ${words}` : words);
}

const READY = { image: picture, sticker, video, audio, document: file };

function picture(language, message) {
  const alt = describe(language, message);
  const image = make("img", { src: message.media.url, alt, loading: "lazy", decoding: "async", width: 280, height: 280 });
  const button = make("button", { type: "button", class: "enlarge", "aria-label": say(language, "openPicture", { what: alt }) }, image);
  button.addEventListener("click", () => enlarge(language, message, alt, image.src));
  keepFresh(image, message, () => button.replaceWith(lost(language, message)));
  return button;
}

/** Say what a picture is to who cannot see it: whose, and its caption. */
function describe(language, { role, content }) {
  const whose = say(language, `pictureOf_${role}`);
  return content ? `${whose}: ${plain(content).slice(0, 150)}` : whose;
}

function sticker(language, message) {
  const image = make("img", { src: message.media.url, alt: say(language, "stickerOf"), loading: "lazy", decoding: "async", width: 140, height: 140 });
  keepFresh(image, message, () => image.replaceWith(lost(language, message)));
  return image;
}

function video(language, message) {
  return player(language, message, "video", { preload: "metadata", playsinline: true, width: 280, height: 280 });
}

function audio(language, message) {
  return player(language, message, "audio", { preload: "none" });
}

function player(language, message, tag, more) {
  const words = tag === "video" ? say(language, "videoOf") : kindOf(language, "audio", message.details);
  const element = make(tag, { controls: true, src: message.media.url, "aria-label": words, ...more });
  keepFresh(element, message, () => element.replaceWith(lost(language, message)));
  return element;
}

function file(language, message) {
  const { media } = message;
  const name = fileName(language, media);
  const link = make("a", { class: "plain download", href: media.url, download: name, rel: "noopener noreferrer", "aria-label": `${say(language, "download")}: ${name}` }, say(language, "download"));
  let since = Date.now();
  link.addEventListener("click", async (event) => {
    if (Date.now() - since < STALE) return;
    event.preventDefault();
    link.href = (await freshUrl(message)) ?? link.href;
    since = Date.now();
    link.click();
  });
  return link;
}

/** What a browser cannot show or play may still be kept. */
const lost = (language, message) => make("div", { class: "media-state lost", role: "status" },
  make("p", {}, say(language, "mediaLost")), file(language, message));
