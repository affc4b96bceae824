// Which key sends: Enter, or Enter with Ctrl (⌘); chosen once for this device.

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

/** Does Enter alone send? */
export const enterSends = () => localStorage.getItem("sendKey") !== "mod";

export const switchSendKey = () => localStorage.setItem("sendKey", enterSends() ? "mod" : "enter");

/** Name what sends and what begins a line, as shortcuts are named. */
export const sendKeys = () => (enterSends() ? { send: "Enter", line: "Shift+Enter" } : { send: "Mod+Enter", line: "Enter" });

/** Was the key pressed that sends? */
export function isSend(event) {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || event.shiftKey || event.altKey) return false;
  return enterSends() || (isApple ? event.metaKey : event.ctrlKey);
}
