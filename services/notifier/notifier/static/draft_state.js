// What is about to be sent in each conversation beside the words in the field: files, and what it answers to. Pure.

const CAPTION = 1024; // characters: a longer text goes as a message of its own
const none = { files: [], quoted: null };

/** Read the draft of a conversation; one that nobody began is empty. */
export const draftOf = ({ drafts }, sessionId) => drafts[sessionId] ?? none;

const changed = (state, id, values) => ({ ...state, drafts: { ...state.drafts, [id]: { ...draftOf(state, id), ...values } } });

export const draftChanges = {
  fileAdded: (state, { sessionId, file }) => changed(state, sessionId, { files: [...draftOf(state, sessionId).files, file] }),
  fileChanged: (state, { sessionId, key, values }) => changed(state, sessionId, {
    files: draftOf(state, sessionId).files.map((each) => (each.key === key ? { ...each, ...values } : each)),
  }),
  fileGone: (state, { sessionId, key }) => changed(state, sessionId, {
    files: draftOf(state, sessionId).files.filter((each) => each.key !== key),
  }),
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
