// The seed's own door: HMAC over the raw body, one job per message with jobId = wamid, 200 after
// queue.add. What was answered with 200 is in Redis only; with "insert" each message is first a
// committed row in PostgreSQL, so that a 200 means as much as ours.
// Use: node door.js <port> <redis|insert> <processes>
"use strict";

const cluster = require("node:cluster");
const { createHmac, timingSafeEqual } = require("node:crypto");
const express = require("express");
const { Queue } = require("bullmq");
const { Pool } = require("pg");
const { appSecret, connection, databaseUrl, queueName } = require("./settings");

const [port, keeping, processes] = process.argv.slice(2);

const INSERT = {
  name: "insert",
  text:
    "INSERT INTO messages (wamid, phone, name, body) VALUES ($1, $2, $3, $4)" +
    " ON CONFLICT (wamid) DO NOTHING",
};

function isSigned(raw, header) {
  const expected = Buffer.from(
    "sha256=" + createHmac("sha256", appSecret).update(raw).digest("hex"),
  );
  const given = Buffer.from(header || "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function serve() {
  const queue = new Queue(queueName, { connection });
  // 10 was the best of 5, 10, 20 and 50, in turn, four rounds.
  const pool = keeping === "insert" ? new Pool({ connectionString: databaseUrl, max: 10 }) : null;
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");

  async function keep(message, name) {
    const job = {
      wamid: message.id,
      phone: message.from,
      name,
      text: message.text?.body ?? "",
    };
    if (pool) {
      await pool.query({ ...INSERT, values: [job.wamid, job.phone, job.name, job.text] });
    }
    await queue.add("message", job, { jobId: message.id });
  }

  app.post("/webhook", express.raw({ type: "*/*", limit: "3mb" }), async (request, response) => {
    if (!isSigned(request.body, request.get("X-Hub-Signature-256"))) {
      return response.sendStatus(401);
    }
    const delivery = JSON.parse(request.body);
    for (const entry of delivery.entry ?? []) {
      for (const { value } of entry.changes ?? []) {
        const name = value.contacts?.[0]?.profile?.name ?? "";
        for (const message of value.messages ?? []) {
          await keep(message, name);
        }
      }
    }
    return response.sendStatus(200);
  });

  app.listen(Number(port), "127.0.0.1", () => console.log("ready"));
}

// One process serves by itself; more of them share the port as Node's own cluster does it.
if (Number(processes) > 1 && cluster.isPrimary) {
  for (let number = 0; number < Number(processes); number += 1) cluster.fork();
} else {
  serve();
}
