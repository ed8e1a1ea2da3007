import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace";
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../src/engine/events/events.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { metricsContract } from "../contracts/metrics.ts";
import { createTelemetry, SPANS_MAX, traceOf, type Stretch } from "../../src/telemetry/telemetry.ts";

const maria = { id: "U1", name: "Maria" };
const usage = { inputTokens: 100, outputTokens: 20, cachedTokens: 60, usd: 0.01 };
const stopped = { type: "run.stopped", run: "r1", reason: "done", reasons: [], outcome: "done" } as const;

/** What happened, one second apart. */
const log = (...bodies: EventBody[]): RunEvent[] =>
  bodies.map((body, index) => ({ ...body, seq: index + 1, at: new Date(Date.UTC(2026, 0, 5) + index * 1000).toISOString() }));

const STORY: EventBody[] = [
  { type: "run.started", run: "r1", team: "coding", startedBy: maria },
  { type: "message.posted", person: maria, text: "the secret task" },
  { type: "speaker.selected", agent: "Coder", by: "selector", usage },
  { type: "tool.called", agent: "Coder", call: "c1", tool: "search", args: '{"q":"secret words"}', usage },
  { type: "tool.failed", agent: "Coder", call: "c1", tool: "search", error: { kind: "unreachable", message: "secret host" } },
  { type: "message.posted", agent: "Coder", text: "my secret answer", model: "m-1", usage },
  { type: "speaker.selected", agent: "Runner", by: "only" },
  {
    type: "code.ran",
    agent: "Runner",
    source: { seq: 6, block: 0 },
    language: "python",
    outcome: "timeout",
    exitCode: 124,
    output: "secret output",
    elapsedMs: 500,
    executor: "Docker",
    files: [],
  },
  stopped,
];

/** `name +start–end !error`, in seconds after the run's start, children indented. */
function drawn({ name, startMs, endMs, error, children }: Stretch, zero = startMs): string[] {
  const at = (ms: number): string => String((ms - zero) / 1000);
  return [
    `${name} ${at(startMs)}–${at(endMs)}${error ? ` !${error}` : ""}`,
    ...children.flatMap((child) => drawn(child, zero).map((line) => `  ${line}`)),
  ];
}

test("a run is a tree: its turns, and in them the model calls, the tools and the code, each as long as it took", () => {
  const root = traceOf("t", "r1", log(...STORY), { contents: false });
  expect(root && drawn(root)).toEqual([
    "invoke_workflow coding 0–8",
    "  chat 0–2",
    "  invoke_agent Coder 2–5",
    "    chat 2–3",
    "    execute_tool search 3–4 !unreachable",
    "    chat 4–5",
    "  invoke_agent Runner 6–7",
    "    run_code 6.5–7 !timeout",
  ]);
  expect(root?.attributes).toMatchObject({ "gen_ai.conversation.id": "t", "parley.outcome": "done" });
});

test("turns that run side by side, and those of a team inside a team, are each in their place", () => {
  const root = traceOf(
    "t",
    "r1",
    log(
      { type: "run.started", run: "r1", team: "outer", startedBy: maria },
      { type: "speaker.selected", agent: "A", by: "policy", others: ["Inner"] },
      { type: "speaker.selected", agent: "Inner", by: "policy" },
      { type: "speaker.selected", agent: "A", by: "policy", within: "Inner" },
      { type: "message.posted", agent: "A", text: "inside", usage, within: "Inner" },
      { type: "message.posted", agent: "A", text: "outside", usage },
      { type: "turn.ended", agent: "Inner", reason: "done" },
      stopped,
    ),
    { contents: false },
  );
  expect(root && drawn(root)).toEqual([
    "invoke_workflow outer 0–7",
    "  invoke_agent A 1–5",
    "    chat 1–5",
    "  invoke_agent Inner 2–6",
    "    invoke_agent A 3–4",
    "      chat 3–4",
  ]);
});

test("only the run that was asked for is told, and what would be too much is counted", () => {
  const many = Array.from({ length: SPANS_MAX + 10 }, (): EventBody => ({ type: "speaker.selected", agent: "A", by: "policy" }));
  const second: EventBody = { type: "run.started", run: "r2", team: "other", startedBy: maria };
  const events = log(...STORY, second, ...many, { ...stopped, run: "r2" });
  const root = traceOf("t", "r2", events, { contents: false });
  expect(root?.name).toBe("invoke_workflow other");
  expect(root?.attributes["parley.spans_left_out"]).toBe(11);
  expect(traceOf("t", "r3", events, { contents: false })).toBeUndefined();
});

test("what anybody said is in the spans only where it is asked for", () => {
  const told = (contents: boolean): string => JSON.stringify(traceOf("t", "r1", log(...STORY), { contents }));
  expect(told(false)).not.toContain("secret");
  expect(told(true)).toContain("my secret answer");
});

test("when a run stops its trace is sent, and what is recorded is counted", async () => {
  const { store, dispatch } = openSqlite({ path: ":memory:" });
  const spans = new InMemorySpanExporter();
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: metrics })] });
  const problems: string[] = [];
  const telemetry = createTelemetry({
    store,
    dispatch,
    clock: { now: () => Date.UTC(2026, 0, 5) + 90_000 },
    tracer: new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }).getTracer("test"),
    meter: meters.getMeter("test"),
    contents: false,
    log: (problem) => void problems.push(problem),
  });
  const at = new Date(Date.UTC(2026, 0, 5)).toISOString();
  const commit = (events: EventBody[], afterSeq: number) =>
    store.commit({ thread: "t", workspace: "w", afterSeq, at, events, posts: [{ event: 0, kind: "turn", part: 0 }], wake: "none" });
  await commit(STORY.slice(0, 5), 0);
  expect(spans.getFinishedSpans()).toEqual([]);
  await commit(STORY.slice(5), 5);
  await expect.poll(() => spans.getFinishedSpans().length).toBe(8);

  const [post] = await telemetry.store.duePosts(undefined, 1);
  await telemetry.store.markSending(post?.id ?? 0, at);
  await telemetry.store.markDelivered(post?.id ?? 0, { receipt: "1.2" });

  // An envelope that nobody has handled for a minute and a half; a lane that is worked on; a commit that somebody was faster with.
  await store.receive({ id: "e1", at, body: "{}", lane: "/C1" });
  const serving = telemetry.dispatch.serve("envelope", { slots: 1, perWorkspace: 1, onBug: () => undefined }, async () => undefined);
  await serving.idle();
  const late = { thread: "t", workspace: "w", afterSeq: 1, at, events: [stopped], posts: [], wake: "none" } as const;
  expect(await telemetry.store.commit(late)).toMatchObject({ kind: "stale" });

  const root = spans.getFinishedSpans().find((span: ReadableSpan) => span.name === "invoke_workflow coding");
  expect(new Set(spans.getFinishedSpans().map((span: ReadableSpan) => span.spanContext().traceId))).toEqual(
    new Set([root?.spanContext().traceId]),
  );
  await meters.forceFlush();
  const values = new Map(
    metrics
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
      .map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ value }) => (typeof value === "number" ? value : value.count)),
      ]),
  );
  expect(Object.fromEntries(values)).toMatchObject({
    "parley.runs": [1, 1],
    "parley.turns": [1, 1],
    "parley.tool.calls": [1],
    "parley.code.duration": [1],
    "parley.outbox.posts": [2],
    "parley.outbox.delivery.duration": [1],
    "gen_ai.client.token.usage": [3, 3],
    "parley.commits.refused": [1],
    "parley.work.duration": [1],
    "parley.inbox.age": [90],
  });
  telemetry.stop();
  await meters.shutdown();
  await store.close();
  expect(problems).toEqual([]);
});

metricsContract("SQLite", async (clock) => openSqlite({ path: ":memory:", ...clock }));
