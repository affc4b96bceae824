// Loads what must be whole again as often as it takes; meanwhile the page says that it may be behind.

import { waitBefore } from "./live.js";
import { store } from "./store.js";

const rounds = new Map();

/** Repeat `load` until it says that it is done, or `isWanted` that nobody needs it any more. A later round of `what` ends an earlier one. */
export async function untilLoaded(what, load, isWanted) {
  const mine = (rounds.get(what) ?? 0) + 1;
  rounds.set(what, mine);
  const isMine = () => rounds.get(what) === mine;
  for (let attempt = 1; isMine() && isWanted(); attempt += 1) {
    if (await load()) break;
    if (!isMine() || !isWanted()) break;
    tell(what, true);
    await new Promise((done) => { setTimeout(done, waitBefore(attempt)); });
  }
  if (isMine()) tell(what, false);
}

function tell(what, isBehind) {
  const { behind } = store.get();
  if (Boolean(behind[what]) === isBehind) return;
  store.dispatch({ type: "set", values: { behind: { ...behind, [what]: isBehind } } });
}

/** Does the page show something that could not be loaded anew? */
export const isBehind = ({ behind }) => Object.values(behind).some(Boolean);

/** Is a refusal an answer, so that asking again changes nothing? */
export const isFinal = ({ status }) => status >= 400 && status < 500 && ![408, 425, 429].includes(status);
