// Draws only those lines that can be seen, and keeps the keyboard among them: Tab reaches one,
// the arrows, Home and End walk over all.

export const ROW = 92; // pixels, as list.css has it
const AHEAD = 5; // lines drawn beyond what is seen, on both sides

/**
 * Keep a list of rows in a scrolled place. `draw(item, former)` makes one; `nearEnd()` hears that
 * the last rows are close.
 */
export function createRows(scrolled, list, draw, nearEnd) {
  let lines = [];
  let view = "";
  let top = { id: null, offset: 0 };
  let reached = null; // the id of the line that Tab reaches
  let isAsked = false;
  const drawn = new Map(); // elements by the ids of their lines

  const indexOf = (id) => (id === null ? -1 : lines.findIndex((line) => line.id === id));

  function remember() {
    const index = Math.floor(scrolled.scrollTop / ROW);
    top = { id: lines[index]?.id ?? null, offset: scrolled.scrollTop - index * ROW };
  }

  /** What is read stays where it is when lines come before it. */
  function hold() {
    if (!scrolled.scrollTop) return;
    const index = indexOf(top.id);
    const place = index * ROW + top.offset;
    if (index >= 0 && Math.abs(place - scrolled.scrollTop) > 1) scrolled.scrollTop = place;
  }

  function picked() {
    const first = Math.max(0, Math.floor(scrolled.scrollTop / ROW) - AHEAD);
    const end = Math.ceil((scrolled.scrollTop + scrolled.clientHeight) / ROW) + AHEAD;
    const rows = lines.slice(first, end).map((line, index) => ({ line, index: first + index }));
    const index = indexOf(reached);
    if (index >= 0 && index < first) rows.unshift({ line: lines[index], index });
    if (index >= end) rows.push({ line: lines[index], index });
    return rows;
  }

  function put() {
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    const former = focused ? Number(focused.parentElement.dataset.index) : -1;
    if (indexOf(reached) < 0) reached = lines[Math.min(Math.max(former, 0), lines.length - 1)]?.id ?? null;
    list.style.height = `${lines.length * ROW}px`;
    fill(picked());
    const wanted = focused && buttonOf(reached);
    if (wanted && document.activeElement !== wanted) wanted.focus({ preventScroll: true });
    if ((scrolled.scrollTop + 2 * scrolled.clientHeight) / ROW > lines.length - AHEAD) nearEnd();
  }

  /** Draw the rows, each element for another line once its own is out of sight. */
  function fill(rows) {
    const wanted = new Set(rows.map(({ line }) => line.id));
    const free = [];
    for (const [id, item] of drawn) {
      if (wanted.has(id)) continue;
      drawn.delete(id);
      item.remove();
      free.push(item);
    }
    let before = list.firstElementChild;
    for (const row of rows) {
      const item = place(row, drawn.get(row.line.id) ?? free.pop());
      drawn.set(row.line.id, item);
      if (item === before) before = before.nextElementSibling;
      else list.insertBefore(item, before);
    }
  }

  function place({ line, index }, former) {
    const item = draw(line, former);
    if (item.dataset.index !== String(index)) {
      item.style.transform = `translateY(${index * ROW}px)`;
      item.dataset.index = index;
      item.setAttribute("aria-posinset", index + 1);
    }
    item.setAttribute("aria-setsize", lines.length);
    item.firstElementChild.tabIndex = line.id === reached ? 0 : -1;
    return item;
  }

  const buttonOf = (id) => id && list.querySelector(`[data-session-id="${CSS.escape(id)}"]`);

  function bring(index) {
    const [above, below] = [index * ROW - 6, (index + 1) * ROW + 6 - scrolled.clientHeight];
    if (scrolled.scrollTop > above) scrolled.scrollTop = above;
    else if (scrolled.scrollTop < below) scrolled.scrollTop = below;
  }

  /** Go to a line by its place and give it the keyboard. */
  function step(index) {
    if (!lines.length) return;
    const wanted = Math.min(Math.max(index, 0), lines.length - 1);
    reached = lines[wanted].id;
    bring(wanted);
    remember();
    put();
    buttonOf(reached)?.focus({ preventScroll: true });
  }

  function walk(event) {
    const page = Math.max(1, Math.floor(scrolled.clientHeight / ROW) - 1);
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const move = moves[event.key];
    if (move === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step(indexOf(reached) + move);
  }

  function redrawSoon() {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      remember();
      put();
    });
  }

  list.addEventListener("keydown", walk);
  list.addEventListener("focusin", ({ target }) => {
    const id = target.dataset.sessionId;
    if (!id || id === reached) return;
    reached = id;
    for (const each of list.querySelectorAll(".line")) each.tabIndex = each.dataset.sessionId === id ? 0 : -1;
  });
  scrolled.addEventListener("scroll", redrawSoon, { passive: true });
  new ResizeObserver(redrawSoon).observe(scrolled);

  return {
    /** Show these lines; another view begins at its top. */
    show(fresh, itsView) {
      const isOther = itsView !== view;
      const isChanged = fresh !== lines;
      [lines, view] = [fresh, itsView];
      if (isOther) scrolled.scrollTop = 0;
      else if (isChanged) hold();
      if (isOther || isChanged) remember();
      put();
    },
    step,
    /** Bring a line into sight, where it is in the list; the keyboard stays where it is. */
    reveal(id) {
      const index = indexOf(id);
      if (index < 0) return;
      reached = id;
      bring(index);
      remember();
      put();
    },
    /** Give the keyboard to a line, where it is in the list. */
    focus(id) {
      const index = indexOf(id);
      if (index >= 0) step(index);
    },
  };
}
