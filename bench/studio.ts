/**
 * What the studio takes over 100,000 runs: `npm run bench -- studio`. A database that the store itself has made; then the list as the page asks for
 * it, by one filter after the other; the costs of all of them; a run of 2,000 events: read, and folded to any of its events as the page does it; and, where there is a Chromium,
 * what one sees there: the first words, that run opened, scrolled and folded. Exits with 1 when a target is missed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { currentRun } from "../src/engine/reading/transcript.ts";
import type { RunEvent } from "../src/engine/events/events.ts";
import { openSqlite, openSqliteLogs } from "../src/store/sqlite/store.ts";
import { ownOf, studioApp } from "../src/studio/studio.ts";
import type { Sight } from "../src/studio/access.ts";
import { byAddress } from "../src/studio/door/by-address.ts";
import { createAddressSessions } from "../src/studio/door/address-sessions.ts";
import { systemClock } from "../src/engine/clock.ts";
import { seenInTheBrowser } from "./studio/in-the-browser.ts";
import { round } from "./support/figures.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { verdict } from "./support/verdict.ts";
import { READER, startEvents, turnEvents, writeRuns } from "./support/year-of-runs.ts";

const RUNS = Number(process.argv[2] ?? 100_000);
const EVENTS = 2_000;
const ROUNDS = 40;
const TARGETS = { listMs: 100, openMs: 1_000, foldMs: 50, firstPaintMs: 1_000, frameMs: 34, costsMs: 3_000 };
const HOST = "127.0.0.1:4210";
const CHANNELS = Array.from({ length: 1_000 }, (_, nth) => `C0BENCH${nth}`);
/** Of these a person is in every twentieth. */
const OWN = CHANNELS.filter((_, nth) => nth % 20 === 3).map((channel) => `T0HOME/${channel}`);

const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "studio.db");
sayWhetherQuiet();

const opened = openSqlite({ path });
await writeRuns(opened.store, "T0HOME", RUNS, CHANNELS);
const turns = Array.from({ length: EVENTS / 4 }, (_, nth) => turnEvents(nth)).flat();
const long = [...startEvents(1), ...turns].slice(0, EVENTS);
for (let after = 0; after < long.length; after += 200)
  await opened.store.commit({
    thread: "T0HOME/C0BENCH0/long",
    workspace: "T0HOME",
    afterSeq: after,
    at: new Date().toISOString(),
    events: long.slice(after, after + 200),
    posts: [],
    wake: "none",
  });
while (await opened.runs.enter("T0HOME"));

const sessions = createAddressSessions(systemClock);
const logs = openSqliteLogs({ path });
const own = { ...ownOf(4210), cookie: "bench" };
let sight: Sight = { kind: "all" };
const app = studioApp({
  logs,
  access: { sightOf: async () => sight },
  clock: systemClock,
  way: byAddress(sessions),
  own: () => own,
  pages: new Map(),
  log: console.error,
});
const cookie = `bench=${sessions.redeem(sessions.mint({ id: "owner", name: "You" }))}`;
const get = async <T>(route: string): Promise<T> => {
  const answer = await app.request(`http://${HOST}/api/v1${route}`, { headers: { host: HOST, cookie } });
  if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
};

const ASKED: { readonly [name: string]: string } = {
  all: "",
  "a letter": "&q=h",
  "two letters": "&q=he",
  "a common word": "&q=heat",
  "two words": "&q=heat+river",
  "a task's number": "&q=77123",
  "a word that is nowhere": "&q=zzzyzx",
  "a team": "&team=debate",
  "a person": `&person=${READER}`,
  "a channel": `&place=${encodeURIComponent(`T0HOME/${CHANNELS[3]}`)}`,
  "an outcome that is rare": "&state=failed",
  "a cost that is rare": "&usdMin=5",
  "a day": "&from=2026-03-01&to=2026-03-01",
  "a word, a team and a person": `&q=heat&team=debate&person=${READER}`,
};
const SIGHTS: { readonly [name: string]: Sight } = {
  all: { kind: "all" },
  "50 of 1,000 channels": { kind: "places", workspace: "T0HOME", places: OWN },
  "3 of 1,000 channels": { kind: "places", workspace: "T0HOME", places: OWN.slice(0, 3) },
};
const taken: { [name: string]: { [column: string]: number } } = {};
let worst = 0;
for (const [whose, seen] of Object.entries(SIGHTS)) {
  sight = seen;
  for (const [name, query] of Object.entries(ASKED)) {
    const ms = await timesMs(async () => void (await get(`/runs?workspace=T0HOME${query}`)));
    Object.assign((taken[name] ??= {}), {
      [`${whose}: median, ms`]: round(ms[Math.floor(ms.length / 2)] ?? 0),
      [`${whose}: p95, ms`]: round(p95(ms)),
    });
    worst = Math.max(worst, p95(ms));
  }
  const filters = await timesMs(async () => void (await get("/runs/filters?workspace=T0HOME")), 1);
  console.log(`what the list can be narrowed to, read once a minute, of ${whose}: ${round(filters[0] ?? 0)} ms`);
}
console.table(taken);
sight = { kind: "all" };

/** Each of another first day: what was added up is told again for a while. */
let day = 0;
const costs = await timesMs(async () => {
  const from = new Date(Date.UTC(2024, 0, 1 + day++)).toISOString().slice(0, 10);
  const { total } = await get<{ total: { calls: number } }>(`/costs?workspace=T0HOME&by=person&from=${from}&to=2026-12-31`);
  if (total.calls < RUNS) throw new Error(`${total.calls} calls`);
}, 10);
console.log(`the costs of a year, by person: ${round(costs[5] ?? 0)} ms`);

let events: readonly RunEvent[] = [];
const open = await timesMs(async () => {
  events = (await get<{ events: RunEvent[] }>(`/runs/${encodeURIComponent("T0HOME/C0BENCH0/long")}/1`)).events;
}, 10);
if (events.length !== EVENTS) throw new Error(`${events.length} events`);
const fold = await timesMs(async () => void currentRun({ events: events.slice(0, 1 + Math.floor(Math.random() * EVENTS)) }), 100);

verdict(`p95 of the slowest list over ${RUNS} runs, ms`, worst, TARGETS.listMs);
verdict(`p95 of reading a run of ${EVENTS} events, ms`, p95(open), TARGETS.openMs);
verdict(`p95 of folding it to any event, ms`, p95(fold), TARGETS.foldMs);
verdict(`p95 of adding up the costs of ${RUNS} runs, ms`, p95(costs), TARGETS.costsMs);
const seen = await seenInTheBrowser(logs, { thread: "T0HOME/C0BENCH0/long", seq: 1, events: EVENTS });
if (seen) {
  verdict("p95 of the first words in the browser, ms", p95(seen.firstPaint), TARGETS.firstPaintMs);
  verdict(`p95 of opening a run of ${EVENTS} events in the browser, ms`, p95(seen.opened), TARGETS.openMs);
  verdict("p95 of folding it there to any event, drawn, ms", p95(seen.folded), TARGETS.foldMs);
  verdict("p95 of the time that a picture stands while it is scrolled, ms", p95(seen.frames), TARGETS.frameMs);
  verdict("tasks of more than 50 ms while it is scrolled", seen.longTasks, 0);
} else console.log("There is no Chromium here: what one sees in the browser was not measured.");
await logs.close();
await opened.store.close();
process.exit();

async function timesMs(work: () => Promise<void>, rounds = ROUNDS): Promise<number[]> {
  const ms: number[] = [];
  for (let nth = -1; nth < rounds; nth++) {
    const begin = performance.now();
    await work();
    if (nth >= 0 || rounds === 1) ms.push(performance.now() - begin);
  }
  return ms.toSorted((a, b) => a - b);
}

function p95(sorted: readonly number[]): number {
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
}
