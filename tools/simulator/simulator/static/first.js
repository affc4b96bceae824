// Before the first paint: the theme and language chosen earlier. A module would come too late.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function chosen(name) {
    try {
      return localStorage.getItem(`mostrador.${name}`);
    } catch {
      return null; // Storage may be forbidden; the defaults are good.
    }
  }

  function dress() {
    const theme = chosen("theme");
    const known = theme === "light" || theme === "dark";
    root.dataset.theme = known ? theme : dark.matches ? "dark" : "light";
  }

  if (chosen("language") === "en") root.lang = "en";
  dress();
  dark.addEventListener("change", dress);
})();
