// Short forms of names: a store's initials, and a product as one asks for it.

export const initials = (name) => name.split(/\s+/).filter((word) => /^\p{Lu}/u.test(word)).slice(-2)
  .map((word) => word[0]).join("") || name.slice(0, 2).toUpperCase();

export function shortName(name) {
  const short = name.split(/[,(]/)[0].trim();
  return short[0].toLowerCase() + short.slice(1);
}
