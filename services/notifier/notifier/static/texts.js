// Says what the page says, in one of its languages.

import { en } from "./texts_en.js";
import { es } from "./texts_es.js";
import { en as composeEn } from "./texts_compose_en.js";
import { es as composeEs } from "./texts_compose_es.js";
import { en as listEn } from "./texts_list_en.js";
import { es as listEs } from "./texts_list_es.js";
import { en as panelEn } from "./texts_panel_en.js";
import { es as panelEs } from "./texts_panel_es.js";
import { en as supervisorEn } from "./texts_supervisor_en.js";
import { es as supervisorEs } from "./texts_supervisor_es.js";

const texts = {
  es: { ...es, ...listEs, ...panelEs, ...composeEs, ...supervisorEs },
  en: { ...en, ...listEn, ...panelEn, ...composeEn, ...supervisorEn },
};

/** Say a text; {name} in it is replaced by what `values` holds. An unknown key says itself. */
export function say(language, key, values = {}) {
  const text = (texts[language] ?? texts.es)[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

export const has = (language, key) => key in texts[language];
