/**
 * What Parley does under load: `node bench/load.ts [bursts] [--rounds N]`. First bursts of mentions, beside an app on Bolt (support/bursts.ts),
 * with `bursts` these alone; ends with 1 when one was not stored, or acked later than Slack waits. Then a thousand open threads, two hundred runs that talk at once in twenty channels, ten
 * thousand threads that wait for a person. The Slack, without its rate limits, is in this process; Parley is in one of its own, whose time
 * passes fifty times as fast, so that what is measured is Parley and not Slack's pace of one message a second and channel.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loadSettings } from "../src/config/load.ts";
import { systemClock, type Clock } from "../src/engine/clock.ts";
import { createParley, type Parley } from "../src/parley.ts";
import { createWorkspace, type Workspace } from "../local-slack/index.ts";
import { bursts } from "./support/bursts.ts";
import { quantile, round, watchAcks, type Acks } from "./support/figures.ts";

const CHANNELS = 20;
const OPEN_THREADS = 1_000;
const RUNS_AT_ONCE = 200;
const QUIET_MENTIONS = 30;
const PARKED_THREADS = 10_000;
const SPEED = 50;
const TURNS = ["Ann", "Bea", "Cleo"];
/** Card, turns, end; of a run that asks: card and question. */
const MESSAGES_PER_RUN = TURNS.length + 2;
const MESSAGES_PER_QUESTION = 2;

const scripted = (name: string, more: object = {}) => ({ name, description: `${name} of the bench.`, model: "scripted", ...more });
const LIMITS = { turns: 500, minutes: 1_440, tokens: 50_000_000, usd: 1_000 };
const TEAM_FILE = {
  models: { scripted: { provider: "replay", file: "replies.yml" } },
  sandbox: { executor: "off" },
  teams: {
    round: {
      description: "Each says one thing.",
      agents: TURNS.map((name) => scripted(name)),
      speakers: { policy: "round-robin" },
      stop: { textMention: "ENOUGH" },
      limits: LIMITS,
    },
    asks: {
      description: "Asks at once.",
      agents: [scripted("Guide", { handoffs: ["human"] })],
      speakers: { policy: "round-robin" },
      limits: LIMITS,
    },
  },
};
const QUESTION = { toolCalls: [{ name: "transfer_to_human", args: { question: "Which way?", options: ["Left", "Right"] } }] };
const REPLIES = {
  replies: { Ann: ["I am Ann."], Bea: ["I am Bea."], Cleo: ["I am Cleo. ENOUGH"], Guide: [QUESTION] },
};

interface Orders {
  readonly folder: string;
  readonly database: string;
  readonly slack?: { readonly botToken: string; readonly appToken: string; readonly apiUrl: string };
}

/** What the process with Parley in it says about itself. Times in ms. */
interface Figures {
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly handles: number;
}

async function bench(): Promise<void> {
  const options = { rounds: { type: "string", default: "3" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (!(await bursts(Math.max(1, Number(values.rounds) || 1)))) process.exitCode = 1;
  if (positionals[0] === "bursts") return;
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-load-"));
  writeFileSync(join(folder, "parley.yml"), JSON.stringify(TEAM_FILE));
  writeFileSync(join(folder, "replies.yml"), JSON.stringify(REPLIES));
  const acks = watchAcks();
  const slack = await createWorkspace({ port: 0, rateLimits: false });
  try {
    await talking(folder, slack, acks);
    await parked(folder, slack);
  } finally {
    await slack.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function talking(folder: string, slack: Workspace, acks: Acks): Promise<void> {
  const channels = Array.from({ length: CHANNELS }, (_, index) => slack.control.addChannel(`load-${index}`));
  const { botToken, appToken, apiUrl } = slack;
  const parley = await startParley({ folder, database: "talking.db", slack: { botToken, appToken, apiUrl } });
  await slack.control.until(() => slack.control.connected(), 30_000);
  const rows: Record<string, object> = {};
  const progress = (text: string) => process.stderr.write(`${text}\n`);
  const phase = async (name: string, team: string, count: number, messages: number, oneByOne = false) => {
    progress(name);
    await parley.ask("begin");
    acks.reset();
    const seen = await mentions(slack, channels, { team, count, messages, oneByOne });
    rows[name] = { ...seen, "ack p95 ms": acks.p95(), ...shown((await parley.ask("figures")) as Figures) };
  };
  await phase("warm-up: 50 runs", "round", 50, MESSAGES_PER_RUN);
  await phase(`${QUIET_MENTIONS} runs one by one`, "round", QUIET_MENTIONS, MESSAGES_PER_RUN, true);
  await phase(`${OPEN_THREADS} threads opened at once, each with a question`, "asks", OPEN_THREADS, MESSAGES_PER_QUESTION);
  await phase(`${RUNS_AT_ONCE} runs at once, beside ${OPEN_THREADS} open threads`, "round", RUNS_AT_ONCE, MESSAGES_PER_RUN);
  await parley.end();
  console.table(rows);
}

/** Mentions, all at once or each after the end of the one before; resolves when all that follows has been posted. */
async function mentions(
  slack: Workspace,
  channels: readonly string[],
  { team, count, messages, oneByOne }: { team: string; count: number; messages: number; oneByOne: boolean },
): Promise<object> {
  const sentAt = new Map<string, number>();
  const signAt = new Map<string, number>();
  const postsAt = new Map<string, number[]>();
  const startedAt = Date.now();
  let looked = slack.control.calls().length;
  const look = () => {
    const calls = slack.control.calls();
    for (const { method, args, at, ok } of calls.slice(looked)) {
      const thread = `${String(args["channel"])}/${String(args["thread_ts"] ?? args["timestamp"])}`;
      if (!ok || !sentAt.has(thread)) continue;
      if (method === "chat.postMessage") postsAt.set(thread, [...(postsAt.get(thread) ?? []), at]);
      if (method === "chat.postMessage" || method === "reactions.add") signAt.set(thread, Math.min(signAt.get(thread) ?? Infinity, at));
    }
    looked = calls.length;
  };
  const arrived = () => (look(), [...postsAt.values()].reduce((sum, posts) => sum + posts.length, 0));
  for (let mention = 0; mention < count; mention++) {
    const channel = channels[mention % channels.length] ?? "";
    const sent = Date.now();
    const { ts } = await slack.control.post({ user: "U0MARIA", channel, text: `@parley ${team}: task ${mention}` });
    sentAt.set(`${channel}/${ts}`, sent);
    if (oneByOne) {
      while (arrived() < (mention + 1) * messages) await sleep(2);
      await sleep(50);
    }
  }
  while (arrived() < count * messages) await sleep(20);
  const lastAt = Math.max(...[...postsAt.values()].flat());
  const since = (times: ReadonlyMap<string, number>) => [...times].map(([thread, at]) => at - (sentAt.get(thread) ?? at));
  const firstPosts = new Map([...postsAt].map(([thread, posts]) => [thread, Math.min(...posts)]));
  await sleep(2_000); // Cards and status lines come after; their work is no part of the next figures.
  return {
    messages: count * messages,
    ...(oneByOne ? {} : { "messages/s": Math.round((count * messages * 1_000) / (lastAt - startedAt)) }),
    "first sign p50 ms": quantile(since(signAt), 0.5),
    p95: quantile(since(signAt), 0.95),
    "first post p50 ms": quantile(since(firstPosts), 0.5),
    "p95 ": quantile(since(firstPosts), 0.95),
  };
}

async function parked(folder: string, slack: Workspace): Promise<void> {
  const database = "parked.db";
  const parking = await startParley({ folder, database });
  const { heapMb: before } = (await parking.ask("figures")) as Figures;
  const tookMs = (await parking.ask("park")) as number;
  const { heapMb: after } = (await parking.ask("figures")) as Figures;
  await parking.end();

  const startedAt = performance.now();
  const restarted = await startParley({ folder, database });
  const restartMs = performance.now() - startedAt;
  const alone = (await restarted.ask("figures")) as Figures;
  await restarted.end();

  const { botToken, appToken, apiUrl } = slack;
  const inSlackAt = performance.now();
  const inSlack = await startParley({ folder, database, slack: { botToken, appToken, apiUrl } });
  const inSlackMs = performance.now() - inSlackAt;
  await sleep(5_000); // It looks over what is open.
  const looked = (await inSlack.ask("figures")) as Figures;
  await inSlack.end();

  console.table({
    [`${PARKED_THREADS} threads parked`]: {
      "ms each": round(tookMs / PARKED_THREADS),
      "heap bytes each": Math.round(((after - before) * 1e6) / PARKED_THREADS),
      "file KB each": round(statSync(join(folder, database)).size / 1_024 / PARKED_THREADS),
    },
  });
  console.table({
    "started again, without Slack": { "process to ready ms": Math.round(restartMs), ...shown(alone) },
    "started again, in Slack": { "process to ready ms": Math.round(inSlackMs), ...shown(looked) },
  });
}

const shown = (figures: Figures) => ({
  "loop delay p99 ms": round(figures.loopP99Ms),
  max: round(figures.loopMaxMs),
  "rss MB": Math.round(figures.rssMb),
  "heap MB": round(figures.heapMb),
  handles: figures.handles,
});

interface ParleyProcess {
  ask(what: "begin" | "figures" | "park"): Promise<unknown>;
  end(): Promise<void>;
}

async function startParley(orders: Orders): Promise<ParleyProcess> {
  const child: ChildProcess = fork(import.meta.filename, ["parley", JSON.stringify(orders)], { execArgv: ["--expose-gc"] });
  await once(child, "message");
  return {
    async ask(what) {
      child.send(what);
      const [answer] = (await once(child, "message")) as [unknown];
      return answer;
    },
    async end() {
      child.send("end");
      await once(child, "exit");
    },
  };
}

async function parleyProcess({ folder, database, slack }: Orders): Promise<void> {
  const startedAtMs = Date.now();
  const clock: Clock = {
    now: () => startedAtMs + (Date.now() - startedAtMs) * SPEED,
    sleep: (ms, signal) => systemClock.sleep(ms / SPEED, signal),
  };
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const parley = await createParley({
    settings: loadSettings({ file: "parley.yml", env: {}, cwd: folder }),
    env: {},
    dbPath: join(folder, database),
    ...(slack ? { slack } : {}),
    // Threads that wait are let wait: their time is the machine's.
    clock: slack && database === "talking.db" ? clock : systemClock,
    log: (line) => console.error(line),
  });
  await parley.start();
  process.on("message", (what) => void answer(String(what)));
  process.once("disconnect", () => process.exit(1));
  process.send?.("ready");

  async function answer(what: string): Promise<void> {
    if (what === "end") {
      await parley.stop();
      process.exit(0);
    }
    if (what === "begin") delay.reset();
    process.send?.(what === "figures" ? figures() : what === "park" ? await park(parley) : "done");
  }

  function figures(): Figures {
    const [loopP99Ms, loopMaxMs] = [delay.percentile(99) / 1e6, delay.max / 1e6];
    const rssMb = process.memoryUsage().rss / 1e6;
    globalThis.gc?.();
    globalThis.gc?.();
    return { loopP99Ms, loopMaxMs, rssMb, heapMb: process.memoryUsage().heapUsed / 1e6, handles: openHandles() };
  }
}

/** Opens threads up to the question that each waits on. Returns ms. */
async function park({ runner, store }: Parley): Promise<number> {
  const startedAt = performance.now();
  let questions = 0;
  const allAsked = new Promise<void>((resolve) =>
    runner.follow((_, item) => {
      if ("seq" in item && item.type === "handoff.made" && ++questions === PARKED_THREADS) resolve();
    }),
  );
  for (let thread = 0; thread < PARKED_THREADS; thread++) {
    const ts = `${1_767_600_000 + thread}.000100`;
    const person = { id: "U0MARIA", name: "Maria" };
    const said = {
      thread: `T0LOCAL/C0GENERAL/${ts}`,
      workspace: "T0LOCAL",
      person,
      text: `task ${thread}`,
      id: ts,
      addressed: true,
      team: "asks",
    };
    await runner.say(said);
  }
  await allAsked;
  const tookMs = performance.now() - startedAt;
  await sleep(500); // The last lanes close behind their commits.
  if ((await store.unfinished()).length !== PARKED_THREADS) throw new Error("not every thread is open");
  return tookMs;
}

/** Of Linux; elsewhere 0. */
const openHandles = (): number => {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
};

if (process.argv[2] === "parley") await parleyProcess(JSON.parse(process.argv[3] ?? "{}") as Orders);
else await bench();
