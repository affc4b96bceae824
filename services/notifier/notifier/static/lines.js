// The lines of the list by their ids. Of ten thousand lines a copy at every event is too slow: so
// `sessions` changes in place, and the `journal` says which lines did. A line itself is never
// changed, but replaced; whoever keeps one keeps it as it was.

// Longer than that nobody follows it: who remembers a place in it sorts once anew.
const LONGEST_JOURNAL = 20_000;

export const noLines = () => ({ sessions: {}, journal: [], byContact: new Map() });

/** Take in lines, unless a later event said more. */
export function withPage(state, { sessions: lines, as_of_seq: seq }) {
  for (const line of lines) take(state, line, seq);
  return changed(state);
}

export function withLine(state, line, seq) {
  take(state, line, seq);
  return changed(state);
}

function changed(state) {
  if (state.journal.length < LONGEST_JOURNAL) return { ...state };
  return { ...state, sessions: { ...state.sessions }, journal: [] };
}

function take(state, line, seq) {
  const known = state.sessions[line.id];
  if (known && known.seq > seq) return;
  if (!known && line.contact_id) leaveFormer(state, line);
  put(state, { ...known, ...line, seq });
}

function put({ sessions, journal }, line) {
  sessions[line.id] = line;
  journal.push(line.id);
}

/** A customer has one line: who wrote after their window has a new session in place of the former. */
function leaveFormer({ sessions, journal, byContact }, { id, contact_id: contact }) {
  const former = byContact.get(contact);
  byContact.set(contact, id);
  if (!former || former === id || !sessions[former]) return;
  delete sessions[former];
  journal.push(former);
}

/** Change something of a line that is here. */
export function patched(state, sessionId, values) {
  const line = state.sessions[sessionId];
  if (!line) return state;
  put(state, { ...line, ...values });
  return changed(state);
}

/** Keep what was told after a number, what is open, and what a search has found. */
export function kept(state, seq) {
  const fresh = { ...state, ...noLines() };
  const found = new Set(state.found?.ids);
  for (const line of Object.values(state.sessions)) {
    if (line.seq <= seq && line.id !== state.openId && !found.has(line.id)) continue;
    put(fresh, line);
    if (line.contact_id) fresh.byContact.set(line.contact_id, line.id);
  }
  return fresh;
}
