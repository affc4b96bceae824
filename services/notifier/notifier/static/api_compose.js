// The console's REST for what is written with: colleagues, canned replies, goods, new conversations.

import { ask } from "./api.js";

const store = (storeId) => `/api/stores/${encodeURIComponent(storeId)}`;

/** Name the people of a store who can answer. */
export const colleagues = async (storeId) => (await ask("GET", `${store(storeId)}/agents`)).agents;

const cannedOf = (storeId, id = "") => `${store(storeId)}/canned${id && `/${encodeURIComponent(id)}`}`;
export const canned = async (storeId) => (await ask("GET", cannedOf(storeId))).canned;
export const addCanned = (storeId, reply) => ask("POST", cannedOf(storeId), reply);
export const changeCanned = (storeId, id, reply) => ask("PUT", cannedOf(storeId, id), reply);
export const removeCanned = (storeId, id) => ask("DELETE", cannedOf(storeId, id));

/** Find goods by their names, as they would be sent. */
export const goods = async (storeId, words) => (await ask("GET", `${store(storeId)}/goods?${new URLSearchParams({ q: words })}`)).products;

/** Begin a conversation with a template; answers with its `session_id`. */
export const startConversation = (storeId, begun) => ask("POST", `${store(storeId)}/conversations`, begun);
