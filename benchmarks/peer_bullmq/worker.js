// The seed's own worker: reads the session row, asks the assistant if there is one, posts to the
// Graph API over kept connections, writes the session row. No order within a conversation, no
// fence, no outbox, no events, no redaction, nothing sealed: that is what it is compared without.
// Use: node worker.js <concurrency>
"use strict";

const http = require("node:http");
const { Worker } = require("bullmq");
const { Pool } = require("pg");
const { assistantUrl, connection, databaseUrl, graphUrl, queueName } = require("./settings");

const concurrency = Number(process.argv[2]);
const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
const pool = new Pool({ connectionString: databaseUrl, max: Math.min(concurrency, 50) });

const READ = {
  name: "read",
  text: "SELECT phone, name, last_text, messages FROM sessions WHERE phone = $1",
};
const WRITE = {
  name: "write",
  text:
    "INSERT INTO sessions (phone, name, last_text, messages) VALUES ($1, $2, $3, 1)" +
    " ON CONFLICT (phone) DO UPDATE SET last_text = EXCLUDED.last_text," +
    " messages = sessions.messages + 1, updated_at = now()",
};

function post(url, content) {
  const body = JSON.stringify(content);
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    Authorization: "Bearer a-token-of-the-bench",
  };
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", agent, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve(JSON.parse(Buffer.concat(chunks))));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function replyTo(text, session) {
  if (!assistantUrl) return `Hola. Usted escribió: ${text}`;
  const messages = [
    { role: "system", content: "Usted atiende el mostrador de una tienda." },
    { role: "user", content: session?.last_text ?? "" },
    { role: "user", content: text },
  ];
  const answer = await post(`${assistantUrl}/chat/completions`, { model: "bench", messages });
  return answer.choices[0].message.content;
}

async function handle({ data: { phone, name, text, wamid } }) {
  const { rows } = await pool.query({ ...READ, values: [phone] });
  const reply = await replyTo(text, rows[0]);
  await post(`${graphUrl}/v21.0/number-of-bench-1/messages`, {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    to: phone,
    type: "text",
    text: { body: reply, preview_url: false },
    biz_opaque_callback_data: wamid,
  });
  await pool.query({ ...WRITE, values: [phone, name, text] });
}

const worker = new Worker(queueName, handle, { connection, concurrency });
worker.on("failed", (job, error) => console.error("failed", error.message));
worker.waitUntilReady().then(() => console.log("ready"));
process.on("SIGTERM", () => worker.close(true).then(() => process.exit(0)));
