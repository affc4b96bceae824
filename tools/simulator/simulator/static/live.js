// What happens on all phones of this page, over one stream; without a place, by asking each second.
import { getThread } from "./server.js";

const ASK_EVERY_MS = 1000;
const TRY_STREAM_EVERY_MS = 10000;

const followers = new Set();
let stream = null;
let cursor = null;
let asking = 0;
let due = 0;
let showState = () => {};

/** Follow a phone: `reload`, `message` and `typing` are called; returns what ends it. */
export function follow(follower) {
  followers.add(follower);
  return () => {
    followers.delete(follower);
    restart();
  };
}

/** Go on from a thread just loaded; the oldest cursor wins, seeing a message twice is harmless. */
export function startFrom(loaded) {
  if (cursor === null || runOf(cursor) !== runOf(loaded)) cursor = loaded;
  else if (revisionOf(loaded) < revisionOf(cursor)) cursor = loaded;
  restart();
}

export function onState(show) {
  showState = show;
  // A hidden page gives its connection back: a browser has six to a host for all its tabs.
  document.addEventListener("visibilitychange", restart);
}

function restart() {
  clearTimeout(due);
  due = setTimeout(open, 30);
}

function open() {
  stream?.close();
  stream = null;
  if (document.hidden || followers.size === 0 || cursor === null) return;
  const query = new URLSearchParams({ after: cursor });
  for (const name of new Set([...followers].map(nameOf))) query.append("phone", name);
  stream = new EventSource(`/sim/events?${query}`);
  stream.onopen = () => {
    stopAsking();
    showState("live");
  };
  stream.onerror = broken;
  stream.addEventListener("message", (event) => heard(event, "message"));
  stream.addEventListener("typing", (event) => heard(event, "typing"));
  stream.addEventListener("reset", () => followers.forEach((each) => each.reload()));
}

function broken() {
  if (stream?.readyState !== EventSource.CLOSED) {
    showState("offline");
    return;
  }
  if (!asking) asking = setInterval(askAll, ASK_EVERY_MS);
  clearTimeout(due);
  due = setTimeout(open, TRY_STREAM_EVERY_MS);
}

function heard(event, kind) {
  const { store_id: storeId, phone, message } = JSON.parse(event.data);
  if (event.lastEventId) cursor = event.lastEventId;
  for (const each of followers) {
    if (each.storeId === storeId && each.customer === phone) each[kind](message);
  }
}

async function askAll() {
  for (const each of [...followers]) {
    try {
      const thread = await getThread(each);
      thread.messages.forEach((message) => each.message(message));
      if (thread.typing) each.typing();
      showAsking("polling");
    } catch {
      showAsking("offline");
    }
  }
}

/** Say how asking went, unless the stream came back meanwhile. */
function showAsking(state) {
  if (asking) showState(state);
}

function stopAsking() {
  clearInterval(asking);
  asking = 0;
}

const nameOf = ({ storeId, customer }) => `${storeId}:${customer}`;
const runOf = (each) => each.split(".")[0];
const revisionOf = (each) => Number(each.split(".")[1]);
