// Words of the page: see texts_en.js. Here: what can be done with a conversation, and what is written with.

export const en = {
  moreActs: "More actions", conversation: "Conversation",
  act_next: "Next conversation", act_previous: "Previous conversation", act_nextTab: "Next tab",
  act_search: "Search the list", act_takeOrGive: "Take the conversation over, or give it back to the bot", act_takeOver: "Assign to me",
  act_reopen: "Reopen and answer", act_assign: "Assign to…", act_toQueue: "Move to waiting", act_giveBack: "Give back to the bot",
  act_giveBackNote: "Give back to the bot with a note…", act_resolve: "Resolve", act_resolveNext: "Resolve and open the next one",
  act_snooze: "Snooze…", act_wake: "End the snooze", act_block: "Block the customer…", act_unblock: "Unblock the customer",
  act_reply: "Write a reply", act_note: "Write a private note", act_attach: "Attach files",
  act_template: "Choose a template", act_panel: "Show or hide the customer's panel", act_back: "Back to the list",
  act_palette: "Actions and conversations", act_shortcuts: "Keyboard shortcuts",
  act_sendKey: "Send the message", act_newLine: "Begin another line", act_walk: "Walk the list or the messages", act_quote: "Answer the marked message",
  paletteSearch: "What to do, or with whom", assignSearch: "Name of who will answer",
  releaseNote: "Note for the bot and your colleagues", releaseNoteHint: "The customer does not get it. The bot heeds it until the window ends.",
  snooze_reply: "Until the customer writes", snooze_hour: "For an hour", snooze_tomorrow: "Until tomorrow at 8:00",
  snooze_week: "Until Monday at 8:00", snooze_other: "Until another time", snoozeGo: "Snooze",
  blockTitle: "Block {name}?", blockWords: "Their messages are kept, but nobody answers or is alerted. You can unblock them later.",
  fault_agent_not_found: "That person no longer serves this store.", fault_contact_blocked: "This customer is blocked.",
  fault_opted_out: "This customer asked for no promotions.",
};
