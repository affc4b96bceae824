// Asks for something again as often as there is news, but not more than once a second.

const LEAST = 1000;

/** Make `soon()`, which calls `ask` at once or when a second since the last call is over. */
export function createAsking(ask, clock = () => Date.now()) {
  let last = -Infinity;
  let timer = 0;
  const now = () => {
    timer = 0;
    last = clock();
    ask();
  };
  return function soon() {
    if (timer) return;
    const wait = last + LEAST - clock();
    if (wait <= 0) now();
    else timer = setTimeout(now, wait);
  };
}
