/**
 * What a team would write by hand on Bolt and SQLite to lose nothing, to measure Parley beside: `node bolt-app.ts ORDERS`. Each mention is
 * written down before its ack, marked with a reaction, answered by a post that was written down before, and marked as done.
 */
import bolt from "@slack/bolt";
import Database from "better-sqlite3";
import type { BotOrders } from "./bots.ts";

const {
  database,
  apiUrl,
  port,
  secret,
  botToken = "xoxb-bench",
  appToken = "xapp-1-A0BENCH-1-x",
} = JSON.parse(process.argv[2] ?? "{}") as BotOrders;
const db = new Database(database);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec(`
  CREATE TABLE inbox (envelope TEXT PRIMARY KEY, body TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE outbox (id INTEGER PRIMARY KEY, thread TEXT NOT NULL, text TEXT NOT NULL, ts TEXT);
`);
const receive = db.prepare("INSERT OR IGNORE INTO inbox (envelope, body) VALUES (?, ?)");
const done = db.prepare("UPDATE inbox SET done = 1 WHERE envelope = ?");
const toPost = db.prepare("INSERT INTO outbox (thread, text) VALUES (?, ?)");
const posted = db.prepare("UPDATE outbox SET ts = ? WHERE id = ?");

const clientOptions = { slackApiUrl: apiUrl };
const logLevel = bolt.LogLevel.ERROR;
const receiver =
  port === undefined
    ? new bolt.SocketModeReceiver({ appToken, logLevel, installerOptions: { clientOptions } })
    : new bolt.HTTPReceiver({ signingSecret: secret, logLevel, processBeforeResponse: false });
const app = new bolt.App({ token: botToken, receiver, clientOptions, logLevel });

app.use(async ({ body, next }) => {
  receive.run((body as { event_id?: string }).event_id, JSON.stringify(body));
  await next();
});
app.event("app_mention", async ({ event: { channel, ts }, body, client }) => {
  await client.reactions.add({ channel, timestamp: ts, name: "eyes" });
  const text = "I am Ann.";
  const { lastInsertRowid: row } = toPost.run(`${channel}/${ts}`, text);
  const answer = await client.chat.postMessage({ channel, thread_ts: ts, text });
  posted.run(answer.ts, row);
  done.run(body.event_id);
});
await (port === undefined ? app.start() : app.start({ port, host: "127.0.0.1" }));
process.once("SIGTERM", () => process.exit(0));
