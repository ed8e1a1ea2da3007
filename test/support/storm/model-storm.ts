import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as realSleep } from "node:timers/promises";
import { readEvents } from "../../../src/cli/logs/import.ts";
import { loadSettings } from "../../../src/config/load.ts";
import type { Clock } from "../../../src/engine/clock.ts";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import { createParley } from "../../../src/parley.ts";
import { chatBody } from "../../models/servers/wire-chat.ts";
import { randomOf } from "../chance.ts";
import { IDLE_STAYS } from "../idle-connections.ts";

/** What a provider does to a call. */
const TROUBLES = [
  "none", "none", "none", "hang", "hang in mid-stream", "dribble", "half a stream", "cut", "garbage", "not an event stream", "endless line",
  "empty", "500", "503", "529", "429", "429 with Retry-After", "400", "error event", "broken arguments", "unknown tool", "no finish",
] as const; // prettier-ignore
type Trouble = (typeof TROUBLES)[number];

export interface ModelStorm {
  readonly seed: number;
  readonly troubles: readonly Trouble[];
  readonly checked: number;
  readonly violations: readonly string[];
}

/** A minute of silence is 60 ms. */
const SPEED = 1_000;
const RUNS = 4;
/** Real. */
const END_MS_MAX = 180_000;

/** Four runs of three agents with a selector, on a server that misbehaves at random; the same troubles for the same seed. */
export async function modelStorm(seed: number): Promise<ModelStorm> {
  const random = randomOf(seed * 40_503);
  const troubles: Trouble[] = [];
  const server = await misbehaving(() => {
    const trouble = TROUBLES[Math.floor(random() * TROUBLES.length)] ?? "none";
    troubles.push(trouble);
    return trouble;
  });
  const folder = mkdtempSync(join(tmpdir(), "parley-models-"));
  writeFileSync(join(folder, "parley.yml"), JSON.stringify(teamFile(server.url)));
  const log: string[] = [];
  const parley = await createParley({
    settings: loadSettings({ file: "parley.yml", env: {}, cwd: folder }),
    env: {},
    dbPath: join(folder, "parley.db"),
    clock: fastClock(),
    log: (line) => void log.push(line),
  });
  try {
    await parley.start();
    const threads = Array.from({ length: RUNS }, (_, index) => `T/C/${index}`);
    const person = { id: "U1", name: "Maria" };
    for (const thread of threads) await parley.runner.say({ thread, workspace: "T", person, text: "Go", id: thread, addressed: true });
    const endAtMs = performance.now() + END_MS_MAX;
    const logs = () => Promise.all(threads.map(async (thread) => (await parley.runner.read(thread)).events));
    while ((await logs()).some((events) => currentRun({ events }).running) && performance.now() < endAtMs) await realSleep(20);
    const violations = (await logs()).flatMap((events, index) => violationsOf(events).map((line) => `${threads[index]}: ${line}`));
    return { seed, troubles, checked: RUNS * RULES, violations: [...violations, ...log.filter((line) => /broke/.test(line))] };
  } finally {
    await parley.stop();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const RULES = 5;

function violationsOf(events: readonly RunEvent[]): string[] {
  const read = readEvents(events.map((event) => JSON.stringify(event)).join("\n"));
  const end = events.at(-1);
  const opened = events.filter((event) => event.type === "speaker.selected").length;
  const ended = events.filter(
    (event) => (event.type === "message.posted" && "agent" in event) || event.type === "turn.failed" || event.type === "handoff.made",
  ).length;
  const garbage = events.filter((event) => event.type === "message.posted" && event.text.includes(HALF));
  return [
    ...("trouble" in read ? [read.trouble] : []),
    ...(end?.type === "run.stopped" && end.reason.trim() !== "" ? [] : [`the last event is ${end?.type}`]),
    ...(end?.type === "run.stopped" && end.reasons.some((reason) => reason.kind === "failure" && reason.error.kind === "bug")
      ? [`a bug: ${end.reason}`]
      : []),
    // A turn that a limit cut off has no end of its own.
    ...(opened - ended > 1 || ended > opened ? [`${opened} turns began and ${ended} ended`] : []),
    ...(garbage.length > 0 ? ["half a reply passed for a whole one"] : []),
  ];
}

function fastClock(): Clock {
  const [beginMs, tickMs] = [Date.UTC(2026, 0, 5, 9), performance.now()];
  return {
    now: () => Math.round(beginMs + (performance.now() - tickMs) * SPEED),
    // At least long enough for the server of this process to answer.
    sleep: (ms, signal) =>
      realSleep(Math.max(ms / SPEED, ms > 10_000 ? 150 : 0), undefined, signal ? { signal } : {}).catch(() => undefined),
  };
}

const agent = (name: string) => ({ name, description: `${name} of the storm.`, model: "m", instructions: "Talk." });

function teamFile(url: string): object {
  return {
    models: { m: { provider: "openai-compatible", baseUrl: `${url}/v1`, model: "bad", attempts: 2 } },
    tools: { web: { kind: "web-fetch" } },
    sandbox: { executor: "off" },
    teams: {
      storm: {
        description: "A team of the storm.",
        speakers: { policy: "selector", model: "m", attempts: 2 },
        agents: [agent("Ada"), agent("Bob"), { ...agent("Cleo"), tools: ["web"] }],
        stop: { maxMessages: 8 },
        limits: { turns: 12, minutes: 1_440, tokens: 5_000_000, usd: 100 },
      },
    },
  };
}

/** Only a broken stream holds these words. */
const HALF = "this was only half";

async function misbehaving(next: () => Trouble): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(IDLE_STAYS, (request, response) => void answer(request, response, next()).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, trouble: Trouble): Promise<void> {
  response.on("error", () => undefined);
  const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
  const chooses = body.includes("json_schema");
  const words = chooses ? JSON.stringify({ next: body.includes("Cleo") ? "Cleo" : "Ada", reason: "why not" }) : "I have said it.";
  const usage = { input: 10, output: 5, cached: 0, reasoning: 0 };
  const whole = chatBody({ text: [words], usage });
  const stream = (...parts: string[]) => {
    if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
    for (const part of parts) response.write(part);
  };
  const refuse = (status: number, headers: { readonly [name: string]: string } = {}) =>
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(JSON.stringify({ error: { message: "no", code: null } }));
  const half = chatBody({ text: [HALF] });
  switch (trouble) {
    case "none":
      return void (stream(...whole), response.end());
    case "hang":
      return response.flushHeaders();
    case "hang in mid-stream":
      return stream(...half.slice(0, 2));
    case "dribble":
      for (const byte of Buffer.from(whole.join(""))) {
        if (response.destroyed) return;
        stream(String.fromCharCode(byte));
      }
      return void response.end();
    case "half a stream":
      return void (stream(...half.slice(0, 2)), response.end());
    case "cut":
      stream(...half.slice(0, 2));
      return void setImmediate(() => response.destroy());
    case "garbage":
      return void (
        stream("data: {{{ not json \u0000\uFFFD\n\n", "event: \ndata:\n\n", ": \n\n", "data: [1,2]\n\n", "data: null\n\n"),
        response.end()
      );
    case "not an event stream":
      return void response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in to the hotel's network</html>");
    case "endless line":
      return void (stream(`data: ${"x".repeat(2_000_000)}`), response.end());
    case "empty":
      return void response.writeHead(200, { "content-type": "text/event-stream" }).end();
    case "500":
    case "503":
    case "529":
    case "429":
    case "400":
      return void refuse(Number(trouble));
    case "429 with Retry-After":
      return void refuse(429, { "retry-after": "5" });
    case "error event":
      return void (stream(...half.slice(0, 2), `data: {"error":{"message":"overloaded","type":"server_error"}}\n\n`), response.end());
    case "broken arguments":
      return void (stream(...chatBody({ calls: [{ id: "c1", name: "web_fetch", args: ['{"url": "http'] }], usage })), response.end());
    case "unknown tool":
      return void (stream(...chatBody({ calls: [{ id: "c1", name: "rm_rf", args: ["{}"] }], usage })), response.end());
    case "no finish":
      return void (stream(...half.filter((part) => !part.includes('"stop"') && !part.includes("[DONE]"))), response.end());
  }
}
