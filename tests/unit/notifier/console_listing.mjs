// Walks at random over lines that come, change, go and are taken in anew, and compares what a tab
// shows, which is kept in order from change to change, with what sorting everything would show.

const [folder, seed] = process.argv.slice(2);
const { initial, reduce } = await import(`${folder}/state.js`);
const { shown } = await import(`${folder}/listing.js`);

let last = Number(seed);
const dice = (sides) => {
  last = (last * 1103515245 + 12345) % 2147483648;
  return Math.floor((last / 2147483648) * sides);
};
const time = () => new Date(1.8e12 + dice(5000) * 1000).toISOString();
const line = () => {
  const number = dice(200);
  const status = ["bot", "handover", "human", "resolved"][dice(4)];
  return {
    id: `${number}/${dice(2)}`, contact_id: `57${number}`, status, owner: status === "human" ? ["me", "other"][dice(2)] : status,
    unread: dice(3), snoozed: dice(5) === 0, last_message_at: time(), waiting_since: time(),
  };
};

let state = reduce(initial, { type: "set", values: { agent: { id: "me" } } });
let seq = 1;
const steps = [
  () => ({ type: "event", event: { seq: ++seq, type: "chat_list_update", session_id: "x", data: line() } }),
  () => ({ type: "seen", sessionId: line().id }),
  () => ({ type: "listed", filter: "waiting", page: { as_of_seq: seq, sessions: [line(), line(), line()], next_cursor: null } }),
  () => ({ type: "set", values: { narrow: { owner: ["", "bot"][dice(2)], isUnread: dice(2) === 1 } } }),
];
const ids = (lines) => lines.map((each) => each.id).join(" ");

for (let step = 0; step < 1500; step += 1) {
  const kind = dice(40);
  const isAnew = kind === 39;
  state = reduce(state, isAnew
    ? { type: "listed", filter: "all", page: { as_of_seq: seq - dice(20), sessions: [line()], next_cursor: null } }
    : steps[kind < 30 ? 0 : kind < 34 ? 1 : kind < 37 ? 2 : 3]());
  const contacts = Object.values(state.sessions).map((each) => each.contact_id);
  if (new Set(contacts).size !== contacts.length) throw new Error(`step ${step}: a customer has two lines`);
  for (const filter of ["all", "mine", "waiting", "snoozed"]) {
    if (dice(3)) continue; // some are asked for rarely: much has changed since
    // Another journal of the same lines is none that is remembered.
    const whole = shown({ ...state, sessions: { ...state.sessions } }, filter);
    const kept = shown(state, filter);
    if (ids(kept) !== ids(whole)) throw new Error(`step ${step}, ${filter}: ${ids(kept)} is not ${ids(whole)}`);
  }
}
process.stdout.write("ok");
