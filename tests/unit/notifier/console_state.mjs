// Drives the console's pure modules: reads a list of changes, prints the state they lead to.

const [folder] = process.argv.slice(2);
const { initial, isSilent, lockOf, pausedStore, reduce } = await import(`${folder}/state.js`);
const { shown } = await import(`${folder}/listing.js`);
const { holdUp } = await import(`${folder}/thread_state.js`);

let input = "";
for await (const chunk of process.stdin) input += chunk;
const state = JSON.parse(input).reduce(reduce, initial);
const listed = shown(state).map((line) => line.id);
const lock = lockOf(state, state.sessions[state.openId]);
const heldUp = state.thread && holdUp(state.thread, state.now, isSilent(pausedStore(state)));
process.stdout.write(JSON.stringify({ ...state, listed, lock, heldUp }));
