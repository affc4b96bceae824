// The one state of the page, and who hears of its changes.

import { createStore, initial, reduce } from "./state.js";

export const store = createStore(reduce, initial);
