// The socket: says hello with the last number received, and never lets a gap pass.

const LONGEST_WAIT = 30_000;
const SILENCE = 45_000; // two heartbeats, and a bit
const GOING_AWAY = [1001, 1012]; // a deploy: another server is there, or will be in a moment
const TRY_LATER = 1013; // too many at once

/** Say how long to wait before an attempt, anywhere from a second on: not all may come at once. */
export function waitBefore(attempt, code = 0, dice = Math.random) {
  const least = code === TRY_LATER ? 8000 : 4000;
  const most = Math.min(LONGEST_WAIT, GOING_AWAY.includes(code) ? 3000 : Math.max(least, 1000 * 2 ** attempt));
  return 1000 + dice() * (most - 1000);
}

/**
 * Keep a socket to one store at a time.
 *
 * `known()` answers `{storeId, lastSeq, rooms}`; `on` hears `event`, `counted`, `resync`,
 * `joined`, `typing`, `presence`, `connection`, `clock`, `greeted` and `refused`.
 */
export function createLive(known, on) {
  let socket = null;
  let attempt = 0;
  let timer = 0;
  let watch = 0;
  let isWanted = false;
  let lastGap = 0;

  function connect() {
    clearTimeout(timer);
    const address = new URL("/ws", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const mine = new WebSocket(address);
    socket = mine;
    mine.addEventListener("open", () => mine === socket && greet());
    mine.addEventListener("message", ({ data }) => mine === socket && hear(JSON.parse(data)));
    mine.addEventListener("close", ({ code }) => mine === socket && lost(code));
    listenForSilence();
  }

  function greet() {
    const { storeId, lastSeq, rooms } = known();
    say({ action: "hello", store_id: storeId, last_seq: lastSeq, rooms });
  }

  const hearing = {
    welcome({ now }) {
      attempt = 0;
      on.clock(now);
      on.connection("online");
      on.greeted();
    },
    resync: ({ head_seq: head }) => on.resync(head),
    heartbeat({ head_seq: head, now }) {
      on.clock(now);
      if (head > known().lastSeq) mend();
    },
    skip({ from, to }) {
      if (from > known().lastSeq + 1) mend();
      else on.counted(to);
    },
    joined: ({ session_id: sessionId, seq }) => on.joined(sessionId, seq),
    typing: (frame) => on.typing(frame),
    presence: ({ session_id: id, agents }) => on.presence(id, agents),
    error: (frame) => on.refused(frame),
  };

  function hear(frame) {
    listenForSilence();
    if (typeof frame.seq !== "number" || frame.type === "joined") hearing[frame.type]?.(frame);
    else if (frame.seq > known().lastSeq + 1) mend();
    else if (frame.store_id === known().storeId) on.event(frame);
  }

  /** Ask again for what is missing: at once, but not over and over. */
  function mend() {
    const isAgain = Date.now() - lastGap < 10_000;
    lastGap = Date.now();
    drop();
    if (isAgain) lost();
    else connect();
  }

  function lost(code = 0) {
    drop();
    if (!isWanted) return;
    on.connection("offline");
    attempt += 1;
    timer = setTimeout(retry, waitBefore(attempt, code));
  }

  async function retry() {
    if (!isWanted) return;
    const may = await on.mayReturn();
    if (may && isWanted && !socket) connect();
  }

  function drop() {
    const former = socket;
    socket = null;
    clearTimeout(watch);
    clearTimeout(timer);
    // Closing one that is not open yet would be an error in the browser's console.
    if (former?.readyState === WebSocket.CONNECTING) former.addEventListener("open", () => former.close());
    else former?.close();
  }

  function listenForSilence() {
    clearTimeout(watch);
    watch = setTimeout(lost, SILENCE);
  }

  function say(action) {
    if (socket?.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify(action));
  }

  window.addEventListener("online", () => isWanted && !socket && retry());
  window.addEventListener("offline", () => isWanted && lost());

  return {
    say,
    start() {
      isWanted = true;
      drop();
      connect();
    },
    stop() {
      isWanted = false;
      drop();
    },
  };
}
