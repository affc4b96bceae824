// What was written here and is not with the server yet, of conversations that are not open: it waits for who wrote it. Pure.

/** Was it refused, or has the server not named it? */
const isUnsent = ({ isRefused, id, client_id: clientId }) => Boolean(isRefused || (clientId && id === clientId));

/** Keep what the open thread has of it, as that is left; each message is in one place alone. */
export function unsentOf({ thread, unsent }) {
  const mine = thread?.messages.filter(isUnsent) ?? [];
  return mine.length ? { ...unsent, [thread.id]: [...unsent[thread.id] ?? [], ...mine] } : unsent;
}

/** Keep what one person of this browser wrote, and nobody else's. */
export const unsentBy = (unsent, agentId) => Object.fromEntries(Object.entries(unsent)
  .map(([key, messages]) => [key, messages.filter(({ author }) => author === agentId)])
  .filter(([, messages]) => messages.length));

/** Change one that waits, wherever it does; without `values` it waits no more. */
export function changedUnsent(state, clientId, values = null) {
  const isIt = (message) => message.client_id === clientId;
  const key = Object.keys(state.unsent).find((each) => state.unsent[each].some(isIt));
  if (!key) return state;
  const { [key]: messages, ...others } = state.unsent;
  const next = messages.flatMap((each) => (isIt(each) ? (values ? [{ ...each, ...values }] : []) : [each]));
  return { ...state, unsent: next.length ? { ...others, [key]: next } : others };
}
