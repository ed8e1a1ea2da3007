import { expect, test } from "vitest";
import { createForecasts, type ForecastParts } from "../../src/runner/forecasts/forecasts.ts";
import type { TakenRun } from "../../src/store/runs/finished-runs.ts";
import { StoreError } from "../../src/store/store.ts";

const NEVER = { sleep: () => new Promise<void>(() => undefined) };
const taken = (usd: number, more: Partial<TakenRun> = {}): TakenRun => ({
  task: "Count",
  usage: { inputTokens: 1, outputTokens: 1, cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, usd, calls: 1 },
  priced: true,
  startedAt: "2026-01-05T09:00:00.000Z",
  endedAt: "2026-01-05T09:00:02.000Z",
  ...more,
});
const nine = (more?: (index: number) => Partial<TakenRun>) => Array.from({ length: 9 }, (_, index) => taken(1, more?.(index)));

/** Teams whose settings are one word, and whose models are its beginning. `files`: what was read. */
function forecasting(found: readonly TakenRun[], more: Partial<ForecastParts> = {}) {
  const files: string[] = [];
  const told: string[] = [];
  const forecasts = createForecasts({
    runs: { alike: async () => found, enter: async () => false },
    store: {
      file: async (hash) => (files.push(hash), hash === "gone" ? undefined : Buffer.from(hash)),
      leisure: { sinceRushMs: () => Number.POSITIVE_INFINITY },
    },
    teams: { snapshot: () => "small v2", modelsIn: (snapshot) => snapshot.split(" ")[0] },
    clock: NEVER,
    log: (problem) => void told.push(problem),
    ...more,
  });
  return { files, told, of: (snapshot?: string) => forecasts.of({ workspace: "T1", team: "pair", task: "Count", snapshot }) };
}

test("it is read off runs of the same models, whatever else of the team has changed; each of their settings is read once", async () => {
  const hash = (index: number) => (index % 2 === 0 ? "small v1" : "small v2");
  const same = forecasting(nine((index) => ({ teamHash: hash(index) })));
  expect(await same.of()).toEqual({ runs: 9, usd: { least: 1, most: 1 }, ms: { least: 2_000, most: 2_000 } });
  await same.of();
  expect(same.files).toEqual(["small v1", "small v2"]);
  for (const other of ["large v1", "gone", undefined]) {
    const some = nine((index) => (index > 0 ? { teamHash: "small v1" } : other === undefined ? {} : { teamHash: other }));
    expect([other, await forecasting(some).of()]).toEqual([other, undefined]);
  }
});

test("a team that is tried out is what it is tried with, whatever is kept under its name", async () => {
  const teams = {
    snapshot: () => {
      throw new Error("there is no such team yet");
    },
    modelsIn: (snapshot: string) => snapshot.split(" ")[0],
  };
  const tried = forecasting(
    nine(() => ({ teamHash: "large v1" })),
    { teams },
  );
  expect((await tried.of("large v2"))?.runs).toBe(9);
  expect(await tried.of("small v2")).toBeUndefined();
  expect(tried.told).toEqual([]);
});

test("a team that comes from no file has no settings to differ in", async () => {
  expect((await forecasting(nine(), { teams: {} }).of())?.runs).toBe(9);
});

test("whoever waits for a run is not kept: not by a store in trouble, nor by one that is slow, nor by what nobody has thought of", async () => {
  const broken = { alike: async () => Promise.reject(new StoreError("the disk is full")), enter: async () => false };
  const inTrouble = forecasting([], { runs: broken });
  expect([await inTrouble.of(), inTrouble.told]).toEqual([undefined, []]);
  const slow = { alike: () => new Promise<never>(() => undefined), enter: async () => false };
  expect(await forecasting([], { runs: slow, clock: { sleep: async () => undefined } }).of()).toBeUndefined();
  const bug = { alike: async () => Promise.reject(new Error("a bug")), enter: async () => false };
  const surprised = forecasting([], { runs: bug });
  expect([await surprised.of(), surprised.told]).toEqual([undefined, ["what a run of pair will take could not be said"]]);
});

test("in a rush, and a while behind it, nobody looks: the processor has answers to make", async () => {
  for (const [sinceMs, runs] of [
    [0, undefined],
    [1_999, undefined],
    [2_000, 9],
  ] as const) {
    const store = { file: async () => undefined, leisure: { sinceRushMs: () => sinceMs } };
    expect((await forecasting(nine(), { store, teams: {} }).of())?.runs).toBe(runs);
  }
});
