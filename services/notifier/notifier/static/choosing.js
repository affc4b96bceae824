// A search field over a list to choose from: words narrow it, arrows walk it, Enter or a click chooses.

import { make } from "./dom.js";

const SOON = 160; // milliseconds of rest before a slow search is asked
let count = 0;

/**
 * Fill a place with the field and its list. `find(words)` answers rows of {key, words, side?, picture?, more?, isDisabled?},
 * at once or later; a later answer to earlier words is dropped. `onChosen(row)` hears the choice.
 */
export function chooseFrom(place, { label, empty, loading = "", find, onChosen, isSlow = false, testId = "choice-search" }) {
  const id = `choices-${count += 1}`;
  const field = make("input", { type: "search", class: "search", role: "combobox", "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list", "aria-label": label, placeholder: label, autocomplete: "off", "data-testid": testId });
  const list = make("ul", { id, class: "choose", role: "listbox", "aria-label": label });
  const told = make("p", { class: "small muted", role: "status" });
  const walk = walking(field, list);
  let asked = 0;
  let isLooking = false;
  let isWanted = false; // Enter came before the answer: the first of it is meant, not the first of a former one
  async function look() {
    const mine = asked += 1;
    told.textContent = isSlow ? loading : "";
    const rows = await Promise.resolve(find(field.value)).catch((fault) => ({ fault }));
    if (mine !== asked) return;
    told.textContent = rows.fault ? empty(rows.fault) : rows.length ? "" : typeof empty === "string" ? empty : empty(null);
    list.replaceChildren(...(rows.fault ? [] : rows).map((row, at) => option(`${id}-${at}`, row, onChosen)));
    walk.first();
    isLooking = false;
    if (isWanted) walk.current()?.click();
    isWanted = false;
  }
  let soon = 0;
  field.addEventListener("input", () => {
    isLooking = true;
    isWanted = false;
    clearTimeout(soon);
    soon = setTimeout(look, isSlow ? SOON : 0);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && isLooking && !event.isComposing) isWanted = true;
    else walk.hear(event);
  });
  place.replaceChildren(field, told, list);
  field.focus();
  look();
  return { field, look };
}

/** Draw one row that can be chosen. What others wrote goes in as text, each in a direction of its own. */
export function option(id, row, onChosen) {
  const picture = row.picture ? make("img", { src: row.picture, alt: "", loading: "lazy", width: "40", height: "40" }) : null;
  if (picture) picture.addEventListener("error", () => picture.remove());
  const item = make("li", { id, role: "option", "aria-selected": "false", "aria-disabled": row.isDisabled ? "true" : null, "data-testid": "choice", "data-key": row.key },
    picture, make("span", { class: "choice-words", dir: "auto" }, row.words),
    row.more ? make("span", { class: "choice-more small muted", dir: "auto" }, row.more) : null,
    row.side ? make("span", { class: "choice-side small muted" }, row.side) : null);
  item.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  item.addEventListener("click", () => row.isDisabled || onChosen(row));
  return item;
}

/** Walk a list of options while the focus stays in a field. `hear` answers whether the key was meant for the list. */
export function walking(field, list) {
  const all = () => [...list.querySelectorAll('[role="option"]')];
  const current = () => list.querySelector('[aria-selected="true"]');
  function select(item) {
    current()?.setAttribute("aria-selected", "false");
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
    if (item) field.setAttribute("aria-activedescendant", item.id);
    else field.removeAttribute("aria-activedescendant");
  }
  const move = (by) => {
    const options = all();
    const at = options.indexOf(current()) + by;
    select(options[(at + options.length) % options.length]);
  };
  const keys = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => current()?.click() };
  return {
    first: () => select(all()[0]),
    current,
    hear(event) {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !(event.key in keys)) return false;
      event.preventDefault();
      keys[event.key]();
      return true;
    },
  };
}
