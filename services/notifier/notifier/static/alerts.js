// A sound and a note of the desktop when somebody waits for a person, and for nothing else: only
// while the page is not looked at, only for who has asked for it.

import { open, whenTold } from "./actions.js";
import { byId, icon, write } from "./dom.js";
import { now } from "./server_clock.js";
import { store } from "./store.js";
import { say } from "./texts.js";
import { nameOf } from "./words.js";

const KEPT = "alerts";
const FRESH = 60_000; // what is told later than this, after a time without a connection, is no news
const APART = 3_000; // between two sounds

const isWanted = () => localStorage.getItem(KEPT) === "on";
const desktop = () => globalThis.Notification?.permission ?? "unsupported";

/** Say whether an event tells that a customer begins to wait, or waits still. */
export function isHandover({ type, data, at }, time) {
  if (time - Date.parse(at) > FRESH) return false;
  if (type === "handover_waiting") return true;
  const isNew = type === "session_update" && data.status === "handover";
  return isNew && !["SNOOZED", "AWAKE"].includes(data.reason) && !data.session?.blocked && !data.session?.snoozed;
}

/** Draw the button, and hear what is told. */
export function installAlerts() {
  byId("alerts").addEventListener("click", turn);
  store.listen(draw);
  whenTold(heard);
  // A browser lets a page sound only after somebody has touched it.
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, () => isWanted() && sounding(), { once: true });
}

async function turn() {
  localStorage.setItem(KEPT, isWanted() ? "off" : "on");
  if (isWanted()) {
    beep();
    draw(store.get());
    if (desktop() === "default") await Notification.requestPermission();
  }
  draw(store.get());
}

let drawn = "";

function draw({ language }) {
  const key = [language, isWanted(), desktop()].join("/");
  if (drawn === key) return;
  drawn = key;
  const button = byId("alerts");
  const words = say(language, isWanted() ? (desktop() === "granted" ? "alertsOn" : "alertsSoundOnly") : "alertsOff");
  button.setAttribute("aria-pressed", String(isWanted()));
  button.title = words;
  button.setAttribute("aria-label", say(language, "alerts"));
  write(byId("alerts-state"), words);
  button.replaceChildren(icon(isWanted() ? "bell" : "bellOff"));
}

function heard(event) {
  if (!isWanted() || (!document.hidden && document.hasFocus()) || !isHandover(event, now())) return;
  const { language, sessions } = store.get();
  const id = event.session_id ?? event.data.session_id;
  beep();
  if (desktop() === "granted") notify(language, id, sessions[id]);
}

function notify(language, id, session) {
  // One of a name takes the place of the one before: a hundred who wait are one note.
  const body = say(language, "alertWords", { name: nameOf(language, session) });
  const note = new Notification("Mostrador", { body, tag: "handover", icon: "/static/icon.svg" });
  note.addEventListener("click", () => {
    window.focus();
    open(id);
    note.close();
  });
}

let audio = null;
let last = -Infinity;

function sounding() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}

/** Two short tones, the second higher. */
function beep() {
  if (Date.now() - last < APART) return;
  last = Date.now();
  sounding();
  [[660, 0], [880, 0.16]].forEach(([tone, after]) => {
    const [wave, loudness, start] = [audio.createOscillator(), audio.createGain(), audio.currentTime + after];
    wave.frequency.value = tone;
    loudness.gain.setValueAtTime(0.12, start);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
    wave.connect(loudness).connect(audio.destination);
    wave.start(start);
    wave.stop(start + 0.3);
  });
}
