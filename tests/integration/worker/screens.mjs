// Keeps screens by the console's own reducers: reads a line for each change, answers where it led.

import { createInterface } from "node:readline";

const [folder] = process.argv.slice(2);
const { initial, reduce } = await import(`${folder}/state.js`);
const { shown } = await import(`${folder}/listing.js`);
const screens = new Map();

/** What a person sees: nothing of how it came to be known. */
function seen(state) {
  const lines = Object.values(state.sessions).map(({ seq, ...line }) => [line.id, line]);
  const filters = ["all", "waiting", "mine", "snoozed"];
  return {
    lines: Object.fromEntries(lines.sort()),
    lists: Object.fromEntries(filters.map((each) => [each, shown(state, each).map((line) => line.id)])),
    stores: state.stores,
    thread: state.thread && {
      id: state.thread.id,
      isWhole: !state.thread.before,
      messages: state.thread.messages.filter(({ kind }) => kind !== "notice").map(bare),
    },
  };
}

function bare({ seq, isRefused, isAsked, ...message }) {
  // An address is signed for some minutes: another time, another address.
  return { ...message, media: message.media && { ...message.media, url: Boolean(message.media.url) } };
}

function answer({ screen, change, isAsked }) {
  const former = screens.get(screen) ?? initial;
  const state = change ? reduce(former, change) : former;
  screens.set(screen, state);
  if (isAsked) return seen(state);
  return { openId: state.openId, asOf: state.thread?.asOf ?? 0, lastSeq: state.lastSeq, known: Object.keys(state.sessions) };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
}
