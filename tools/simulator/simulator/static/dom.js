// Building elements. Outside text only ever becomes text nodes; nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  plus: "M12 5v14M5 12h14",
  send: "M5 12h13M12 5l7 7-7 7",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.500 9.500h.01",
  pin: "M12 21s7-6.200 7-11a7 7 0 1 0-14 0c0 4.800 7 11 7 11zM12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  code: "M8 8l-4 4 4 4M16 8l4 4-4 4M13.500 6l-3 12",
  close: "M6 6l12 12M18 6L6 18",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600l1.400 1.400M17 17l1.400 1.400M5.600 18.400L7 17M17 7l1.400-1.400",
  moon: "M20 14.500A8 8 0 0 1 9.500 4a8 8 0 1 0 10.500 10.500z",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  out: "M9 6H6v12h12v-3M13 5h6v6M19 5l-8 8",
  file: "M7 3h7l4 4v14H7zM14 3v4h4",
  list: "M5 7h.01M5 12h.01M5 17h.01M9 7h10M9 12h10M9 17h10",
  template: "M4 5h16v14H4zM4 10h16M9 10v9",
  sending: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 8v4l3 2",
  sent: "M6 12.500l4 4 8-9",
  delivered: "M2.500 12.500l4 4 8-9M11 15l1.500 1.500 8-9",
  read: "M2.500 12.500l4 4 8-9M11 15l1.500 1.500 8-9",
  failed: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 8v5M12 16h.01",
};

/** Make an element: `text`, `label` and `hint` are keys of texts.js, `on` holds listeners. */
export function element(tag, options = {}, ...children) {
  const made = document.createElement(tag);
  const { text, label, hint, on = {}, testid, ...attributes } = options;
  if (text) made.dataset.text = text;
  if (label) made.dataset.label = label;
  if (hint) made.dataset.hint = hint;
  if (testid) made.dataset.testid = testid;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  for (const [name, listener] of Object.entries(on)) made.addEventListener(name, listener);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function button(iconName, options, ...children) {
  return element("button", { type: "button", ...options }, icon(iconName), ...children);
}
