// Times, names and reasons in words. Pure.

import { has, say } from "./texts.js";

const MINUTE = 60_000;
export const LOCALES = { es: "es-CO", en: "en-GB" };
const formats = new Map();

function format(language, name, options) {
  const key = `${language}/${name}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(LOCALES[language], options));
  return formats.get(key);
}

export const clock = (language, time) =>
  format(language, "clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(time));

const dayKey = (time) => new Date(time).toDateString();
export const isSameDay = (one, other) => dayKey(one) === dayKey(other);

/** Name a day as a divider does: today, yesterday, or its date. */
export function day(language, time, now) {
  if (isSameDay(time, now)) return say(language, "today");
  if (isSameDay(time, now - 24 * 60 * MINUTE)) return say(language, "yesterday");
  return format(language, "day", { weekday: "long", day: "numeric", month: "long" }).format(new Date(time));
}

/** Say when something was, as short as a list wants it. */
export function moment(language, time, now) {
  if (!time) return "";
  if (isSameDay(time, now)) return clock(language, time);
  if (isSameDay(time, now - 24 * 60 * MINUTE)) return say(language, "yesterday");
  return format(language, "short", { day: "numeric", month: "short" }).format(new Date(time));
}

/** Say the day, unless it is today, and the hour. */
export const dayAndClock = (language, time, now) =>
  (isSameDay(time, now) ? clock(language, time) : `${moment(language, time, now)}, ${clock(language, time)}`);

/** Say how long a number of milliseconds is, in its greatest unit. */
export function span(language, milliseconds) {
  const minutes = Math.floor(milliseconds / MINUTE);
  if (minutes < 1) return say(language, "moments");
  if (minutes < 60) return say(language, "minutes", { count: minutes });
  if (minutes < 48 * 60) return say(language, "hours", { count: Math.floor(minutes / 60) });
  return say(language, "days", { count: Math.floor(minutes / 1440) });
}

/** Write a number the way people read it: +57 300 111 2233. */
export function number(phone) {
  if (!phone) return "";
  const known = /^(57)(\d{3})(\d{3})(\d{4})$/.exec(phone);
  return known ? `+${known.slice(1).join(" ")}` : `+${phone}`;
}

export const nameOf = (language, session) =>
  session?.name || number(session?.phone) || say(language, "noName");

/** Make words comparable: accents, case and outer spaces aside. */
export const folded = (words) => words.trim().normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Take out what turns the direction of what follows: a file's name must read as it is. */
export const plain = (text) => text.replace(/[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g, "");

const SIZES = ["B", "KB", "MB", "GB"];

/** Say how large a file is: 1.2 MB. */
export function size(language, bytes) {
  if (!Number.isFinite(bytes) || bytes < 0) return "";
  const power = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)), SIZES.length - 1);
  const digits = new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: power > 1 ? 1 : 0 });
  return `${digits.format(bytes / 1024 ** power)} ${SIZES[power]}`;
}

/** Write an amount of money; a currency nobody knows stands beside it. */
export function money(language, amount, currency) {
  try {
    return new Intl.NumberFormat(LOCALES[language], { style: "currency", currency, minimumFractionDigits: 0, maximumFractionDigits: 2 }).format(amount);
  } catch {
    return [new Intl.NumberFormat(LOCALES[language]).format(amount), plain(currency ?? "")].filter(Boolean).join(" ");
  }
}

export function initials(name) {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, "").split(" ").filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0]).join("").toUpperCase() || "·";
}

/** Say in words why an action was refused. */
export function refusal(language, fault) {
  if (has(language, `fault_${fault.code}`)) return say(language, `fault_${fault.code}`);
  if (fault.status === 429) return say(language, "fault_too_many");
  return say(language, "fault_server");
}
