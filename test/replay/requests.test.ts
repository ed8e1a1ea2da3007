import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { defineAgent, modelName } from "../../src/index.ts";
import { loadSettings } from "../../src/config/load.ts";
import type { Settings } from "../../src/config/settings.ts";
import { rewritten, wordless } from "../../src/engine/events/forgotten.ts";
import { createParley, type Parley, type RunEvent } from "../../src/parley.ts";
import { replay } from "../../src/replay/replay.ts";
import { requestsBehind, type RebuiltRequest } from "../../src/replay/requests.ts";
import { settingsThen } from "../../src/replay/settings-then.ts";
import { languagesThen } from "../../src/config/build/snapshot.ts";
import { forkedLog, forkPointAt } from "../../src/runner/fork.ts";
import { folderWith } from "../config/team-files.ts";
import { type ModelServer, type ServerAnswer, startModelServer } from "../models/servers/model-server.ts";
import { anthropicWire, chatWire, responsesWire, type Told } from "../models/servers/wires.ts";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4EIwDiqEAAJOgP/7wQXWwAAAABJRU5ErkJggg==",
  "base64",
);
const ENV = { OPENAI_API_KEY: "sk-test-1", ANTHROPIC_API_KEY: "sk-test-2", AZURE_OPENAI_API_KEY: "sk-test-3" };
const WIRES = { chat: chatWire, busy: chatWire, inner: chatWire, resp: responsesWire, anth: anthropicWire, az: chatWire } as const;

const fileFor = (url: string): string => `
models:
  chat: { provider: openai-compatible, baseUrl: "${url}/v1", model: chat, images: true, temperature: 0.5 }
  inner: { provider: openai-compatible, baseUrl: "${url}/v1", model: inner }
  busy: { provider: openai-compatible, baseUrl: "${url}/v1", model: busy, fallback: [resp], attempts: 2 }
  resp: { provider: openai, baseUrl: "${url}/v1", model: resp, api: responses, reasoningEffort: low }
  anth: { provider: anthropic, baseUrl: "${url}", model: anth }
  az: { provider: azure, baseUrl: "${url}", model: az }
tools:
  ask: { kind: agent, description: Answers., agent: { model: inner, instructions: Answer. } }
sandbox: { executor: off }
teams:
  chosen:
    description: Who speaks is chosen.
    speakers: { policy: selector, model: az }
    agents:
      - { name: Ana, description: Looks., model: anth, memory: true }
      - { name: Ben, description: Asks., model: resp, tools: [ask] }
      - { name: Cid, description: Sees., model: chat, context: { summary: { model: anth, tokensMax: 500 } } }
      - { name: Dan, description: Is busy., model: busy, answer: { type: object, properties: { sum: { type: number } }, required: [sum], additionalProperties: false } }
    stop: { maxMessages: 9 }
  atonce:
    description: Two at once.
    speakers: { policy: graph, edges: [{ from: Ana, to: Ben }, { from: Ana, to: Cid }, { from: Ben, to: Dan }, { from: Cid, to: Dan }] }
    agents:
      - { name: Ana, description: Begins., model: chat, handoffs: [human] }
      - { name: Ben, description: Left., model: resp, tools: [ask] }
      - { name: Cid, description: Right., model: anth }
      - { name: Dan, description: Ends., model: az }
  own:
    description: One of an extension.
    speakers: { policy: round-robin }
    agents: [{ name: Eve, kind: shouter, description: Shouts., model: chat }]
    stop: { maxMessages: 2 }
`;

let shouted = 0;
const shouter = defineAgent({
  name: "shouter",
  schema: z.object({ model: modelName }),
  reply: (_conversation, { ask }) => (shouted++, ask({ instructions: "Shout.", text: "What is 3 + 4?" })),
});

let server: ModelServer;
let parley: Parley;
let settings: Settings;
beforeAll(async () => {
  server = await startModelServer();
  settings = loadSettings({ env: ENV, cwd: folderWith({ "parley.yml": fileFor(server.url) }), definitions: [shouter] });
  parley = await createParley({ settings, env: ENV, dbPath: ":memory:", log: () => undefined });
  await parley.start();
});
afterAll(async () => {
  await parley.stop();
  await server.close();
});

let calls = 0;
/** Speaks for all models: chooses in turn where a choice is asked for, calls each tool once, and else says something long. */
function answer(body: ModelServer["requests"][number]["body"]): ServerAnswer {
  const { model } = body as { readonly model: keyof typeof WIRES };
  const wire = WIRES[model];
  const tell = (told: Told): ServerAnswer => ({ body: wire.events(told) });
  const text = JSON.stringify(body);
  if (model === "busy")
    return { status: 503, body: [JSON.stringify({ error: { message: "The engine is overloaded.", type: "server_error" } })] };
  if (text.includes('"sum"') && text.includes("json_schema")) return tell({ text: ['{"sum": 7}'] });
  if (text.includes("json_schema"))
    return tell({ text: [`{"next":"${["Ana", "Ben", "Cid", "Dan"][calls++ % 4]}","reason":"its turn","instruction":"","progress":true}`] });
  const wanted = text.includes(`"name":"ask"`);
  const called = text.includes("call_1");
  if (wanted && !called) return tell({ text: ["I ask."], calls: [{ id: "call_1", name: "ask", args: ['{"task":', '"Say 7"}'] }] });
  return tell({ text: [`Seven, says ${model}. `, `ä🦔 and ${model} goes on with it. `.repeat(40)] });
}

async function talk(thread: string, team: string, { steer = false }: { readonly steer?: boolean } = {}): Promise<readonly RunEvent[]> {
  server.answer = answer;
  const hash = await parley.store.putFile(PNG);
  const stopped = Promise.withResolvers<void>();
  const person = { id: "U1", name: "Maria" };
  let steered = !steer;
  const unfollow = parley.runner.follow((where, item) => {
    if (where !== thread) return;
    if (item.type === "run.stopped") stopped.resolve();
    if (!steered && item.type === "activity") {
      steered = true;
      void parley.runner.say({ thread, workspace: "T", person, text: "And be quick.", id: "2", addressed: false });
    }
  });
  const files = [{ hash, name: "dot.png", mediaType: "image/png", bytes: PNG.length }];
  await parley.runner.say({ thread, workspace: "T", person, text: "What is 3 + 4?", id: "1", addressed: true, team, files });
  await stopped.promise;
  unfollow();
  return (await parley.runner.read(thread)).events;
}

async function rebuilt(thread: string, log: readonly RunEvent[], readFile = (hash: string) => parley.store.file(hash)) {
  const started = log.find((event) => event.type === "run.started");
  const snapshot = started?.type === "run.started" && started.teamHash ? await parley.store.file(started.teamHash) : undefined;
  const then = settingsThen(Buffer.from(snapshot ?? "").toString("utf8"), settings.registry);
  const all: RebuiltRequest[] = [];
  for (const event of log) {
    const found = await requestsBehind({ thread, log, event, settings: then, env: {}, readFile });
    if (Array.isArray(found)) all.push(...(found as readonly RebuiltRequest[]));
  }
  return all;
}

test.each([
  ["chosen", "T/C/1", { steer: true }],
  ["atonce", "T/C/2", {}],
] as const)("each request of a run is rebuilt byte for byte as the model's server received it: %s", async (team, thread, how) => {
  const from = server.requests.length;
  const log = await talk(thread, team, how);
  expect(log.at(-1)).toMatchObject({ type: "run.stopped" });
  const received = server.requests.slice(from).filter(({ body }) => body["model"] !== "inner");
  const asked = server.requests.length;
  const all = await rebuilt(thread, log);
  expect(all.filter(({ exact }) => exact !== "same").map(({ why, sent }) => ({ why, sent }))).toEqual([]);
  const sorted = (bodies: readonly string[]) => bodies.toSorted();
  expect(sorted(all.map(({ body }) => body))).toEqual(sorted(received.map(({ raw }) => raw)));
  // Nobody was asked for it.
  expect(server.requests.length).toBe(asked);
  expect(all.some(({ body }) => body.includes("sk-test"))).toBe(false);
  expect(all.length).toBeGreaterThan(3);
});

test("what an agent of an extension does is not done again for it", async () => {
  const log = await talk("T/C/3", "own");
  const before = [shouted, server.requests.length];
  expect(shouted).toBeGreaterThan(0);
  const all = await rebuilt("T/C/3", log);
  expect([...new Set(all.flatMap(({ why }) => why))]).toEqual([expect.stringContaining("agent of an extension")]);
  expect([shouted, server.requests.length]).toEqual(before);
});

test("where a request cannot be the same again, it says so, and why", async () => {
  const { events: log } = await parley.runner.read("T/C/1");
  const at = "2026-11-01T00:00:00.000Z";
  const pen = wordless((person) => ({ ...person, name: "somebody" }));
  const forgotten = log.map((event) => (event.type === "message.posted" && "person" in event ? rewritten(event, pen, at) : event));
  const why = (requests: readonly RebuiltRequest[]) => new Set(requests.filter(({ exact }) => exact !== "same").flatMap((one) => one.why));
  const without = await rebuilt("T/C/1", forgotten);
  expect(without.every(({ exact, body }) => exact === "differs" && body.includes("(forgotten)"))).toBe(true);
  expect([...why(without)]).toContainEqual(expect.stringMatching(/^Words of \d events before it were forgotten\.$/));
  const lost = await rebuilt("T/C/1", log, async (hash) => {
    const content = await parley.store.file(hash);
    return content && Buffer.from(content).equals(PNG) ? undefined : content;
  });
  expect([...why(lost)]).toEqual(["Pictures are kept no more: dot.png."]);
  const frameless = await rebuilt("T/C/1", log, async (hash) => {
    const content = await parley.store.file(hash);
    return content && Buffer.from(content).toString("utf8").startsWith('{"system"') ? undefined : content;
  });
  expect([...why(frameless)]).toEqual(["Its instructions and tools are not kept (any more): they are put as they are today."]);
  // As an older version wrote it.
  const older = log.map((event) => {
    if (!("usage" in event) || !event.usage) return event;
    const { sent: _sent, ...usage } = event.usage;
    return { ...event, usage } as RunEvent;
  });
  expect([...why(await rebuilt("T/C/1", older))]).toEqual(["The log does not tell what was sent; an older version wrote it."]);
});

test("forked at each of its events with its recorded words, a run is the same up to there and from there on, and nobody is asked or does anything", async () => {
  const { events: log } = await parley.runner.read("T/C/1");
  const started = log[0];
  if (started?.type !== "run.started") throw new Error("the run begins the thread");
  const snapshot = Buffer.from((await parley.store.file(started.teamHash ?? "")) ?? "").toString("utf8");
  const then = settingsThen(snapshot, settings.registry);
  const before = [server.requests.length, JSON.stringify(log), (await parley.store.recent(10)).length];
  const target = { thread: "T/C/fork", workspace: "T", team: started.team, startedBy: { id: "U2", name: "Bob" } };
  const run = "T/C/fork#1";
  const asOf = (event: RunEvent): RunEvent => ("run" in event && event.run === started.run ? { ...event, run } : event);
  let forks = 0;
  for (const { seq } of log) {
    const point = forkPointAt("T/C/1", log, seq);
    if (!point?.running) continue;
    forks++;
    const shared = forkedLog(point, target, {}, started.teamHash);
    expect(shared.slice(1)).toEqual(log.slice(1, seq).map(asOf));
    expect(shared[0]).toMatchObject({ run, forkedFrom: { run: started.run, seq }, team: started.team, teamHash: started.teamHash });
    const whole = [...shared, ...log.slice(seq).map(asOf)];
    expect([seq, await replay({ log: whole, start: 0, end: whole.length }, then, languagesThen(snapshot))]).toEqual([seq, undefined]);
  }
  expect(forks).toBe(log.length - 1);
  expect([
    server.requests.length,
    JSON.stringify((await parley.runner.read("T/C/1")).events),
    (await parley.store.recent(10)).length,
  ]).toEqual(before);
});
