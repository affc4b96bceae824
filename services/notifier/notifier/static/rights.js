// What the agent may do in the open store. The server decides; the page only shows no more than that. Pure.

/** May the agent do this here? `what` is a permission's name. */
export const mayDo = ({ agent, storeId }, what) => {
  const granted = agent?.may ?? {};
  return (granted["*"] ?? granted[storeId] ?? []).includes(what);
};
