// The console's REST for who looks after a store, and for one's own account.

import { ask } from "./api.js";

const store = (storeId) => `/api/stores/${encodeURIComponent(storeId)}`;
const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const stats = (storeId) => ask("GET", `${store(storeId)}/stats?${new URLSearchParams({ time_zone: zone() })}`);

/** Read so many pages of what was given up: `{letters, hasMore}`. */
export async function deadLetters(storeId, pages) {
  const letters = [];
  let before = "";
  for (let page = 0; page < pages && before !== null; page += 1) {
    const answer = await ask("GET", `${store(storeId)}/dead-letters?${new URLSearchParams({ before })}`);
    letters.push(...answer.dead_letters);
    before = answer.next_before;
  }
  return { letters, hasMore: before !== null };
}

/** Do `retry` or `discard` with a dead letter. */
export const settleDeadLetter = (storeId, id, verb) => ask("POST", `${store(storeId)}/dead-letters/${encodeURIComponent(id)}/${verb}`);

/** A page of the audit log, newest first: `{entries, cursor}`. */
export const audit = (storeId, cursor = "") => ask("GET", `${store(storeId)}/audit?${new URLSearchParams({ cursor })}`);

export const endOtherLogIns = () => ask("POST", "/api/log-ins/end");
