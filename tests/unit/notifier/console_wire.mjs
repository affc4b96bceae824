// What goes out and what comes in, without a page: the order of sends, the socket's return.

import assert from "node:assert/strict";

const statics = new URL("../../../services/notifier/notifier/static/", import.meta.url);
const settled = () => new Promise((done) => { setImmediate(done); });

// What was refused holds back what was written behind it, and takes it along when it goes again.
const { createOutgoing, refusedWith } = await import(new URL("outgoing.js", statics));
const tried = [];
const refused = [];
let isDown = true;
const goOut = createOutgoing(
  async (message) => {
    tried.push(message.client_id);
    await settled();
    if (isDown && message.client_id !== "z") throw new Error("down");
  },
  (fault, messages) => refused.push(...messages.map(({ client_id: id }, at) => (
    { client_id: id, isRefused: true, behind: at ? messages[0].client_id : null }))),
);
const named = (...names) => names.map((id) => ({ client_id: id }));
const first = goOut("s", named("a", "b"));
goOut("s", named("c"));
goOut("t", named("z"));
await first;
assert.deepEqual(tried, ["a", "z"]);
assert.deepEqual(refused.map((each) => each.client_id), ["a", "b", "c"]);
isDown = false;
const again = refusedWith([...refused, { client_id: "other", isRefused: true }], refused[1]);
await goOut("s", again);
assert.deepEqual(tried, ["a", "z", "a", "b", "c"]);

// The browser says that it is online while an attempt is being made: one socket, not two.
const heard = {};
const sockets = [];
globalThis.window = { addEventListener: (name, listener) => { heard[name] = listener; } };
globalThis.location = { href: "http://console.example/" };
globalThis.WebSocket = class {
  static CONNECTING = 0;
  constructor() { sockets.push(this); this.listeners = {}; this.readyState = 1; }
  addEventListener(name, listener) { this.listeners[name] = listener; }
  close() {}
};
const { createLive } = await import(new URL("live.js", statics));
const asked = [];
const { now, secondsAhead, setBy } = await import(new URL("server_clock.js", statics));
const live = createLive(() => ({ lastSeq: 7 }), { connection() {}, greeted() {}, clock: setBy, mayReturn: () => new Promise((done) => { asked.push(done); }) });
live.start();

// A computer whose clock is ten minutes late still knows when a window closes.
const tell = (frame) => sockets[0].listeners.message({ data: JSON.stringify(frame) });
const inTenMinutes = () => new Date(Date.now() + 600_000).toISOString();
tell({ type: "welcome", head_seq: 7, now: inTenMinutes() });
assert.ok(Math.abs(now() - Date.now() - 600_000) < 1000);
const aLittleLate = () => new Date(Date.now() - 30).toISOString();
tell({ type: "heartbeat", head_seq: 7, now: aLittleLate() });
assert.equal(secondsAhead(), 0);
tell({ type: "heartbeat", head_seq: 7 });
assert.equal(secondsAhead(), 0);

sockets[0].listeners.close({ code: 1006 });
heard.online();
heard.online();
asked.forEach((answer) => answer(true));
await settled();
assert.equal(sockets.length, 2);
sockets[1].listeners.close({ code: 1006 });
heard.online();
live.stop();
asked.at(-1)(true);
await settled();
assert.equal(sockets.length, 2);
process.stdout.write("ok");
process.exit(0);
