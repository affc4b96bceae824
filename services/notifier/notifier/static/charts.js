// Small charts of 24 hours: SVG by attributes and classes alone, as the page's policy has no inline style.

const SVG = "http://www.w3.org/2000/svg";
const STEP = 10; // the width of an hour, in the drawing's own units
const HEIGHT = 60;

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A text that shows when the pointer rests on an hour. */
function hint(words) {
  const title = document.createElementNS(SVG, "title");
  title.textContent = words;
  return title;
}

function frame(name, count, ...content) {
  const size = { viewBox: `0 0 ${count * STEP} ${HEIGHT}`, preserveAspectRatio: "none" };
  return draw("svg", { ...size, class: "chart", role: "img", "aria-label": name }, ...content);
}

const hitArea = (index, words) =>
  draw("rect", { x: index * STEP, y: 0, width: STEP, height: HEIGHT, class: "chart-hit" }, hint(words));

/** Columns of values that stand on each other; `series` names the classes, `rows` hold the values. */
export function columns(name, rows, series, wordsOf) {
  const sums = rows.map((row) => series.reduce((sum, { key }) => sum + row[key], 0));
  const most = Math.max(1, ...sums);
  const shapes = rows.flatMap((row, index) => {
    let top = HEIGHT;
    return series.filter(({ key }) => row[key] > 0).map(({ key, kind }) => {
      const height = Math.max(1, (row[key] / most) * (HEIGHT - 2));
      top -= height;
      return draw("rect", { x: index * STEP + 1.5, y: top, width: STEP - 3, height, class: `chart-${kind}` });
    });
  });
  return frame(name, rows.length, baseline(rows.length), ...shapes, ...rows.map((row, index) => hitArea(index, wordsOf(row))));
}

const baseline = (count) => draw("line", { x1: 0, x2: count * STEP, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5, class: "chart-ground" });

/** Lines that break where an hour has no value; an hour alone is a short stroke. */
export function lines(name, rows, series, wordsOf) {
  const most = Math.max(1, ...rows.flatMap((row) => series.map(({ key }) => row[key] ?? 0)));
  const shapes = series.map(({ key, kind }) => {
    const way = rows.map((row, index) => {
      if (row[key] === null || row[key] === undefined) return "";
      const [x, y] = [(index + 0.5) * STEP, HEIGHT - 2 - (row[key] / most) * (HEIGHT - 6)];
      const goesOn = index > 0 && rows[index - 1][key] !== null && rows[index - 1][key] !== undefined;
      return `${goesOn ? "L" : "M"}${x} ${y.toFixed(2)}h0.1`;
    });
    return draw("path", { d: way.join("") || "M0 0", class: `chart-line chart-line-${kind}` });
  });
  return frame(name, rows.length, baseline(rows.length), ...shapes, ...rows.map((row, index) => hitArea(index, wordsOf(row))));
}
