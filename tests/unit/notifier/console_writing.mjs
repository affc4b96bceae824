// What an agent writes with, without a page: canned replies, drafts, times to snooze until.

import assert from "node:assert/strict";

const kept = new Map();
globalThis.localStorage = {
  getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key),
};

const statics = new URL("../../../services/notifier/notifier/static/", import.meta.url);
const { filled, meant, slashed } = await import(new URL("canned_words.js", statics));
const { draftKept, forgetDrafts, keepDraft } = await import(new URL("drafts_kept.js", statics));

const replies = [
  { shortcut: "envio", text: "Llega mañana" }, { shortcut: "horario", text: "De 8 a 18" }, { shortcut: "a-horas", text: "Mañana" },
];
assert.deepEqual(slashed("hola /ho", 8), { from: 5, to: 8, words: "ho" });
assert.deepEqual(slashed("/", 1), { from: 0, to: 1, words: "" });
for (const none of ["y/o", "/ho la", "12/05", "hola"]) assert.equal(slashed(none, none.length), null, none);
assert.deepEqual(meant(replies, "hor").map(({ shortcut }) => shortcut), ["horario", "a-horas"]);
assert.deepEqual(meant(replies, "MANANA").map(({ shortcut }) => shortcut), ["envio", "a-horas"]);

const values = { name: "Ana", store: "La Ladera", agent: "Luz" };
assert.equal(filled("Hola {{nombre}}, soy {{ agent }} de {{TIENDA}}.", values), "Hola Ana, soy Luz de La Ladera.");
assert.equal(filled("Hola {{name}}, van {{puntos}}", { ...values, name: "" }), "Hola, van {{puntos}}");
assert.equal(filled("{{name}}", { name: "{{agente}} $&" }), "{{agente}} $&");

keepDraft("ana", "s1", "Hola");
keepDraft("beto", "s1", "Otro");
keepDraft("ana", "s2", "x");
keepDraft("ana", "s2", "");
assert.equal(draftKept("ana", "s1"), "Hola");
assert.equal(draftKept("ana", "s2"), "");
for (let at = 0; at < 300; at += 1) keepDraft("ana", `t${at}`, "y");
assert.equal(draftKept("ana", "s1"), "");
assert.equal(draftKept("ana", "t299"), "y");
forgetDrafts("ana");
assert.equal(draftKept("ana", "t299"), "");
assert.equal(draftKept("beto", "s1"), "Otro");
kept.set("drafts:ana", "{broken");
assert.equal(draftKept("ana", "s1"), "");
