import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { commitOf, said } from "../../src/store/contracts/commits.ts";
import type { Clock } from "../../src/engine/clock.ts";
import type { Opened } from "../../src/store/own-store.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";

/** What an operator is told of a store: how long what is to be done waits, what is claimed, and what was refused. */
export function metricsContract(name: string, open: (clock: Pick<Clock, "now">) => Promise<Pick<Opened, "store" | "dispatch">>): void {
  test(`${name}: what waits is told by its age, what is held and refused is counted, and each metric says what it is`, async () => {
    const beganAt = Date.UTC(2026, 0, 5);
    let now = beganAt;
    const clock = { now: () => now };
    const opened = await open(clock);
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
    const tracer = new TracerProvider().getTracer("test");
    const problems: string[] = [];
    const log = (problem: string) => void problems.push(problem);
    const { store, dispatch, stop } = createTelemetry({ ...opened, clock, tracer, meter: meters.getMeter("test"), contents: false, log });
    const told = async () => {
      exporter.reset();
      await meters.forceFlush();
      const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
      expect(metrics.filter(({ descriptor }) => !/\w{3}.*\.$/.test(descriptor.description))).toEqual([]);
      return Object.fromEntries(
        metrics.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.map(({ value, attributes }) => ({ is: typeof value === "number" ? value : value.count, ...attributes })),
        ]),
      );
    };

    expect(await told()).toMatchObject({
      "parley.turns.age": [{ is: 0 }],
      "parley.posts.age": [{ is: 0 }],
      "parley.inbox.age": [{ is: 0 }],
    });
    const at = new Date(now).toISOString();
    const post = { event: 0, kind: "turn", part: 0 };
    await store.commit({ ...commitOf("w/c/1", 0, [said("one")], { wake: "now" }), at, posts: [post] });
    await store.receive({ id: "e1", at, body: "{}", lane: "/C1" });
    now += 30_000;
    await store.commit(commitOf("w/c/2", 0, [said("two")], { wake: "now" }));
    now += 30_000;
    expect(await told()).toMatchObject({
      "parley.turns.age": [{ is: 60 }],
      "parley.posts.age": [{ is: 60 }],
      "parley.inbox.age": [{ is: 60 }],
    });

    // The first is worked on, and its try is found to be another's.
    const under = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const serving = dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug: (error) => log(String(error)) }, async ({ key, claim }) => {
      if (key !== "w/c/1") return;
      const mine = { thread: key, claim: { ...claim, attempt: claim.attempt + 1_000 } };
      expect(await store.commit({ ...commitOf(key, 1, [said("mine")]), ...mine })).toEqual({ kind: "fenced" });
      expect(await store.commit(commitOf(key, 0, [said("late")]))).toMatchObject({ kind: "stale" });
      begun.resolve();
      await under.promise;
    });
    await begun.promise;
    expect(await told()).toMatchObject({
      "parley.turns.age": [{ is: 30 }],
      "parley.work.held": [{ is: 1, "parley.work": "turn" }],
      "parley.commits.refused": [
        { is: 1, "parley.why": "fenced" },
        { is: 1, "parley.why": "stale" },
      ],
    });
    const [due] = await store.duePosts(undefined, 1);
    await store.markSending(due?.id ?? 0, at);
    await store.markDelivered(due?.id ?? 0, { receipt: "1.2" });
    under.resolve();
    await serving.idle();
    expect(await told()).toMatchObject({
      "parley.turns.age": [{ is: 0 }],
      "parley.posts.age": [{ is: 0 }],
      "parley.work.held": [{ is: 0, "parley.work": "turn" }],
      "parley.work.duration": [{ is: 2, "parley.work": "turn", "parley.ok": true }],
    });
    stop();
    await meters.shutdown();
    await store.close();
    expect(problems).toEqual([]);
  });
}
