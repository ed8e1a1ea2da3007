/**
 * What a team would write by hand on Bolt and SQLite, to measure Parley beside: `node bolt-app.ts ORDERS`.
 *
 * - `full`: each mention is written down before its ack, marked with a reaction, answered by a post that was written down before, and marked as done:
 *   nothing is lost;
 * - `sqlite`: the same without the reaction and without writing the answer down;
 * - `teamfull`: `full`, with three personas; a call of the model says who of them speaks next.
 *
 * With a model, answers are streamed from it by OpenAI's SDK; without, an answer is the same three words each time.
 */
import bolt from "@slack/bolt";
import Database from "better-sqlite3";
import type OpenAI from "openai";
import type { BotOrders } from "./bots.ts";

const {
  database,
  apiUrl,
  port,
  secret,
  kind = "full",
  modelUrl,
  turns = 1,
  botToken = "xoxb-bench",
  appToken = "xapp-1-A0BENCH-1-x",
} = JSON.parse(process.argv[2] ?? "{}") as BotOrders;
const isTeam = kind === "teamfull";
const isFull = kind !== "sqlite";
const PERSONAS = ["planner", "coder", "critic"];
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

// Where there is no model, its SDK takes no memory.
const model = modelUrl === undefined ? undefined : new (await import("openai")).OpenAI({ baseURL: modelUrl, apiKey: "none" });
const clientOptions = { slackApiUrl: apiUrl };
const logLevel = bolt.LogLevel.ERROR;
const receiver =
  port === undefined
    ? new bolt.SocketModeReceiver({ appToken, logLevel, installerOptions: { clientOptions } })
    : new bolt.HTTPReceiver({ signingSecret: secret, logLevel, processBeforeResponse: false });
const app = new bolt.App({ token: botToken, receiver, clientOptions, logLevel });

type Message = OpenAI.ChatCompletionMessageParam;
const histories = new Map<string, Message[]>();

app.use(async ({ body, next }) => {
  receive.run((body as { event_id?: string }).event_id, JSON.stringify(body));
  await next();
});
app.event("app_mention", async ({ event: { channel, ts, thread_ts = ts, text: asked }, body, client }) => {
  const thread = `${channel}/${thread_ts}`;
  const history = histories.get(thread) ?? [];
  histories.set(thread, history);
  history.push({ role: "user", content: asked });
  if (isFull) await client.reactions.add({ channel, timestamp: ts, name: "eyes" });
  for (let turn = 0; turn < turns; turn++) {
    const who = isTeam ? await nextOf(history) : "assistant";
    const text = await answerOf(who, history);
    const row = isFull ? toPost.run(thread, text).lastInsertRowid : 0;
    const persona = isTeam ? { username: who, icon_emoji: ":robot_face:" } : {};
    const answer = await client.chat.postMessage({ channel, thread_ts, text, ...persona });
    if (isFull) posted.run(answer.ts, row);
    history.push({ role: "assistant", content: text });
  }
  done.run(body.event_id);
});
await (port === undefined ? app.start() : app.start({ port, host: "127.0.0.1" }));
process.once("SIGTERM", () => process.exit(0));

async function nextOf(history: readonly Message[]): Promise<string> {
  const schema = {
    type: "object",
    properties: { next: { type: "string", enum: PERSONAS }, reason: { type: "string" } },
    required: ["next", "reason"],
    additionalProperties: false,
  };
  const reply = await model?.chat.completions.create({
    model: "fast",
    messages: [{ role: "system", content: `Name who speaks next: ${PERSONAS.join(", ")}.` }, ...history],
    response_format: { type: "json_schema", json_schema: { name: "next", schema } },
  });
  return (JSON.parse(reply?.choices[0]?.message.content ?? "{}") as { next?: string }).next ?? "planner";
}

async function answerOf(who: string, history: readonly Message[]): Promise<string> {
  if (model === undefined) return "I am Ann.";
  const messages: Message[] = [{ role: "system", content: `You are ${who}.` }, ...history];
  let text = "";
  const stream = await model.chat.completions.create({ model: "fast", messages, stream: true, stream_options: { include_usage: true } });
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  return text;
}
