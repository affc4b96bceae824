// The account's menu: who one is, password, other log-ins, language, theme, and the way out.

import * as api from "./api.js";
import { endOtherLogIns } from "./api_supervisor.js";
import { live, logOut, store } from "./actions.js";
import { isConfirmed, openDialog } from "./dialogs.js";
import { byId, make, write } from "./dom.js";
import { say } from "./texts.js";
import { initials, refusal } from "./words.js";

const { dispatch, get } = store;
const set = (values) => dispatch({ type: "set", values });
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const LEAST = 10; // characters of a password, as the catalog asks for

/** Take language and theme from the browser, and hear the menu. */
export function installAccount() {
  set({
    language: localStorage.getItem("language") ?? "es",
    theme: localStorage.getItem("theme") ?? (prefersDark.matches ? "dark" : "light"),
  });
  byId("language").addEventListener("click", () => keep("language", get().language === "es" ? "en" : "es"));
  byId("theme").addEventListener("click", () => keep("theme", get().theme === "dark" ? "light" : "dark"));
  const menu = byId("account-menu");
  const orders = { password: askPassword, "end-log-ins": endOthers, logout: logOut };
  for (const [id, order] of Object.entries(orders)) {
    byId(id).addEventListener("click", () => {
      menu.hidePopover();
      order();
    });
  }
  menu.addEventListener("toggle", ({ newState }) => byId("account").setAttribute("aria-expanded", String(newState === "open")));
  menu.addEventListener("keydown", walk);
  store.listen(draw);
}

function keep(name, value) {
  localStorage.setItem(name, value);
  set({ [name]: value });
}

/** Arrows go through the menu as in any other. */
function walk(event) {
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (!(event.key in moves)) return;
  const buttons = [...byId("account-menu").querySelectorAll("button")].filter((each) => each.offsetParent !== null);
  const at = buttons.indexOf(document.activeElement);
  buttons[(at + moves[event.key] + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}

let themed = "";

function draw(state) {
  const { agent, language, theme } = state;
  const isIn = state.phase === "ready";
  if (themed !== theme) document.documentElement.dataset.theme = theme;
  themed = theme;
  write(byId("agent-name"), agent?.name ?? "");
  write(byId("account-mark"), isIn ? initials(agent.name) : "···");
  write(byId("account-name"), agent?.name ?? "");
  write(byId("account-email"), agent?.email ?? "");
  const label = isIn ? say(language, "account", { name: agent.name }) : say(language, "lookAndLanguage");
  byId("account").setAttribute("aria-label", label);
  byId("account").title = label;
  byId("account-who").hidden = !isIn;
  for (const id of ["password", "end-log-ins", "logout"]) byId(id).hidden = !isIn;
  write(byId("language"), say(language, "switchLanguage"));
  write(byId("theme"), say(language, theme === "dark" ? "lightTheme" : "darkTheme"));
}

async function endOthers() {
  const { language } = get();
  const question = { title: say(language, "endLogIns"), words: say(language, "endLogInsWords"), yes: say(language, "endLogInsYes") };
  if (!await isConfirmed(language, question)) return;
  const words = await endOtherLogIns().then(({ ended }) => say(language, ended ? "endedLogIns" : "noOtherLogIns", { count: ended }), (fault) => refusal(language, fault));
  tell(say(language, "endLogIns"), words);
}

function tell(title, words) {
  const { language } = get();
  const close = make("button", { type: "button", class: "primary" }, say(language, "close"));
  const dialog = openDialog(language, { title, testId: "told" }, make("p", { role: "status" }, words), make("div", { class: "dialog-foot" }, close));
  close.addEventListener("click", () => dialog.close());
  close.focus();
}

function askPassword() {
  const { language, agent } = get();
  const field = (key, autocomplete, testId) => make("label", { class: "field" }, make("span", {}, say(language, key)),
    make("input", { type: "password", autocomplete, required: true, maxlength: "1000", "data-testid": testId }));
  const [old, fresh, again] = [field("oldPassword", "current-password", "old-password"), field("newPassword", "new-password", "new-password"), field("repeatPassword", "new-password", "repeat-password")];
  const fault = make("p", { class: "fault", role: "alert", hidden: true, "data-testid": "password-error" });
  const go = make("button", { type: "submit", class: "primary", "data-testid": "password-change" }, say(language, "changePassword"));
  const name = make("input", { type: "text", autocomplete: "username", value: agent.email, hidden: true, "aria-hidden": "true" }); // for the browser's own store of passwords
  const form = make("form", { class: "asked-form" }, name, old, fresh, again,
    make("p", { class: "small muted" }, say(language, "passwordHint", { least: LEAST })), fault, make("div", { class: "dialog-foot" }, go));
  const dialog = openDialog(language, { title: say(language, "changePassword"), testId: "password-dialog" }, form);
  const refuse = (words) => {
    write(fault, words);
    fault.hidden = false;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [before, after, same] = [old, fresh, again].map((each) => each.querySelector("input").value);
    if (after !== same) return refuse(say(language, "passwordsDiffer"));
    go.disabled = true;
    const refused = await change(before, after);
    go.disabled = false;
    if (refused) return refuse(refused.code === "invalid_request" ? say(language, "passwordWeak", { least: LEAST }) : refusal(language, refused));
    dialog.close();
    return tell(say(language, "changePassword"), say(language, "passwordChanged"));
  });
  old.querySelector("input").focus();
}

/** Change it: every log-in ends and this page gets a new one, so the socket waits for that. */
async function change(before, after) {
  live.stop();
  const refused = await api.changePassword(before, after).then(() => null, (fault) => fault);
  if (get().phase === "ready") live.start();
  return refused;
}
