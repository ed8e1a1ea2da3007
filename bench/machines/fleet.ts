import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "../../src/store/open-store.ts";
import { createKeyRing } from "../../src/store/key-ring.ts";
import { cpuMs } from "../path/process.ts";
import { openInstantModel, type Answered } from "../path/instant-model.ts";
import { openInstantSlack, SIGNING_SECRET, tokenOf, type WebCall } from "../support/instant-slack.ts";

/** Processes of Parley as it is shipped, on one database, in one Slack and with one model; both of these are in this process. */
export interface Fleet {
  /** Every call of Slack so far. */
  readonly calls: readonly WebCall[];
  /** Every answer of the model so far. */
  readonly answers: readonly Answer[];
  start(options?: StartOptions): Promise<Machine>;
  /** A mention, acked: a task for this team of agents. Its conversation. */
  mention(agents: keyof typeof TURNS | "asks", where: { readonly team: string; readonly channel: string }): Promise<number>;
  close(): Promise<void>;
}

export interface Answer {
  readonly conversation: number;
  /** The {@link Machine.name} of the process that has asked. */
  readonly by: string | undefined;
  /** When its first word left, in `performance.now()`. */
  readonly at: number;
}

export interface Machine {
  /** By which the model knows it. */
  readonly name: string;
  readonly pid: number;
  /** From the start of the process until `/readyz` said that all is there. */
  readonly readyMs: number;
  /** Processor time of the process by then, which hangs less on what else the machine does. */
  readonly readyCpuMs: number;
  cpuMs(): number;
  end(): Promise<void>;
  /** Without a word. */
  kill(): Promise<void>;
}

export interface StartOptions {
  readonly role?: "all" | "door" | "worker";
  readonly threads?: number;
}

export interface FleetOptions {
  /** The address of the database, or its path. */
  readonly database: string;
  /** Ids of workspaces, all of which have the app installed. */
  readonly teams: readonly string[];
  readonly modelMs: number;
  /** Files of the processes. */
  readonly place: string;
}

/** Turns of the teams of the team file, by its name. `asks` asks a person and waits. */
export const TURNS = { small: 3, long: 20, longest: 400, one: 1 } as const;

const PARLEY = resolve(import.meta.dirname, "../../bin/parley.mjs");
const READY_MS_MAX = 60_000;
const END_MS_MAX = 20_000;
const LOOK_MS = 5;
/** Each look has the process ask its database. */
const READY_LOOK_MS = 20;
/** Whose key each process has for the model. */
const MACHINE = "BENCH_MACHINE";
const PEOPLE = 200;
const TOKEN_KEY = Buffer.alloc(32, 7);
/** An answer comes in so many parts. */
const CHUNKS = 20;

const agent = (name: string, more: object = {}) => ({ name, description: `${name} of the bench.`, model: "instant", ...more });
const LIMITS = { turns: 500, minutes: 1_440, tokens: 50_000_000, usd: 1_000 };
const spoken = (turns: number) => ({
  description: `Says ${turns} things.`,
  agents: [agent("Ann"), agent("Bea")],
  speakers: { policy: "round-robin" },
  stop: { maxTurns: turns },
  limits: LIMITS,
});
const QUESTION = { toolCalls: [{ name: "transfer_to_human", args: { question: "Which way?", options: ["Left", "Right"] } }] };

const teamFile = (modelUrl: string) => ({
  models: {
    instant: { provider: "openai-compatible", model: "fast", baseUrl: modelUrl, apiKeyEnv: MACHINE },
    scripted: { provider: "replay", file: "replies.yml" },
  },
  providers: { "openai-compatible": { concurrency: 400 } },
  sandbox: { executor: "off" },
  slack: { rates: { runsPerHour: 10_000, messagesPerHour: 10_000 } },
  teams: {
    ...Object.fromEntries(Object.entries(TURNS).map(([name, turns]) => [name, spoken(turns)])),
    asks: {
      description: "Asks at once.",
      agents: [agent("Guide", { model: "scripted", handoffs: ["human"] })],
      speakers: { policy: "round-robin" },
      stop: { textMention: "ENOUGH" },
      limits: LIMITS,
    },
  },
});

export async function openFleet({ database, teams, modelMs, place }: FleetOptions): Promise<Fleet> {
  const folder = mkdtempSync(join(place, "parley-bench-machines-"));
  const calls: WebCall[] = [];
  const slack = await openInstantSlack({ onCall: (call) => void calls.push(call) });
  const answers: Answer[] = [];
  const onAnswer = ({ conversation, key: by }: Answered) => void answers.push({ conversation, by, at: performance.now() });
  const model = await openInstantModel(CHUNKS, { delayMs: modelMs, onAnswer });
  const machines = new Set<Machine>();
  writeFileSync(join(folder, "parley.yml"), JSON.stringify(teamFile(model.url)));
  writeFileSync(join(folder, "replies.yml"), JSON.stringify({ replies: { Guide: [QUESTION] } }));
  const dbPath = database.includes("://") ? database : join(folder, database);
  await install(dbPath, teams);
  let [mentions, started] = [0, 0];
  // As Slack's are now: by what was heard last it is known how long nobody has listened.
  const beganAt = Math.floor(Date.now() / 1_000);
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    NODE_ENV: "production",
    SLACK_API_URL: slack.apiUrl,
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_CLIENT_ID: "1234567890.1234567890",
    SLACK_CLIENT_SECRET: "bench",
    SLACK_STATE_SECRET: "b".repeat(64),
    PARLEY_TOKEN_KEY: TOKEN_KEY.toString("base64"),
    PARLEY_FILE: join(folder, "parley.yml"),
    PARLEY_DB: dbPath,
  };

  async function start({ role = "all", threads }: StartOptions = {}): Promise<Machine> {
    const args = [
      "start",
      "--health",
      "127.0.0.1:0",
      "--role",
      role,
      ...(role === "worker" ? [] : ["--http", "127.0.0.1:0"]),
      ...(threads === undefined ? [] : ["--threads", String(threads)]),
    ];
    const name = `machine-${++started}`;
    const startedAt = performance.now();
    const child = spawn(process.execPath, [PARLEY, ...args], {
      cwd: folder,
      env: { ...env, [MACHINE]: name },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exited = once(child, "exit");
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => (said = (said + data.toString()).slice(-20_000)));
    const untilSaid = async (words: RegExp): Promise<string> => {
      for (;;) {
        const found = words.exec(said)?.[1];
        if (found !== undefined) return found;
        if (performance.now() - startedAt > READY_MS_MAX || child.exitCode !== null) throw new Error(`a ${role} did not start: ${said}`);
        await sleep(LOOK_MS);
      }
    };
    const health = await untilSaid(/Health is told at port (\d+)/);
    while (!(await isReady(health))) {
      await sleep(READY_LOOK_MS);
      await untilSaid(/^()/); // Unless it has ended.
    }
    const readyMs = performance.now() - startedAt;
    const readyCpuMs = cpuMs(child.pid ?? 0);
    if (role !== "worker") slack.sendTo(`http://127.0.0.1:${await untilSaid(/taken at port (\d+)/)}/slack/events`);
    const machine: Machine = {
      name,
      pid: child.pid ?? 0,
      readyMs,
      readyCpuMs,
      cpuMs: () => cpuMs(child.pid ?? 0),
      async end() {
        machines.delete(machine);
        child.kill("SIGTERM");
        const late = setTimeout(() => child.kill("SIGKILL"), END_MS_MAX);
        await exited;
        clearTimeout(late);
      },
      async kill() {
        machines.delete(machine);
        child.kill("SIGKILL");
        await exited;
      },
    };
    machines.add(machine);
    return machine;
  }

  return {
    calls,
    answers,
    start,
    async mention(agents, { team, channel }) {
      const nth = ++mentions;
      const ts = `${beganAt}.${String(nth).padStart(6, "0")}`;
      const acked = await slack.mention({ team, channel, user: `U0PERSON${nth % PEOPLE}`, ts, text: `${agents}: task-${nth}.0` });
      if (acked === undefined) throw new Error("a mention was refused");
      return nth;
    },
    async close() {
      for (const machine of machines) await machine.end();
      model.close();
      await slack.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** As OAuth leaves it, before any of the processes is there. */
async function install(database: string, teams: readonly string[]): Promise<void> {
  const { store, installations } = await openStore(database, { role: "reader" });
  const kept = installations(createKeyRing([TOKEN_KEY]));
  for (const id of teams) {
    const about = { id, isOrg: false, name: id, app: "A0BENCH", bot: "B0PARLEY", botUser: "U0PARLEY", scopes: SCOPES };
    const state = { state: "active", why: "", at: new Date().toISOString(), expiresAt: undefined } as const;
    await kept.save({ ...about, ...state }, { token: tokenOf(id), refresh: undefined });
  }
  await store.close();
}

const SCOPES =
  "app_mentions:read,assistant:write,channels:history,channels:read,chat:write,chat:write.customize,commands,files:read,files:write,reactions:write,users:read".split(
    ",",
  );

const isReady = (port: string): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
