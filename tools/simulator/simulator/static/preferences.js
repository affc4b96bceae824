// Language and theme: chosen here, kept by the browser, applied at once to what is on the page.
import { texts } from "./texts.js";

const root = document.documentElement;

export function text(key) {
  return texts[root.lang === "en" ? "en" : "es"][key] ?? key;
}

/** Write the words of everything below `top` in the language in force. */
export function translate(top) {
  for (const each of [top, ...top.querySelectorAll("[data-text],[data-label],[data-hint]")]) {
    const { text: words, label, hint } = each.dataset;
    if (words) each.textContent = text(words);
    if (label) {
      each.setAttribute("aria-label", text(label));
      each.title = text(label);
    }
    if (hint) each.setAttribute("placeholder", text(hint));
  }
  return top;
}

export function switchLanguage() {
  root.lang = root.lang === "en" ? "es" : "en";
  keep("language", root.lang);
  document.title = text("pageTitle");
  translate(document.body);
  document.dispatchEvent(new CustomEvent("language"));
}

export function switchTheme() {
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  keep("theme", root.dataset.theme);
}

function keep(name, value) {
  try {
    localStorage.setItem(`mostrador.${name}`, value);
  } catch {
    // Without storage the choice lasts until the page is left.
  }
}
