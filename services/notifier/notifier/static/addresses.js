// Addresses of media: which may be used, and how one that ran out is asked for anew.

import * as api from "./api.js";
import { store } from "./actions.js";

/** Only the console's own places, and the web's. */
export const isAddress = (address) => /^(https?:\/\/|\/(?!\/))/.test(address ?? "");

/** Ask for a message's media again: its address lasts some minutes. Null when there is none. */
export async function freshUrl({ id, session_id: sessionId }) {
  const { storeId, openId } = store.get();
  const message = await api.message(storeId, sessionId ?? openId, id).catch(() => null);
  const url = message?.media?.url;
  return isAddress(url) ? url : null;
}

/** Renew an element's address once for each failure; a player goes on where it was. */
export function keepFresh(element, message, giveUp) {
  let isAsked = false;
  const arrived = () => { isAsked = false; };
  for (const each of ["load", "loadeddata"]) element.addEventListener(each, arrived);
  element.addEventListener("error", async () => {
    if (isAsked) return giveUp();
    isAsked = true;
    const { currentTime: at = 0, paused = true } = element;
    const url = await freshUrl(message);
    if (!url) return giveUp();
    element.src = url;
    if (at) element.currentTime = at;
    return paused ? undefined : element.play().catch(() => undefined);
  });
}
