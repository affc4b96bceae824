// Puts a backlog into the queue: <conversations> phones from <first phone>, <messages> of each,
// taken in turn as customers write.
// Use: node fill.js <first phone> <conversations> <messages> <text>
"use strict";

const { randomUUID } = require("node:crypto");
const { Queue } = require("bullmq");
const { connection, queueName } = require("./settings");

const AT_ONCE = 1000;

async function main([firstPhone, conversations, messages, text]) {
  const queue = new Queue(queueName, { connection });
  const jobs = [];
  for (let round = 0; round < Number(messages); round += 1) {
    for (let person = 0; person < Number(conversations); person += 1) {
      const wamid = `wamid.${randomUUID()}`;
      const phone = String(BigInt(firstPhone) + BigInt(person));
      jobs.push({ name: "message", data: { wamid, phone, name: "Ana", text }, opts: { jobId: wamid } });
    }
  }
  for (let start = 0; start < jobs.length; start += AT_ONCE) {
    await queue.addBulk(jobs.slice(start, start + AT_ONCE));
  }
  await queue.close();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
