import { expect, test } from "vitest";
import { createGoingRuns } from "../../src/studio/runs/going.ts";
import { lineOf } from "../../src/studio/runs/run-line.ts";
import { ADA, runEvents, studio, write } from "./studio.ts";

const THREAD = "T1/C1/1.1";

test("a run that goes on is read on and not from its beginning, as if it were read whole", async () => {
  const open = studio();
  const going = createGoingRuns(open.logs, open.clock);
  const all = [...runEvents({ id: "one" }), ...runEvents({ id: "two", task: "Which meadow?", over: false })];
  const [task, start] = [all[8]!, all[7]!];
  // The words of the second stand in front of its start.
  all.splice(7, 2, task, start);
  open.loads.length = 0;
  for (const [after, event] of all.entries()) {
    await write(open, { after, events: [event] });
    const { line, words, people } = await going.of(THREAD, after + 1);
    const log = await open.store.load(THREAD, 0);
    const last = log.findLastIndex(({ type }) => type === "run.started");
    expect(line).toEqual(lineOf(THREAD, last > 6 ? log.slice(7) : log.slice(0, last < 0 ? 0 : undefined)) ?? line);
    expect(people.has(ADA.id)).toBe(true);
    if (after > 7) expect(words).toBe(after > 8 ? "which meadow?" : words);
  }
  expect(open.loads).toEqual(all.map((_, nth) => nth));
});

test("what is forgotten of its beginning is gone after some seconds, and all of it after a minute", async () => {
  const open = studio();
  await write(open, { events: runEvents({ over: false }) });
  let log = await open.store.load(THREAD, 0);
  const loads: number[] = [];
  const going = createGoingRuns(
    { load: async (_thread, after, limit) => (loads.push(after), log.slice(after, limit && after + limit)) },
    open.clock,
  );
  const taskNow = async (): Promise<string | undefined> => (await going.of(THREAD, 6)).line?.task;
  expect([await taskNow(), await taskNow(), loads]).toEqual(["Count the marmots", "Count the marmots", [0]]);
  open.pass(6_000);
  expect([await taskNow(), loads.length]).toEqual(["Count the marmots", 2]);
  log = log.map((event) => (event.type === "message.posted" ? { ...event, text: "(forgotten)" } : event));
  expect(await taskNow()).toBe("Count the marmots");
  open.pass(6_000);
  expect(await taskNow()).toBe("(forgotten)");
  log = log.map((event) => (event.type === "handoff.made" ? { ...event, text: "(forgotten)" } : event));
  open.pass(61_000);
  expect((await going.of(THREAD, 6)).line?.waitsFor).toEqual(["Ana: (forgotten)"]);
  expect(loads.length).toBeLessThan(8);
});
