// The log-in form.

import { logIn, store } from "./actions.js";
import { byId, write } from "./dom.js";
import { say } from "./texts.js";
import { refusal } from "./words.js";

let refused = null;
let isBusy = false;

/** Draw the form as the log-in stands, and send it. */
export function installSignIn() {
  store.listen(draw);
  byId("sign-in-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
}

let isShown = false;

function draw({ language, phase, notice }) {
  const isAsked = phase === "signedOut";
  if (!isAsked) refused = null;
  const words = refused ? reason(language) : notice && say(language, notice);
  write(byId("login-error"), words || "");
  byId("login-error").hidden = !words;
  byId("login-submit").disabled = isBusy;
  write(byId("login-submit"), say(language, isBusy ? "signingIn" : "signIn"));
  if (isAsked && !isShown) byId("login-email").focus();
  isShown = isAsked;
}

const reason = (language) =>
  (refused.status === 401 || refused.status === 403 || refused.status === 400 || refused.status === 422
    ? say(language, "fault_sign_in") : refusal(language, refused));

async function submit() {
  if (isBusy) return;
  isBusy = true;
  refused = null;
  draw(store.get());
  try {
    await logIn(byId("login-email").value.trim(), byId("login-password").value);
    byId("login-password").value = "";
  } catch (fault) {
    refused = fault;
  }
  isBusy = false;
  draw(store.get());
  if (refused) byId("login-password").select();
}
