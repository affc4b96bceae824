// The console's REST for the customer beside the thread: who they are, notes about them.

import { ask, session } from "./api.js";

export const contact = (storeId, sessionId) => ask("GET", `${session(storeId, sessionId)}/contact`);

/** Leave a note; the same id again adds nothing. */
export const addNote = (storeId, sessionId, id, text) => ask("POST", `${session(storeId, sessionId)}/notes`, { message_id: id, text });
