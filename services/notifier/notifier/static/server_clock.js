// What time it is by the server's clock: windows close by it and waits are counted by it, however wrong this computer's is.

let ahead = 0; // milliseconds

/** Say what time it is there, in milliseconds. */
export const now = () => Date.now() + ahead;

/** Learn it from what was just told. */
export function setBy(at) {
  const told = Date.parse(at ?? "");
  if (!Number.isNaN(told)) ahead = told - Date.now();
}

/** Say how far it is ahead of this computer's, in whole seconds; a few milliseconds late is 0, never -0. */
export const secondsAhead = () => Math.round(ahead / 1000) || 0;
