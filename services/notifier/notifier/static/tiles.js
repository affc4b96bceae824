// What each number of the supervisor's page says. Pure.

import { now as serverTime } from "./server_clock.js";
import { say } from "./texts.js";
import { LOCALES, span } from "./words.js";

const count = (language, number) => new Intl.NumberFormat(LOCALES[language]).format(number);

/** Say how long something took: 2.4 s, 35 s, 12 min, 3 h 5 min. */
export function seconds(language, amount) {
  if (amount < 60) {
    const digits = { maximumFractionDigits: amount < 10 ? 1 : 0 };
    return `${new Intl.NumberFormat(LOCALES[language], digits).format(amount)} s`;
  }
  const minutes = Math.round(amount / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const spread = (language, times) => (times ? say(language, "tileP90", { time: seconds(language, times.p90) }) : say(language, "tileNoAnswers"));
const median = (language, times) => (times ? seconds(language, times.median) : "–");

/** The tiles in their order: `value` is the number, `more` a line below it, `tone` what colours it. */
export const tiles = [
  {
    id: "waiting",
    value: ({ language }, { waiting }) => count(language, waiting),
    more: ({ language, now }, { longest_waiting_since: since }) => (since
      ? say(language, "tileLongest", { time: span(language, Math.max(now, serverTime()) - Date.parse(since)) }) : say(language, "tileNobodyWaits")),
    tone: ({ waiting }) => (waiting ? "wait" : ""),
  },
  {
    id: "answered",
    value: ({ language }, stats) => count(language, stats.answered_today.assistant + stats.answered_today.agent),
    more: ({ language }, { answered_today: today, conversations_answered_today: talks }) =>
      say(language, "tileAnsweredBy", { bot: count(language, today.assistant), people: count(language, today.agent), talks: count(language, talks) }),
  },
  {
    id: "solved",
    value: ({ language }, { bot_solved: { ended, solved } }) => (ended
      ? new Intl.NumberFormat(LOCALES[language], { style: "percent", maximumFractionDigits: 0 }).format(solved / ended) : "–"),
    more: ({ language }, { bot_solved: { ended, solved } }) => (ended
      ? say(language, "tileSolvedOf", { solved: count(language, solved), ended: count(language, ended) }) : say(language, "tileNoneEnded")),
  },
  { id: "bot", value: ({ language }, stats) => median(language, stats.response_seconds.bot), more: ({ language }, stats) => spread(language, stats.response_seconds.bot) },
  { id: "people", value: ({ language }, stats) => median(language, stats.response_seconds.people), more: ({ language }, stats) => spread(language, stats.response_seconds.people) },
  {
    id: "queue",
    value: ({ language }, { queue_depth: depth }) => (depth === null ? "–" : count(language, depth)),
    more: ({ language }, { queue_depth: depth, queue }) => (depth === null ? say(language, "tileQueueUnknown")
      : say(language, "tilePace", { pace: count(language, Math.round(queue.per_minute * 10) / 10), most: count(language, queue.most_per_minute) })),
    tone: ({ queue }) => (queue.oldest_seconds > 60 ? "wait" : ""),
  },
  {
    id: "sends",
    value: ({ language }, { sends }) => count(language, sends.waiting + sends.held),
    more: ({ language }, { sends, paused }) => say(language, paused ? "tileSendsPaused" : "tileSends", { held: count(language, sends.held), unconfirmed: count(language, sends.unconfirmed) }),
    tone: ({ sends, paused }) => (paused || sends.held ? "bad" : ""),
  },
  {
    id: "dead",
    value: ({ language }, { dead_letters: dead }) => count(language, dead),
    more: ({ language }, { dead_letters: dead }) => say(language, dead ? "tileDeadSome" : "tileDeadNone"),
    tone: ({ dead_letters: dead }) => (dead ? "bad" : ""),
  },
];
