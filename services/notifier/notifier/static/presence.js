// Who else looks at the open conversation, and the question before two answer at once.

import { store } from "./actions.js";
import { isConfirmed } from "./dialogs.js";
import { byId, icon, make, write } from "./dom.js";
import { say } from "./texts.js";
import { plain } from "./words.js";

/** Draw who else is here beside the customer's name. */
export function installPresence() {
  byId("viewers").append(icon("eye", 16), make("span", {}));
  store.listen(({ language, openId, viewers, agent }) => {
    const others = viewers.id === openId ? viewers.agents.filter((each) => each.id !== agent?.id) : [];
    const words = inWords(language, others.map(({ name }) => plain(name)));
    byId("viewers").hidden = !words;
    byId("viewers").title = words;
    write(byId("viewers").lastElementChild, words);
  });
}

function inWords(language, names) {
  if (!names.length) return "";
  if (names.length > 2) return say(language, "viewedByMany", { name: names[0], count: names.length - 1 });
  return say(language, names.length === 1 ? "viewedBy" : "viewedByTwo", { name: names[0], other: names[1] ?? "" });
}

/** May our answer go? Where a colleague is writing to the same customer, only if it is wanted. */
export async function mayAnswer() {
  const { typing, language } = store.get();
  if (!typing) return true;
  const values = { name: plain(typing) };
  return isConfirmed(language, {
    title: say(language, "bothAnswerTitle", values), words: say(language, "bothAnswerWords", values), yes: say(language, "bothAnswerYes"),
  });
}
