// The charts of the supervisor's page, each with the same numbers as a table.

import { columns, lines } from "./charts.js";
import { byId, make, write } from "./dom.js";
import { say } from "./texts.js";
import { seconds } from "./tiles.js";
import { clock } from "./words.js";

const CHARTS = [
  { id: "written", series: [{ key: "customers", kind: "customers" }] },
  { id: "answers", series: [{ key: "bot", kind: "bot" }, { key: "people", kind: "people" }, { key: "failed", kind: "failed" }] },
  { id: "pace", isTime: true, series: [{ key: "bot_seconds", kind: "bot" }, { key: "people_seconds", kind: "people" }] },
];

/** Make the places of the charts; `drawCharts` fills them. */
export function buildCharts() {
  return make("div", { class: "charts" }, ...CHARTS.map(({ id, series }) => make("section", { class: "sheet", id: `chart-${id}`, "data-testid": `chart-${id}`, "aria-labelledby": `chart-${id}-title` },
    make("h2", { id: `chart-${id}-title`, "data-text": `chart_${id}` }),
    make("p", { class: "chart-keys small" }, ...(series.length > 1 ? series : []).map(({ kind }) =>
      make("span", { class: `chart-key chart-key-${kind}`, "data-text": `key_${kind}` })), make("span", { class: "chart-most" })),
    make("div", { class: "chart-place" }),
    make("div", { class: "chart-axis small muted", "aria-hidden": "true" }, make("span"), make("span"), make("span")),
    make("details", { class: "small" }, make("summary", { "data-text": "chartTable" }), make("table")))));
}

/** Draw what the answer holds; without one the places stay empty, at their height. */
export function drawCharts(language, stats) {
  for (const chart of CHARTS) drawChart(language, chart, stats);
}

const drawn = new Map();

function drawChart(language, { id, series, isTime }, stats) {
  const place = byId(`chart-${id}`);
  const rows = stats?.hours ?? [];
  const shown = JSON.stringify([language, rows.map((row) => [row.began_at, ...series.map(({ key }) => row[key] ?? null)])]);
  if (drawn.get(id) === shown) return; // what did not change keeps its pointer's hint
  drawn.set(id, shown);
  const amount = (value) => (value === null || value === undefined ? "–" : isTime ? seconds(language, value) : String(value));
  const words = (row) => `${clock(language, row.began_at)} · ${series.map(({ key, kind }) => `${say(language, `key_${kind}`)} ${amount(row[key])}`).join(" · ")}`;
  const name = `${say(language, `chart_${id}`)}. ${summary(language, rows, series, amount)}`;
  const drawing = rows.length ? [(isTime ? lines : columns)(name, rows, series, words)] : [];
  place.querySelector(".chart-place").replaceChildren(...drawing);
  const most = Math.max(0, ...rows.map((row) => (isTime ? Math.max(...series.map(({ key }) => row[key] ?? 0)) : series.reduce((sum, { key }) => sum + row[key], 0))));
  write(place.querySelector(".chart-most"), rows.length ? say(language, "chartTop", { most: amount(most) }) : "");
  const axis = place.querySelectorAll(".chart-axis span");
  [0, Math.floor(rows.length / 2), rows.length - 1].forEach((index, at) => write(axis[at], rows[index] ? clock(language, rows[index].began_at) : ""));
  drawTable(language, place.querySelector("table"), rows, series, amount);
}

/** Say the most of each series, for who does not see the drawing. */
function summary(language, rows, series, amount) {
  return series.map(({ key, kind }) => {
    const most = Math.max(0, ...rows.map((row) => row[key] ?? 0));
    return say(language, "chartMost", { what: say(language, `key_${kind}`), most: amount(most) });
  }).join(" ");
}

function drawTable(language, table, rows, series, amount) {
  const head = make("tr", {}, make("th", { scope: "col" }, say(language, "chartHour")), ...series.map(({ kind }) => make("th", { scope: "col" }, say(language, `key_${kind}`))));
  const body = rows.map((row) => make("tr", {}, make("th", { scope: "row" }, clock(language, row.began_at)), ...series.map(({ key }) => make("td", {}, amount(row[key])))));
  table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...body));
}
