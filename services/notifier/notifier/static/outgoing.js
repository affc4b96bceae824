// What goes out of one conversation goes one by one, in the order in which it was written. Pure.

/**
 * Make `goOut(sessionId, messages)`. `deliver(message)` promises that the server took it; at the first that it
 * does not take, `refuse(fault, messages)` hears of that one and of all that stood behind it: they would overtake it.
 */
export function createOutgoing(deliver, refuse) {
  const lines = new Map();
  return async function goOut(sessionId, messages) {
    const before = lines.get(sessionId);
    if (before) {
      before.push(...messages);
      return;
    }
    const line = [...messages];
    lines.set(sessionId, line);
    while (line.length) {
      const message = line.shift();
      const fault = await deliver(message).then(() => null, (refusal) => refusal);
      if (fault) refuse(fault, [message, ...line.splice(0)]);
    }
    lines.delete(sessionId);
  };
}

/** Choose what goes once more with a refused message: all that was refused with it, in order. */
export function refusedWith(messages, { client_id: id, behind }) {
  const first = behind ?? id;
  return messages.filter((each) => each.isRefused && (each.client_id === first || each.behind === first));
}
