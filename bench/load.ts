/**
 * What Parley does under load: `npm run bench -- load [--rounds N]`. A thousand open threads, two hundred runs that talk at once in twenty channels, ten
 * thousand threads that wait for a person; the runs on a disk and in memory, in turn. Bursts of mentions are in burst.ts. Exits with 1 when a target is
 * missed, such as an ack later than Slack waits. The Slack, without its rate limits, is in this process; Parley is in one of its own, whose time
 * passes fifty times as fast, so that what is measured is Parley and not Slack's pace of one message a second and channel.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createWorkspace, type Workspace } from "../local-slack/index.ts";
import { PARKED_THREADS, startParley, TURNS, writeTeam, type Figures } from "./load/parley-process.ts";
import { median, quantile, round, watchAcks, type Acks } from "./support/figures.ts";
import { places } from "./support/places.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { verdict } from "./support/verdict.ts";

const CHANNELS = 20;
const OPEN_THREADS = 1_000;
const RUNS_AT_ONCE = 200;
const QUIET_MENTIONS = 30;
/** Slack takes an ack that comes after three seconds for none, and sends again. */
const TARGETS = { ackMs: 3_000, memoryToDisk: 1 / 0.8, restartMs: 2_000 };
/** Card, turns, end; of a run that asks: card and question. */
const MESSAGES_PER_RUN = TURNS.length + 2;
const MESSAGES_PER_QUESTION = 2;

/** Of the runs that talk at once. */
interface Talked {
  readonly messagesPerSecond: number;
  readonly ackMaxMs: number;
}

const ACKS = watchAcks();

async function bench(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
  const rounds = Math.max(1, Number(values.rounds) || 1);
  const { disk, memory } = places();
  if (disk === undefined || memory === undefined)
    throw new Error("this machine has no folder on a disk, or none in memory, to compare them");
  sayWhetherQuiet();
  const talked = { disk: [] as Talked[], memory: [] as Talked[] };
  for (let round = 0; round < rounds; round++) {
    talked.disk.push(await inFolder(disk, talking));
    talked.memory.push(await inFolder(memory, talking));
  }
  const restartMs = await inFolder(disk, parked);
  const rate = (all: readonly Talked[]) => median(all.map(({ messagesPerSecond }) => messagesPerSecond));
  verdict("longest ack ms", Math.max(...talked.disk.map(({ ackMaxMs }) => ackMaxMs)), TARGETS.ackMs);
  verdict("messages/s in memory ÷ on a disk", rate(talked.memory) / rate(talked.disk), TARGETS.memoryToDisk);
  verdict(`ms until ready, in Slack, with ${PARKED_THREADS} threads parked`, restartMs, TARGETS.restartMs);
  process.exit();
}

async function inFolder<Result>(place: string, work: (folder: string, slack: Workspace, acks: Acks) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(place, "parley-bench-load-"));
  writeTeam(folder);
  const slack = await createWorkspace({ port: 0, rateLimits: false });
  try {
    return await work(folder, slack, ACKS);
  } finally {
    await slack.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function talking(folder: string, slack: Workspace, acks: Acks): Promise<Talked> {
  const channels = Array.from({ length: CHANNELS }, (_, index) => slack.control.addChannel(`load-${index}`));
  const { botToken, appToken, apiUrl } = slack;
  const parley = await startParley({ folder, database: "talking.db", slack: { botToken, appToken, apiUrl } });
  await slack.control.until(() => slack.control.connected(), 30_000);
  const rows: Record<string, object> = {};
  let ackMaxMs = 0;
  const phase = async (name: string, team: string, count: number, messages: number, oneByOne = false) => {
    process.stderr.write(`${folder}: ${name}\n`);
    await parley.ask("begin");
    acks.reset();
    const { perSecond, ...seen } = await mentions(slack, channels, { team, count, messages, oneByOne });
    ackMaxMs = Math.max(ackMaxMs, acks.max());
    const figures = (await parley.ask("figures")) as Figures;
    rows[name] = { ...seen, "messages/s": perSecond, "ack p95 ms": acks.p95(), "ack max ms": acks.max(), ...shown(figures) };
    return perSecond;
  };
  await phase("warm-up: 50 runs", "round", 50, MESSAGES_PER_RUN);
  await phase(`${QUIET_MENTIONS} runs one by one`, "round", QUIET_MENTIONS, MESSAGES_PER_RUN, true);
  await phase(`${OPEN_THREADS} threads opened at once, each with a question`, "asks", OPEN_THREADS, MESSAGES_PER_QUESTION);
  const atOnce = `${RUNS_AT_ONCE} runs at once, beside ${OPEN_THREADS} open threads`;
  const messagesPerSecond = await phase(atOnce, "round", RUNS_AT_ONCE, MESSAGES_PER_RUN);
  await parley.end();
  console.table(rows);
  return { messagesPerSecond, ackMaxMs };
}

/** Mentions, all at once or each after the end of the one before; resolves when all that follows has been posted. */
async function mentions(
  slack: Workspace,
  channels: readonly string[],
  { team, count, messages, oneByOne }: { team: string; count: number; messages: number; oneByOne: boolean },
): Promise<{ readonly perSecond: number; readonly [figure: string]: number }> {
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
    perSecond: Math.round((count * messages * 1_000) / (lastAt - startedAt)),
    "first sign p50 ms": quantile(since(signAt), 0.5),
    p95: quantile(since(signAt), 0.95),
    "first post p50 ms": quantile(since(firstPosts), 0.5),
    "p95 ": quantile(since(firstPosts), 0.95),
  };
}

/** Gives how long a start in Slack takes with them. */
async function parked(folder: string, slack: Workspace): Promise<number> {
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
  return inSlackMs;
}

const shown = (figures: Figures) => ({
  "loop delay p99 ms": round(figures.loopP99Ms),
  max: round(figures.loopMaxMs),
  "rss MB": Math.round(figures.rssMb),
  "heap MB": round(figures.heapMb),
  handles: figures.handles,
});

await bench();
