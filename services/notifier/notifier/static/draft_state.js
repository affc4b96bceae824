// What is about to be sent in each conversation beside the words in the field: files, and what it answers to. Pure.

const CAPTION = 1024; // characters: a longer text goes as a message of its own
const none = { files: [], quoted: null };

/** Read the draft of a conversation; one that nobody began is empty. */
export const draftOf = ({ drafts }, sessionId) => drafts[sessionId] ?? none;

const changed = (state, id, values) => ({ ...state, drafts: { ...state.drafts, [id]: { ...draftOf(state, id), ...values } } });

/** Change the files beside one, wherever its draft has gone meanwhile: into the customer's new session, or nowhere. */
function withFiles(state, key, change) {
  const id = Object.keys(state.drafts).find((each) => state.drafts[each].files.some((file) => file.key === key));
  return id ? changed(state, id, { files: change(state.drafts[id].files) }) : state;
}

export const draftChanges = {
  fileAdded: (state, { sessionId, file }) => changed(state, sessionId, { files: [...draftOf(state, sessionId).files, file] }),
  fileChanged: (state, { key, values }) => withFiles(state, key, (files) =>
    files.map((each) => (each.key === key ? { ...each, ...values } : each))),
  fileGone: (state, { key }) => withFiles(state, key, (files) => files.filter((each) => each.key !== key)),
  quoting: (state, { sessionId, message }) => changed(state, sessionId, { quoted: message }),
  draftSent: (state, { sessionId }) => changed(state, sessionId, none),
};

/** Can it be sent as it is? Files that are still coming up, or did not, hold it back. */
export const isReady = ({ files }, words) =>
  files.every((file) => file.status === "ready") && (files.length > 0 || Boolean(words));

/** Lay out words and files as messages: the first file has the words as its caption, where it can have one. */
export function messagesOf(words, { files, quoted }) {
  const takes = files.length > 0 && files[0].kind !== "audio" && words.length <= CAPTION;
  const listed = files.map((file, place) => ({ text: place === 0 && takes ? words : "", file }));
  if (words && !takes) listed.push({ text: words, file: null });
  return listed.map((each, place) => ({ ...each, quoted: place === 0 ? quoted : null }));
}
