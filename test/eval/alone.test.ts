import { hostname } from "node:os";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import { alone } from "../../src/eval/alone.ts";
import { until } from "../../src/store/contracts/fake-clock.ts";
import { manualClock } from "../support/clock.ts";
import { describeOnPostgres, openedStores } from "../support/postgres.ts";

describeOnPostgres("an evaluation that two processes go on with", (server) => {
  const stores = openedStores(server);
  afterEach(() => stores.closeAll());

  test("is one's alone: the other says who has it and since when, and has it once that one ends", async () => {
    const address = server.address();
    const [{ store: mine }, { store: theirs }] = [await stores.open(address), await stores.open(address)];
    const clock = manualClock(Date.UTC(2026, 10, 30, 0, 12));
    const told: string[] = [];
    const { signal } = new AbortController();
    const wanted = { id: "suite-1", signal, waits: (words: string) => void told.push(words) };
    const end = Promise.withResolvers<string>();
    let began = false;
    const first = alone({ store: mine, clock }, wanted, () => ((began = true), end.promise));
    await until(() => began);
    // Another evaluation is nothing to it.
    expect(await alone({ store: theirs, clock }, { ...wanted, id: "suite-2" }, async () => "had")).toBe("had");

    let worked = 0;
    const second = alone({ store: theirs, clock }, wanted, async () => void worked++).catch((error: unknown) => String(error));
    await until(() => clock.sleeping() > 0);
    await clock.advance(1_000);
    await until(() => told.length === 1);
    await until(() => clock.sleeping() > 0);
    await clock.advance(20_000);
    expect(await second).toBe(
      `EvaluationHeld: suite-1 is worked on by process ${process.pid} on ${hostname()}, since 2026-11-30 00:12 UTC. Wait for its end, or end it: the same command then goes on from there.`,
    );
    expect(told).toEqual([`suite-1 is worked on by process ${process.pid} on ${hostname()}, since 2026-11-30 00:12 UTC`]);

    // One that waits when it ends goes on, and the one that was refused does nothing after all.
    const third = alone({ store: theirs, clock }, wanted, async () => worked);
    end.resolve("a report");
    expect([await first, await third, worked]).toEqual(["a report", 0, 0]);
  });

  test("one whose process was taken for gone works on it no more, and says so; Ctrl-C waits for nobody", async () => {
    const address = server.address();
    const { store } = await stores.open(address);
    const lost = new AbortController();
    const stopped = new AbortController();
    const wanted = { id: "suite-3", signal: stopped.signal, waits: () => undefined };
    let began = false;
    const untilLost = (over: AbortSignal) =>
      new Promise<never>((_, reject) => {
        began = true;
        over.addEventListener("abort", () => reject(new Error("aborted")));
      });
    const standsStill = { ...store, exclusively: <T>(_key: string, job: (over: AbortSignal) => Promise<T>) => job(lost.signal) };
    const gone = alone({ store: standsStill, clock: systemClock }, wanted, untilLost).catch((error: unknown) => String(error));
    await until(() => began);
    lost.abort();
    expect(await gone).toBe(
      "EvaluationHeld: suite-3: this process was not heard of for too long, and another may go on with it. The same command does.",
    );

    const end = Promise.withResolvers<void>();
    began = false;
    const first = alone({ store, clock: systemClock }, wanted, () => ((began = true), end.promise));
    await until(() => began);
    const { store: other } = await stores.open(address);
    const second = alone({ store: other, clock: systemClock }, wanted, async () => undefined).catch((error: unknown) => String(error));
    stopped.abort(new Error("interrupted"));
    expect(await second).toBe("Error: interrupted");
    end.resolve();
    await first;
  });
});
