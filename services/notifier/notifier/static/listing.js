// Which lines a tab of the list shows, and in which order. Pure, but for remembering its last
// answers: of ten thousand lines a change concerns one, and most changes none.

export const anyone = Object.freeze({ owner: "", isUnread: false });
const STATUS = { bot: "bot", queue: "handover", agent: "human", resolved: "resolved" };

const isIn = {
  all: () => true,
  snoozed: (line) => Boolean(line.snoozed),
  waiting: (line) => line.status === "handover" && Boolean(line.waiting_since) && !line.snoozed,
  mine: (line, me) => line.status === "human" && line.owner === me && !line.snoozed,
};

/** Name a tab with what narrows it, as cursors are kept. */
export const viewOf = ({ filter, narrow = anyone }) =>
  (isNarrow(narrow) ? `${filter}/${narrow.owner}/${narrow.isUnread}` : filter);

export const isNarrow = ({ owner, isUnread }) => Boolean(owner) || isUnread;

/** What is open stays where it is when it has been read. */
const isWanted = (line, { owner, isUnread }, openId) =>
  (!owner || line.status === STATUS[owner]) && (!isUnread || line.unread > 0 || line.id === openId);

// Times of one form are ordered as texts are; of one moment: always the same order.
const order = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
const byTime = (one, other) =>
  order(other.last_message_at ?? "", one.last_message_at ?? "") || order(one.id, other.id);
const byWait = (one, other) =>
  order(one.waiting_since ?? "", other.waiting_since ?? "") || order(one.id, other.id);

const remembered = new Map();

/** The lines a tab shows: newest first, those who wait by how long. Do not change them. */
export function shown(state, filter = state.filter) {
  const { sessions, journal, narrow = anyone, agent, openId } = state;
  const found = filter === state.filter && state.found ? state.found.ids : null;
  const asked = [sessions, narrow, agent?.id, found, narrow.isUnread ? openId : null];
  const last = remembered.get(filter);
  const isAsked = last && asked.every((each, index) => each === last.asked[index]);
  if (isAsked && last.upTo === journal.length) return last.lines;
  const ids = found && new Set(found);
  const fits = (line) => isIn[filter](line, agent?.id) && isWanted(line, narrow, openId) && (!ids || ids.has(line.id));
  const inOrder = filter === "waiting" ? byWait : byTime;
  const lines = isAsked
    ? renewed(last.lines, sessions, new Set(journal.slice(last.upTo)), fits, inOrder)
    : Object.values(sessions).filter(fits).sort(inOrder);
  remembered.set(filter, { asked, lines, upTo: journal.length });
  return lines;
}

/** Take out what has changed since, and put it where it belongs now. */
function renewed(lines, sessions, changed, fits, inOrder) {
  const rest = lines.filter(({ id }) => !changed.has(id));
  for (const id of changed) {
    const line = sessions[id];
    if (line && fits(line)) rest.splice(placeOf(rest, line, inOrder), 0, line);
  }
  return rest;
}

function placeOf(lines, line, inOrder) {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inOrder(lines[middle], line) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
