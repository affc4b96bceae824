// The seed's own door: HMAC over the raw body, one job per message with jobId = wamid, 200 after
// queue.add. What was answered with 200 is in Redis only.
// Use: node door.js <port>
"use strict";

const { createHmac, timingSafeEqual } = require("node:crypto");
const express = require("express");
const { Queue } = require("bullmq");
const { appSecret, connection, queueName } = require("./settings");

const queue = new Queue(queueName, { connection });
const app = express();
app.disable("x-powered-by");
app.disable("etag");

function isSigned(raw, header) {
  const expected = Buffer.from(
    "sha256=" + createHmac("sha256", appSecret).update(raw).digest("hex"),
  );
  const given = Buffer.from(header || "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

app.post("/webhook", express.raw({ type: "*/*", limit: "3mb" }), async (request, response) => {
  if (!isSigned(request.body, request.get("X-Hub-Signature-256"))) {
    return response.sendStatus(401);
  }
  const delivery = JSON.parse(request.body);
  for (const entry of delivery.entry ?? []) {
    for (const { value } of entry.changes ?? []) {
      for (const message of value.messages ?? []) {
        const job = {
          wamid: message.id,
          phone: message.from,
          name: value.contacts?.[0]?.profile?.name ?? "",
          text: message.text?.body ?? "",
        };
        await queue.add("message", job, { jobId: message.id });
      }
    }
  }
  return response.sendStatus(200);
});

app.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("ready"));
