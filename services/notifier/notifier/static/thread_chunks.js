// A long thread in pieces, as its pages came: a piece that is out of sight rests, and one in which
// nothing changed is not looked at again.

import { follow, make } from "./dom.js";

/** Cut rows where a page began; each piece is named by its first message, so that it stays the same one. */
export function inChunks(rows, bounds) {
  const chunks = [];
  for (const row of rows) {
    const begins = row.id !== undefined && bounds.has(row.id);
    const last = chunks.at(-1);
    if (!last || (begins && last.name !== null)) chunks.push({ name: row.id ?? null, rows: [row] });
    else {
      last.rows.push(row);
      last.name ??= row.id ?? null;
    }
  }
  return chunks.map((chunk, place) => ({
    key: `chunk-${chunk.name}`, draw: (former) => drawChunk(chunk.rows, place === chunks.length - 1, former),
  }));
}

function drawChunk(rows, isLast, former) {
  const chunk = former ?? make("div", { class: "chunk" });
  if (isLast) chunk.classList.remove("rests");
  if (chunk.rows && isAlike(chunk.rows, rows)) return chunk;
  follow(chunk, rows, (row) => row.key, (row, element) => row.draw(element));
  chunk.rows = rows.map(({ key, of }) => ({ key, of }));
  return chunk;
}

const isAlike = (former, rows) =>
  former.length === rows.length && rows.every((row, place) => row.key === former[place].key && isSame(row.of, former[place].of));

/** Are two of the same names the same in everything? */
export const isSame = (one, other) => Object.keys(one).every((name) => one[name] === other[name]);

const chunksOf = (box) => [...box.querySelectorAll(".chunk")];

/** Is it in sight, or nearly? */
function isNear(box, chunk) {
  const [seen, its] = [box.getBoundingClientRect(), chunk.getBoundingClientRect()];
  return its.bottom > seen.top - seen.height && its.top < seen.bottom + seen.height;
}

/** Wake what is in sight before anything is put above it: a browser might leave it out for a moment. */
export function wakeSeen(box) {
  for (const chunk of chunksOf(box)) if (isNear(box, chunk)) chunk.classList.remove("rests");
}

/** Let the pieces that are out of sight rest; their height is remembered from now. */
export function letRest(box) {
  for (const chunk of chunksOf(box).slice(0, -1)) if (!isNear(box, chunk)) chunk.classList.add("rests");
}
