/**
 * What a chunk of a streamed reply costs: `npm run bench -- streams`. The same reply is read from a server on this machine, in a process of its own,
 * by the bare SDKs of OpenAI and Anthropic (`for await` over their streams), by Parley's models, which use the same SDKs, and by a whole
 * Parley: runner, log, followers, secrets kept out. CPU time of this process, all threads; the readers take turns, round by round, and the
 * median counts. A long reply minus a short one, so that what a request costs once is not counted. Two paces: `burst`, many chunks in a packet,
 * and `trickle`, a packet for each. Exits with 1 when a target is missed.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { systemClock } from "../src/engine/clock.ts";
import { loadSettings } from "../src/config/load.ts";
import { createModel, type ModelSettings } from "../src/models/create.ts";
import { createGates } from "../src/models/gated.ts";
import { createParley, isEvent } from "../src/parley.ts";
import { request } from "../test/models/servers/asking.ts";
import { aside } from "../test/support/turn.ts";
import { round } from "./support/figures.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { verdict } from "./support/verdict.ts";

const CHUNKS = { long: 4_400, short: 400 };
const ROUNDS = 15;
/** Of a running Parley in Slack: the status, the sessions, reminders, reactions, the audit, the prompts. */
const FOLLOWERS = 6;
const TARGETS = { room: 1.5, path: 1.5 };
const PACES = ["burst", "trickle"] as const;
const APIS = ["openai", "anthropic"] as const;
type Pace = (typeof PACES)[number];
type Api = (typeof APIS)[number];

/** Reads one reply to its end; gives how many characters were shown of it while it came. */
type Read = (address: string) => Promise<number>;

const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
const server = fork(join(import.meta.dirname, "support/stream-server.ts"));
process.on("exit", () => {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
});
const [port] = (await once(server, "message")) as [number];
const env = { ANTHROPIC_API_KEY: "sk-ant-of-the-bench-0123456789", OPENAI_API_KEY: "sk-of-the-bench-0123456789" };
const gates = createGates({}, systemClock);
const modelOf = (api: Api, baseUrl: string): ModelSettings =>
  api === "openai"
    ? { provider: "openai-compatible", model: "m", baseUrl: `${baseUrl}/v1` }
    : { provider: "anthropic", model: "m", baseUrl };

const SDKS: { readonly [api in Api]: Read } = {
  async openai(address) {
    const client = new OpenAI({ apiKey: "none", baseURL: `${address}/v1`, maxRetries: 0 });
    let chars = 0;
    const stream = await client.chat.completions.create({ model: "m", stream: true, messages: [{ role: "user", content: "Go on." }] });
    for await (const chunk of stream) chars += chunk.choices[0]?.delta.content?.length ?? 0;
    return chars;
  },
  async anthropic(address) {
    const client = new Anthropic({ apiKey: "none", baseURL: address, maxRetries: 0 });
    let chars = 0;
    const body = { model: "m", max_tokens: 8_192, stream: true, messages: [{ role: "user", content: "Go on." }] } as const;
    for await (const event of await client.messages.create({ ...body, messages: [...body.messages] }))
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") chars += event.delta.text.length;
    return chars;
  },
};

const room =
  (api: Api): Read =>
  async (address) => {
    const model = createModel(modelOf(api, address), { env, clock: systemClock, gates });
    const call = model.call(request({ tools: [] }), aside(new AbortController().signal));
    let chars = 0;
    for (;;) {
      const step = await call.next();
      if (step.done && step.value.kind === "failure") throw new Error(step.value.error.message);
      if (step.done) return chars;
      chars += step.value.text.length;
    }
  };

/** A Parley that stays open: what it costs to open one is not what a chunk costs. */
async function openWhole(models: object) {
  const agent = (model: string) => ({
    agents: [{ name: "Ann", description: "Ann of the bench.", model }],
    speakers: { policy: "round-robin" },
  });
  const teams = Object.fromEntries(
    Object.keys(models).map((name) => [name, { description: "Says it.", ...agent(name), limits: { turns: 1 } }]),
  );
  const data = { models, sandbox: { executor: "off" }, teams };
  const settings = loadSettings({ env, cwd: folder, data });
  const parley = await createParley({ settings, env, dbPath: join(folder, "bench.db"), asksAtLimits: false, log: console.error });
  await parley.start();
  let chars = 0;
  let ended: () => void = () => undefined;
  for (let nth = 0; nth < FOLLOWERS; nth++)
    parley.runner.follow((_, item) => {
      if (nth > 0) return;
      if (item.type === "text.delta") chars += item.text.length;
      else if (isEvent(item) && item.type === "run.stopped") ended();
    });
  let threads = 0;
  return {
    async read(team: string): Promise<number> {
      chars = 0;
      const end = new Promise<void>((resolve) => (ended = resolve));
      const [thread, person] = [`t${threads++}`, { id: "U1", name: "Maria" }];
      await parley.runner.say({ thread, workspace: "bench", person, text: "Go on.", id: thread, addressed: true, team });
      await end;
      return chars;
    },
    close: () => parley.stop(),
  };
}

const addressOf = (chunks: number, pace: Pace): string => `http://127.0.0.1:${port}/${chunks}/${pace}`;
const nameOf = (api: Api, chunks: number, pace: Pace): string => `${api}-${chunks}-${pace}`;
const cells = APIS.flatMap((api) => PACES.flatMap((pace) => Object.values(CHUNKS).map((chunks) => ({ api, pace, chunks }))));
const whole = await openWhole(
  Object.fromEntries(cells.map(({ api, pace, chunks }) => [nameOf(api, chunks, pace), modelOf(api, addressOf(chunks, pace))])),
);

sayWhetherQuiet();
const rows: Record<string, object> = {};
const verdicts: (() => void)[] = [];
for (const api of APIS)
  for (const pace of PACES) {
    const readers: { readonly [name: string]: (chunks: number) => Promise<number> } = {
      "bare SDK": (chunks) => SDKS[api](addressOf(chunks, pace)),
      "models' room": (chunks) => room(api)(addressOf(chunks, pace)),
      "whole path": (chunks) => whole.read(nameOf(api, chunks, pace)),
    };
    const costs = await measured(readers);
    const [sdk = Number.NaN, own = Number.NaN, path = Number.NaN] = Object.keys(readers).map((name) => costs.get(name));
    rows[`${api}, ${pace}`] = {
      "bare SDK, µs a chunk": round(sdk),
      "models' room": round(own),
      "÷ SDK": Math.round((own / sdk) * 100) / 100,
      "whole path": round(path),
      "÷ the SDK": Math.round((path / sdk) * 100) / 100,
    };
    verdicts.push(() => verdict(`${api}, ${pace}: models' room ÷ bare SDK`, own / sdk, TARGETS.room));
    verdicts.push(() => verdict(`${api}, ${pace}: whole path ÷ bare SDK`, path / sdk, TARGETS.path));
  }
console.table(rows);
for (const tell of verdicts) tell();
await whole.close();
process.exit();

/** µs of CPU time a chunk, by reader. */
async function measured(readers: { readonly [name: string]: (chunks: number) => Promise<number> }): Promise<ReadonlyMap<string, number>> {
  const all = new Map<string, number[]>(Object.keys(readers).map((name) => [name, []]));
  const shown = new Map<number, number>();
  for (let nth = -3; nth < ROUNDS; nth++)
    for (const [name, read] of Object.entries(readers)) {
      const us = { long: 0, short: 0 };
      for (const length of ["short", "long"] as const) {
        const begin = process.cpuUsage();
        const chars = await read(CHUNKS[length]);
        const { user, system } = process.cpuUsage(begin);
        us[length] = user + system;
        if ((shown.get(length.length) ?? chars) !== chars) throw new Error(`${name} has shown ${chars} characters`);
        shown.set(length.length, chars);
      }
      // The first runs of anything are runs of the compiler.
      if (nth >= 0) all.get(name)?.push((us.long - us.short) / (CHUNKS.long - CHUNKS.short));
    }
  return new Map([...all].map(([name, values]) => [name, values.toSorted((one, other) => one - other)[ROUNDS >> 1] ?? Number.NaN]));
}
