// Says what the page says, in one of its languages.

import { en } from "./texts_en.js";
import { es } from "./texts_es.js";

const texts = { es, en };

/** Say a text; {name} in it is replaced by what `values` holds. An unknown key says itself. */
export function say(language, key, values = {}) {
  const text = (texts[language] ?? texts.es)[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

export const has = (language, key) => key in texts[language];
