// How one message moves on. Pure.

const RANK = { received: 0, queued: 0, sending: 1, unknown: 2, sent: 3, retrying: 4, failed: 4, delivered: 5, read: 6, played: 7 };
const ARRIVED = new Set(["delivered", "read", "played"]);
const REFUSED = new Set(["failed", "retrying"]);

/** Is it written here, and without a place in the server's order yet? */
export const isWaiting = (message) => Boolean(message.client_id) && !message.seq;

/**
 * A message only moves on: a late status never takes it back. What arrived did not fail, whoever says so and when.
 *
 * `isTold`: an event says it, and events come in the server's order.
 */
export function merged(known, message, isTold = false) {
  if (!known) return message;
  const { status, error, error_code, attempt, can_retry } = known;
  const held = isPast(known, message, isTold) && !known.isRefused;
  const news = held ? { status, error, error_code, attempt, can_retry } : { isRefused: false, isAsked: false };
  return { ...known, ...message, ...news };
}

/** Is a status older than what is known? A later attempt wins over all but an arrival; what failed may have gone after all. */
function isPast({ status, attempt }, message, isTold) {
  const [former, latter] = [attempt || 1, message.attempt || 1];
  if (former !== latter && !ARRIVED.has(status) && !ARRIVED.has(message.status)) return former > latter;
  if (isTold && REFUSED.has(status)) return false;
  return (RANK[status] ?? 0) > (RANK[message.status] ?? 0);
}
