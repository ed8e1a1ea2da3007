import { setTimeout as sleep } from "node:timers/promises";
import { availableParallelism } from "node:os";
import { median, round } from "../support/figures.ts";
import { verdict } from "../support/verdict.ts";
import type { Database } from "./database.ts";
import { openFleet, TURNS, type Machine } from "./fleet.ts";

const MODEL_MS = 100;
const SLOTS = 4;
const WARM_UP_MS = 4_000;
const MEASURED_MS = 10_000;
/** Threads to one slot, so that no slot is idle before the end. */
const THREADS_PER_SLOT = 12;
/** As many as Slack's pace for a workspace asks for: what is said in them goes out as it is said. */
const TEAMS = Array.from({ length: 8 }, (_, nth) => `T0BENCH${nth}`);
const TIMES_MIN = 1.7;
const CORES_SHARE_MAX = 0.7;

interface Figures {
  readonly turnsPerSecond: number;
  readonly postsPerSecond: number;
  /** Of a core, each. */
  readonly workers: number;
  readonly door: number;
  readonly postgres: number;
  /** Slack, the model, and what they are asked to do: this process. */
  readonly bench: number;
  readonly statementsPerTurn: number;
}

/** Turns a second of one worker and of two, with the slots that they are given and with all that they have. */
export async function twoWorkers(database: Database, place: string, rounds: number): Promise<void> {
  const of = { one: [] as Figures[], two: [] as Figures[] };
  for (let nth = 0; nth < rounds; nth++) {
    of.one.push(await measured({ database, place, workers: 1, slots: SLOTS }));
    of.two.push(await measured({ database, place, workers: 2, slots: SLOTS }));
  }
  const [one, two] = [medians(of.one), medians(of.two)];
  const saturated = {
    one: await measured({ database, place, workers: 1, slots: SATURATED }),
    two: await measured({ database, place, workers: 2, slots: SATURATED }),
  };
  console.log(`turns of a model that takes ${MODEL_MS} ms; processor time in cores, of ${availableParallelism()}; medians of ${rounds}:`);
  console.table({
    [`one worker, ${SLOTS} threads at once`]: shown(one),
    [`two workers, ${SLOTS} each`]: shown(two),
    [`one worker, ${SATURATED} at once`]: shown(saturated.one),
    [`two workers, ${SATURATED} each`]: shown(saturated.two),
  });
  // At least, told as at most: the verdict knows one direction.
  verdict(`turns/s of one worker ÷ of two (two are ${round(two.turnsPerSecond / one.turnsPerSecond)} times as fast)`, one.turnsPerSecond / two.turnsPerSecond, 1 / TIMES_MIN); // prettier-ignore
  verdict("share of all cores that two workers, the door and Postgres take", share(two), CORES_SHARE_MAX);
  verdict("processor time of the bench ÷ of what is measured", two.bench / inAll(two), 1);
}

const SATURATED = 64;
const inAll = ({ workers, door, postgres }: Figures): number => workers + door + postgres;
const share = (figures: Figures): number => inAll(figures) / availableParallelism();

const shown = (figures: Figures) => ({
  "turns/s": round(figures.turnsPerSecond),
  "posts/s": round(figures.postsPerSecond),
  workers: hundredths(figures.workers),
  door: hundredths(figures.door),
  Postgres: hundredths(figures.postgres),
  "the bench": hundredths(figures.bench),
  "turns/s a worker's core": round(figures.turnsPerSecond / figures.workers),
  "turns/s a Postgres core": round(figures.turnsPerSecond / figures.postgres),
  "statements a turn": round(figures.statementsPerTurn),
});
const hundredths = (value: number): number => Math.round(value * 100) / 100;

function medians(all: readonly Figures[]): Figures {
  const keys = Object.keys(all[0] ?? {}) as (keyof Figures)[];
  return Object.fromEntries(keys.map((key) => [key, median(all.map((one) => one[key]))])) as unknown as Figures;
}

interface Order {
  readonly database: Database;
  readonly place: string;
  readonly workers: number;
  readonly slots: number;
}

async function measured({ database, place, workers: count, slots }: Order): Promise<Figures> {
  process.stderr.write(`${count} workers, ${slots} threads at once\n`);
  const fleet = await openFleet({ database: database.fresh(), teams: TEAMS, modelMs: MODEL_MS, place });
  try {
    const workers: Machine[] = [];
    for (let nth = 0; nth < count; nth++) workers.push(await fleet.start({ role: "worker", threads: slots }));
    const door = await fleet.start({ role: "door" });
    const enough = Math.ceil((((WARM_UP_MS + MEASURED_MS) / MODEL_MS) * slots * count) / TURNS.long);
    for (let nth = 0; nth < Math.min(enough, slots * count * THREADS_PER_SLOT); nth++)
      await fleet.mention("long", { team: TEAMS[nth % TEAMS.length] ?? "", channel: `C0${1_000_000 + nth}` });
    await sleep(WARM_UP_MS);
    const now = async () => ({
      at: performance.now(),
      turns: fleet.answers.length,
      posts: fleet.calls.filter(({ method }) => method === "chat.postMessage").length,
      workers: workers.reduce((sum, worker) => sum + worker.cpuMs(), 0),
      door: door.cpuMs(),
      postgres: database.cpuMs(),
      bench: process.cpuUsage(),
      ...(await database.statements()),
    });
    const before = await now();
    await sleep(MEASURED_MS);
    const after = await now();
    const ms = after.at - before.at;
    const turns = after.turns - before.turns;
    const bench = process.cpuUsage(before.bench);
    return {
      turnsPerSecond: (turns * 1_000) / ms,
      postsPerSecond: ((after.posts - before.posts) * 1_000) / ms,
      workers: (after.workers - before.workers) / ms,
      door: (after.door - before.door) / ms,
      postgres: (after.postgres - before.postgres) / ms,
      bench: (bench.user + bench.system) / 1_000 / ms,
      statementsPerTurn: (after.calls - before.calls) / turns,
    };
  } finally {
    await fleet.close();
  }
}
