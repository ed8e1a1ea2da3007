/**
 * The process of load.ts that has Parley in it: `process.ts ORDERS`. What passes between the two in messages is in parley-process.ts. Its time passes fifty
 * times as fast where agents talk.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { loadSettings } from "../../src/config/load.ts";
import { systemClock, type Clock } from "../../src/engine/clock.ts";
import { createParley, type Parley } from "../../src/parley.ts";
import { PARKED_THREADS, SPEED, type Figures, type Orders } from "./parley-process.ts";

await parleyProcess(JSON.parse(process.argv[2] ?? "{}") as Orders);

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
