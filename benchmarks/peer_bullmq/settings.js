// What the bench hands over, in the environment; the peer's own connections are made from it.
"use strict";

const redis = new URL(process.env.PEER_REDIS_URL);

module.exports = {
  queueName: "messages",
  // BullMQ wants null here: its blocking commands may wait for ever.
  connection: {
    host: redis.hostname,
    port: Number(redis.port),
    password: decodeURIComponent(redis.password) || undefined,
    db: 1,
    maxRetriesPerRequest: null,
  },
  databaseUrl: process.env.PEER_DATABASE_URL,
  graphUrl: process.env.PEER_GRAPH_URL,
  assistantUrl: process.env.PEER_ASSISTANT_URL || "",
  appSecret: process.env.PEER_APP_SECRET,
};
