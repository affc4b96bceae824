// Words of the list: see texts_en.js.

export const en = {
  snoozed: "Snoozed", search: "Search by name, number or words", searchShort: "Search",
  emptySearchHint: "Names, numbers and the words of messages are searched: their beginnings will do.",
  emptySnoozed: "Nothing is snoozed", emptySnoozedHint: "Snooze a conversation from its ⋯ menu and it will be here until its time.",
  emptyNarrow: "None fits the filter", emptyNarrowHint: "There are conversations in this tab, but the filter leaves them out.",
  showEvery: "Remove the filter", moreFailed: "The rest did not load. Try again",
  ownerFilter: "Filter by who answers", unreadFilter: "Show only what nobody has read", unreadOnly: "Unread",
  ownerAny: "Anyone answers", ownerBot: "The bot answers", ownerQueue: "Waiting", ownerAgent: "A person answers", ownerResolved: "Resolved",
  alerts: "Alerts when somebody waits for a person", alertsOff: "Alerts are off: press to hear and see when somebody waits",
  alertsOn: "Alerts are on: sound and desktop notification", alertsSoundOnly: "Sound only: the browser does not allow desktop notifications",
  alertWords: "{name} waits for a person",
  waitsSince: "Waiting for a person for {span}", windowLeft: "{span} left to write without a template",
  windowOver: "Template only", windowOverWhole: "24 hours have passed since their last message: only a template can be sent",
  snoozedReply: "Until they write", snoozedReplyWhole: "Snoozed until the customer writes", snoozedUntil: "Snoozed until {time}",
  mark_blocked: "Blocked", mark_blocked_whole: "Blocked: their messages are kept, and nobody answers",
  mark_optedOut: "No advertising", mark_optedOut_whole: "They asked for no advertising",
  channel_whatsapp: "By WhatsApp", channel_web: "By the web",
};
