// Which lines a tab of the list shows, and in which order. Pure, but for remembering its last
// answers: ten thousand lines are sorted in them, and most changes concern none.

export const anyone = Object.freeze({ owner: "", isUnread: false });
const STATUS = { bot: "bot", queue: "handover", agent: "human", resolved: "resolved" };

const isIn = {
  all: () => true,
  snoozed: (line) => Boolean(line.snoozed),
  waiting: (line) => line.status === "handover" && !line.snoozed,
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
  const { sessions, narrow = anyone, agent, openId } = state;
  const found = filter === state.filter && state.found ? state.found.ids : null;
  const asked = [sessions, narrow, agent?.id, found, narrow.isUnread ? openId : null];
  const last = remembered.get(filter);
  if (last && asked.every((each, index) => each === last.asked[index])) return last.lines;
  const ids = found && new Set(found);
  const fits = (line) => isIn[filter](line, agent?.id) && isWanted(line, narrow, openId) && (!ids || ids.has(line.id));
  const lines = inFormerOrder(sessions, last?.lines ?? []).filter(fits);
  lines.sort(filter === "waiting" ? byWait : byTime);
  remembered.set(filter, { asked, lines });
  return lines;
}

/** Begin with what was in order: putting in a few is quick then. */
function inFormerOrder(sessions, former) {
  const known = new Set();
  const lines = [];
  for (const { id } of former) {
    if (sessions[id]) lines.push(sessions[id]);
    known.add(id);
  }
  for (const id in sessions) if (!known.has(id)) lines.push(sessions[id]);
  return lines;
}
