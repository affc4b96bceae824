// Makes and keeps elements. What others wrote goes in by textContent alone.

export const byId = (id) => document.getElementById(id);

/** Make an element: attributes by name, children as nodes or texts. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const PATHS = {
  back: ["M15 5l-7 7 7 7"],
  attach: ["M20 11.500l-8.300 8.300a5 5 0 0 1-7.100-7.100l8.600-8.600a3.400 3.400 0 0 1 4.800 4.800l-8.500 8.500a1.700 1.700 0 0 1-2.400-2.400l7.700-7.700"],
  more: ["M5 12h.01M12 12h.01M19 12h.01"],
  canned: ["M13 3L5 13.500h6L10 21l9-11h-6.500z"],
  product: ["M3.500 11V4.500a1 1 0 0 1 1-1H11a2 2 0 0 1 1.400.6l7.500 7.500a2 2 0 0 1 0 2.800l-5.500 5.500a2 2 0 0 1-2.800 0L4.100 12.400A2 2 0 0 1 3.500 11z", "M8 8h.01"],
  plus: ["M12 5v14M5 12h14"],
  eye: ["M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z", "M12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z"],
  panel: ["M4 5h16v14H4z", "M14.500 5v14"],
  conversations: ["M4 5h16v11H9l-5 4z"],
  supervisor: ["M4 20V10M10 20V4M16 20v-8M22 20H2"],
  cross: ["M6 6l12 12M18 6L6 18"],
  answer: ["M10 5L4 11l6 6", "M4 11h9a7 7 0 0 1 7 7v1"],
  send: ["M5 12h13", "M12 5l7 7-7 7"],
  sun: ["M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.400M17.6 17.600L19 19M5 19l1.4-1.400M17.6 6.400L19 5"],
  moon: ["M20 14.500A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.500z"],
  sending: ["M12 6v6l4 2", "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z"],
  again: ["M19.5 12a7.500 7.500 0 1 1-2.300-5.400", "M19.8 3.200v4h-4"],
  sent: ["M5 13l4.5 4.500L19 7"],
  delivered: ["M2 13l4.5 4.500L16 7", "M11.5 16.500l1 1L22 7"],
  phone: ["M7 3h10v18H7z", "M11 18h2"],
  web: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"],
  hourglass: ["M7 3h10M7 21h10", "M8 3c0 5 8 5 8 9s-8 4-8 9", "M16 3c0 5-8 5-8 9s8 4 8 9"],
  blocked: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M6 6l12 12"],
  bell: ["M6 16v-5a6 6 0 0 1 12 0v5l1.500 2h-15z", "M10 21h4"],
  bellOff: ["M6 16v-5a6 6 0 0 1 9-5.200M18 11v5l1.500 2h-13", "M10 21h4", "M4 3l17 18"],
  failed: ["M12 7.500v6M12 16.800v.2", "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z"],
};
const SVG = "http://www.w3.org/2000/svg";

export function icon(name, size = 18) {
  const drawing = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", class: "icon" };
  for (const [key, value] of Object.entries(attributes)) drawing.setAttribute(key, value);
  for (const line of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    drawing.append(path);
  }
  return drawing;
}

/** Write a text only where it changed: screen readers and selections stay undisturbed. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Make a container's children follow `items`: one element per key, kept as long as the key is.
 * `draw(item, element or undefined)` returns the element.
 */
export function follow(container, items, keyOf, draw) {
  const former = new Map([...container.children].map((child) => [child.dataset.key, child]));
  let place = container.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const element = draw(item, former.get(key));
    element.dataset.key = key;
    const replaced = former.get(key);
    if (replaced && replaced !== element) {
      if (place === replaced) place = element;
      replaced.replaceWith(element);
    }
    former.delete(key);
    if (element === place) place = place.nextElementSibling;
    else container.insertBefore(element, place);
  }
  for (const gone of former.values()) gone.remove();
}
