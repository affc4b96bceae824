// How many messages nobody has read, in the page's title and in its little picture.

import { store } from "./store.js";

const SIZE = 32;
const own = "/static/icon.svg";
let drawn = 0;
let picture = null;

/** Keep title and picture as the numbers change. */
export function installBadge() {
  store.listen(({ phase, counts }) => show(phase === "ready" ? counts?.unread ?? 0 : 0));
}

function show(unread) {
  const title = `${unread ? `(${unread}) ` : ""}Mostrador`;
  if (document.title !== title) document.title = title;
  if (drawn !== unread) drawIcon(unread);
  drawn = unread;
}

async function drawIcon(unread) {
  const link = document.querySelector("link[rel=icon]");
  if (!unread) {
    link.href = own;
    return;
  }
  picture ??= loaded();
  const image = await picture;
  if (drawn !== unread || !image) return; // the number went on meanwhile
  link.href = paint(image, unread > 99 ? "99" : String(unread));
}

function loaded() {
  const image = new Image(SIZE, SIZE);
  image.src = own;
  return image.decode().then(() => image, () => null);
}

function paint(image, words) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, SIZE, SIZE);
  pen.fillStyle = "#b3261e";
  pen.beginPath();
  pen.arc(SIZE - 11, 11, 11, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.font = `700 ${words.length > 1 ? 14 : 17}px sans-serif`;
  [pen.textAlign, pen.textBaseline] = ["center", "middle"];
  pen.fillText(words, SIZE - 11, 12);
  return canvas.toDataURL("image/png");
}
