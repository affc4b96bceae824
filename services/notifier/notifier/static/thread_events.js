// What is told of the open thread, and how it changes it. Pure.

import { isWaiting, merged } from "./message_state.js";
import { noticeOf } from "./notices.js";

const QUOTED = 200; // characters of a message that a quote shows, as the server has it
const HEARD = 500; // events that are kept for pages on their way: more than any page is overtaken by
const OF_THE_THREAD = new Set(["new_message", "message_update", "message_status", "session_update"]);

/** Take in an event of the thread. What a page holds already says nothing new; a page that is on its way may not hold it. */
export function told(thread, event, state) {
  if (!OF_THE_THREAD.has(event.type)) return thread;
  const next = { ...thread, heard: [...thread.heard.slice(1 - HEARD), event] };
  return event.seq <= thread.asOf ? next : applied(next, event, state);
}

/** Do what an event says; once more changes nothing. */
export function applied(thread, event, state) {
  if (event.type === "new_message") return joined(thread, { ...event.data.message, seq: event.seq });
  if (event.type === "message_update") return renewed(thread, event.data.message);
  if (event.type === "message_status") return advanced(thread, event.data);
  return noted(thread, event, state);
}

/** Put a message in, or what is new of it. */
export function joined(thread, message) {
  const known = thread.messages.find((each) => each.id === message.id) ?? unnamed(thread, message);
  if (!known) return { ...thread, messages: [...thread.messages, message] };
  if (!isWaiting(known)) return changed(thread, (each) => each === known, (each) => merged(each, message));
  // It has its place in the order only now: after all that came, before what still waits.
  const others = thread.messages.filter((each) => each !== known);
  const end = others.findLastIndex((each) => !isWaiting(each)) + 1;
  return { ...thread, messages: [...others.slice(0, end), merged(known, message), ...others.slice(end)] };
}

/** Find what we wrote and have no answer for yet, when the socket is faster than the answer. */
const unnamed = (thread, message) => thread.messages.find((each) =>
  message.role === "agent" && each.client_id && each.id === each.client_id && each.kind === message.kind && each.content === message.content);

/** A message that is here shows something else by now: a reaction, other words, its picture. */
const renewed = (thread, message) => requoted(
  changed(thread, (each) => each.id === message.id, (each) => merged(each, message)), message);

/** What others quote of it changes with it: words that were deleted stay nowhere. */
function requoted(thread, { id, role, kind, content, revoked }) {
  const quoted = { id, role, kind: revoked ? "revoke" : kind, content: revoked ? "" : [...content].slice(0, QUOTED).join("") };
  return changed(thread, (each) => each.quoted?.id === id, () => ({ quoted }));
}

function advanced(thread, { message_id: id, status, error = "", error_code = "", attempt = 1 }) {
  const isOver = status === "failed" || (status === "unknown" && Boolean(error));
  return changed(thread, (each) => each.id === id, (each) => merged(each, { status, error, error_code, attempt, can_retry: isOver && !each.revoked }, true));
}

/** Say in the thread that it changed hands. */
function noted(thread, { seq, at, data }, state) {
  const notice = noticeOf({ ...data, seq, time: at }, state.agent?.id);
  const isNew = notice && !thread.messages.some((each) => each.id === notice.id);
  return isNew ? { ...thread, messages: [...thread.messages, notice] } : thread;
}

/** Change the messages that are meant. */
export function changed(thread, isIt, values) {
  let isChanged = false;
  const messages = thread.messages.map((message) => {
    if (!isIt(message)) return message;
    isChanged = true;
    return { ...message, ...values(message) };
  });
  return isChanged ? { ...thread, messages } : thread;
}
