// What an agent wrote and the server has not is kept for who wrote it; and late news take nothing back. The reducers alone.

import assert from "node:assert/strict";

const statics = new URL("../../../services/notifier/notifier/static/", import.meta.url);
const { initial, reduce } = await import(new URL("state.js", statics));
const { merged } = await import(new URL("message_state.js", statics));

const line = (more) => ({ id: "a", contact_id: "of-a", phone: "57300", status: "bot", owner: "bot", unread: 1, epoch: 6, ...more });
const signedIn = (id) => ({ type: "signedIn", agent: { id }, stores: [], storeId: "s" });
const opened = (sessionId) => ({ type: "opened", sessionId });
const loaded = (...messages) => ({
  type: "threadLoaded", sessionId: "a", page: { as_of_seq: 10, messages, next_before: null, session: null },
});
const written = (kind = "text") => ({
  type: "written", sessionId: "a",
  message: { id: "c1", client_id: "c1", author: "me", role: "agent", kind, content: "voy", status: "sending" },
});
const begun = () => [
  signedIn("me"), { type: "listed", filter: "all", page: { as_of_seq: 10, sessions: [line()], next_cursor: null } },
  { type: "counted", seq: 10 }, opened("a"), loaded(),
];
const after = (...changes) => [...begun(), ...changes].reduce(reduce, { ...initial, sessions: {}, journal: [], byContact: new Map() });
const shown = (state) => state.thread.messages.map(({ id }) => id);

const refused = { type: "refused", clientId: "c1", error: "network", triedIn: "a" };
const accepted = { type: "accepted", clientId: "c1", id: "s1" };
const [toA, toB] = [opened("a"), opened("b")];
const otherStore = { type: "storeChosen", storeId: "other" };
const loggedOut = { type: "signedOut", notice: "signedOut" };

// What is refused waits for its author, wherever they are when the refusal comes, and whatever kind it is.
const ways = {
  "another is open": [toB, refused, toA],
  "it was left and opened again": [toB, toA, refused],
  "it was left twice": [toB, toA, toB, refused, { type: "closed" }, toA],
  "another store is open": [otherStore, refused, toA],
  "another store was chosen after it": [refused, otherStore, toA],
  "the stores were asked for anew": [refused, signedIn("me"), toA],
  "the log-in ended after it": [refused, loggedOut, signedIn("me"), toA],
  "the log-in ended before it": [loggedOut, refused, signedIn("me"), toA],
};
for (const [way, changes] of Object.entries(ways)) {
  for (const kind of ["text", "template", "image"]) {
    const state = after(written(kind), ...changes, loaded({ id: "1", role: "user", status: "received" }));
    assert.deepEqual(shown(state), ["1", "c1"], way);
    const { isRefused, status, triedIn } = state.thread.messages[1];
    assert.deepEqual([isRefused, status, triedIn], [true, "failed", "a"], way);
  }
}

// It is not shown to another person, nor twice, nor after who wrote it has left.
const ends = {
  "another person logs in": [loggedOut, refused, signedIn("beto"), toA],
  "who wrote it left": [{ ...loggedOut, isLeft: true }, refused, signedIn("me"), toA],
  "it is a draft again": [toB, { type: "withdrawn", clientId: "c1" }, toA],
  "the server has it": [toB, accepted, toA],
};
for (const [way, changes] of Object.entries(ends)) {
  const state = after(written(), ...changes, loaded());
  assert.deepEqual([shown(state), state.unsent], [[], {}], way);
}
const taken = loaded({ id: "s1", role: "agent", kind: "text", content: "voy", status: "sending" });
assert.deepEqual(shown(after(written(), toB, toA, taken, accepted)), ["s1"]);
assert.deepEqual(shown(after(written(), toB, accepted, toA, taken, accepted)), ["s1"]);

// The answer to one's own order takes back nothing that was told after it; nor does "seen".
const told = (type, data) => ({ type: "event", event: { seq: 11, type, session_id: "a", at: "2026-01-01T10:00:00Z", data } });
const theirs = told("session_update", { id: "a", status: "human", session: line({ status: "human", owner: "beto", epoch: 8 }) });
const owned = { type: "owned", sessionId: "a", ownership: { status: "human", owner: "me", owner_name: "Yo", epoch: 7 } };
const seen = { type: "seen", sessionId: "a", seq: 10 };
assert.equal(after(theirs, owned).sessions.a.owner, "beto");
assert.equal(after(owned).sessions.a.owner, "me");
assert.equal(after(told("chat_list_update", line({ unread: 2 })), seen).sessions.a.unread, 2);
assert.equal(after(seen).sessions.a.unread, 0);

// What failed and then went, went: WhatsApp's later word, which the server tells, counts; an older page's does not.
const stands = (known, status, isTold = true, attempt = 1) => merged({ attempt: 1, ...known }, { status, attempt }, isTold).status;
for (const former of ["failed", "retrying"]) {
  for (const went of ["sent", "delivered", "read"]) assert.equal(stands({ status: former }, went), went);
  assert.equal(stands({ status: former }, "sent", false), former);
  assert.equal(stands({ status: former }, "delivered", false), "delivered");
  assert.equal(stands({ status: former, attempt: 2 }, "delivered"), "delivered");
  assert.equal(stands({ status: former, attempt: 2 }, "sent"), former);
}
for (const arrived of ["delivered", "read"]) assert.equal(stands({ status: arrived }, "failed"), arrived);
