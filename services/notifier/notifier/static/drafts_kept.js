// What was written and not sent, by conversation: kept on this device for the account that wrote it, until it logs out.

const MOST = 200; // conversations; the oldest go first
const placeOf = (agentId) => `drafts:${agentId}`;

function read(agentId) {
  try {
    return new Map(JSON.parse(localStorage.getItem(placeOf(agentId)) ?? "[]"));
  } catch {
    return new Map(); // what nobody can read is no draft
  }
}

/** Give the draft of a key, or nothing. */
export const draftKept = (agentId, key) => read(agentId).get(key) ?? "";

/** Keep a draft; an empty one is forgotten. A device without room keeps it as long as the page. */
export function keepDraft(agentId, key, words) {
  const drafts = read(agentId);
  drafts.delete(key);
  if (words) drafts.set(key, words);
  try {
    localStorage.setItem(placeOf(agentId), JSON.stringify([...drafts].slice(-MOST)));
  } catch {
    // the field still has it
  }
}

/** Forget all that an account has written and not sent. */
export const forgetDrafts = (agentId) => localStorage.removeItem(placeOf(agentId));
