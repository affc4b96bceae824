// Pages of the open thread: how the newest one and older ones join what is there. Pure.

import { isWaiting, merged } from "./message_state.js";
import { among, noticesOf } from "./notices.js";
import { applied } from "./thread_events.js";

/** Has it no place in a page that was read before? */
const isKept = (message, page) => isWaiting(message) || message.seq > page.as_of_seq;

/** Put the newest page in: what is older stays when it joins on and nothing was missed, what came meanwhile stays too. */
export function loaded(thread, page, state) {
  if (page.as_of_seq < thread.since) return thread; // asked for before events were missed
  const isAnew = thread.asOf < thread.since;
  const notices = noticesOf(page, state.agent?.id);
  const fresh = new Map([...page.messages, ...notices].map((message) => [message.id, message]));
  const first = thread.messages.findIndex((message) => fresh.has(message.id));
  const earlier = first > 0 && !isAnew ? thread.messages.slice(0, first).filter((each) => !fresh.has(each.id)) : [];
  const later = thread.messages.slice(Math.max(first, 0)).filter((each) => !fresh.has(each.id) && isKept(each, page));
  const known = new Map(thread.messages.map((message) => [message.id, message]));
  const present = page.messages.map((message) => ({ seq: page.as_of_seq, ...merged(known.get(message.id), message) }));
  const before = earlier.length ? thread.before : page.next_before;
  return caughtUp({
    ...thread, status: "ready", messages: [...earlier, ...among(present, notices), ...later],
    unreadFrom: thread.status === "loading" ? firstUnread(page.messages, thread.unread) : thread.unreadFrom,
    bounds: earlier.length ? thread.bounds : [], before, older: before === thread.before ? thread.older : "idle", asOf: Math.max(thread.asOf, page.as_of_seq),
  }, page, state);
}

/** What was told while a page was on its way is newer than the page: it is told once more. */
const caughtUp = (thread, page, state) =>
  thread.heard.filter((event) => event.seq > page.as_of_seq).reduce((now, event) => applied(now, event, state), thread);

/** Name the first of the customer's last messages that nobody has read, as far as the page has them. */
function firstUnread(messages, count) {
  const theirs = messages.filter((message) => message.role === "user");
  return count > 0 ? theirs.at(-Math.min(count, theirs.length))?.id ?? null : null;
}

/** Put in what was said before. */
export function older(thread, page, state) {
  if (page.as_of_seq < thread.since) return { ...thread, older: "idle" };
  const paged = new Set(page.messages.map((message) => message.id));
  // What waited for its place has it here, if it is here.
  const rest = thread.messages.filter((message) => !(isWaiting(message) && paged.has(message.id)));
  const known = new Set(rest.map((message) => message.id));
  const fresh = among(page.messages, noticesOf(page, state.agent?.id)).filter((message) => !known.has(message.id));
  const bound = rest.find((message) => message.kind !== "notice")?.id;
  return caughtUp({ ...thread, messages: [...fresh, ...rest], before: page.next_before, older: "idle", bounds: [bound, ...thread.bounds] }, page, state);
}
