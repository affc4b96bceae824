// How a conversation changed hands, as lines of its thread. Pure.

const SILENT = new Set(["SILENCE"]); // another line of the thread says it
const OF_REASON = { BLOCKED: "noticeBlocked", UNBLOCKED: "noticeUnblocked", SNOOZED: "noticeSnoozed", AWAKE: "noticeAwake" };
const KNOWN = new Set(["KEYWORD_DETECTED", "BOT_FAILED", "PHONE_APP", "ASSIGNED"]);

/** Make the line of a change of owner, as a page or an event has it; null for what needs none. */
export function noticeOf({ seq, time, status, agent, agent_id: agentId, by, handover_trigger: trigger, reason }, me) {
  if (SILENT.has(reason)) return null;
  const key = OF_REASON[reason] ? withActor(OF_REASON[reason], by) : keyOf({ status, agent, agentId, by, trigger }, me);
  return { id: `event-${seq}`, kind: "notice", role: "system", time, seq, key, values: { name: agent || "", by: by || "" } };
}

const withActor = (key, by) => (by ? `${key}By` : key);

function keyOf({ status, agent, agentId, by, trigger }, me) {
  if (status === "human") {
    const isMine = Boolean(agentId) && agentId === me;
    if (by && by !== agent) return isMine ? "noticeGivenToMe" : "noticeAssigned";
    return isMine ? "noticeMine" : "noticeColleague";
  }
  if (status === "handover") {
    if (trigger === "ASSIGNED" && by) return "noticeQueuedBy";
    return `noticeWaiting_${KNOWN.has(trigger) ? trigger : "other"}`;
  }
  return withActor(status === "resolved" ? "noticeResolved" : "noticeBot", by);
}

/** Put lines among messages by their time. */
export function among(messages, notices) {
  const rest = [...notices];
  const listed = [];
  for (const message of messages) {
    while (rest.length && message.time && rest[0].time < message.time) listed.push(rest.shift());
    listed.push(message);
  }
  return [...listed, ...rest];
}

/** Make the lines of a page's changes. */
export const noticesOf = ({ changes = [] }, me) => changes.map((change) => noticeOf(change, me)).filter(Boolean);
