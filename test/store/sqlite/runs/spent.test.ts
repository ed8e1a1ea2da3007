import { expect, test } from "vitest";
import type { RunEvent } from "../../../../src/engine/events/events.ts";
import { forkedLog, forkPointAt } from "../../../../src/runner/fork.ts";
import { copyLog } from "../../../../src/store/forks/copy-log.ts";
import { runsInLogs } from "../../../../src/store/runs/runs-in-logs.ts";
import { totalOf } from "../../../../src/engine/limits/spending.ts";
import { placeOf } from "../../../../src/store/fair-queue.ts";
import { readSpending, TOLD_APART_BY, type SpendingWanted, type ThreadSpending } from "../../../../src/store/spending.ts";
import { openSqliteReadOnly } from "../../../../src/store/sqlite/store.ts";
import { nameNote } from "../../../../src/store/store.ts";
import { ADA, BOB, newPath, open, run, runEvents, wanted } from "./finished.ts";

test("what was spent is the same off the index as off the logs, whatever of it is entered", async () => {
  const path = newPath();
  const { store, runs, forgetter } = open(path);
  const paid = {
    type: "message.posted" as const,
    agent: "Ben",
    text: "x",
    model: "m",
    usage: { inputTokens: 7, outputTokens: 1, usd: 0.25 },
  };
  await run(store, { more: [paid] });
  await run(store, { thread: "T1/C1/2.1", minute: 1, by: BOB });
  const later = { thread: "T1/C1/1.1", workspace: "T1", at: "2026-01-02T00:00:00.000Z", posts: [], wake: "none" as const };
  const summary = {
    type: "run.summarized" as const,
    run: "r",
    agent: "Ana",
    upToSeq: 5,
    text: "In short",
    usage: { inputTokens: 3, outputTokens: 1, estimated: true as const },
  };
  const told = async (since?: string) => {
    const reader = openSqliteReadOnly({ path });
    const { spending, ...plain } = reader;
    const keyOf = ({ thread, run: id, agent, day, person, team, model }: ThreadSpending) => ({
      run: `${thread} ${id}`,
      place: placeOf(thread),
      person: person.id,
      agent,
      day,
      team,
      model,
    });
    const sums = async (from: Parameters<typeof readSpending>[0], by: SpendingWanted["by"]) => {
      const all = await Array.fromAsync(readSpending(from, { since, by }));
      const groups = Map.groupBy(all, (one) => by.map((part) => keyOf(one)[part]).join(" "));
      return Object.fromEntries([...groups].map(([key, of]) => [key, totalOf(of)]));
    };
    for (const by of TOLD_APART_BY) expect(await sums({ ...plain, spending }, [by])).toEqual(await sums(plain, [by]));
    const both = [await sums({ ...plain, spending }, TOLD_APART_BY), await sums(plain, TOLD_APART_BY)] as const;
    await reader.close();
    expect(both[0]).toEqual(both[1]);
    return Object.keys(both[0]).length;
  };
  expect(await told()).toBe(3);
  await runs.enter("T1");
  expect(await told()).toBe(3);
  await store.commit({ ...later, afterSeq: 6, events: [summary, ...runEvents({ id: "r2", by: BOB, more: [paid] }).slice(0, -1)] });
  expect(await told()).toBe(6);
  expect(await told("2026-01-02")).toBe(3);
  await forgetter.message("T1/C1/1.1", { id: "m1", receipt: "" });
  expect(await told()).toBe(6);
  await store.commit({ ...later, afterSeq: 12, events: runEvents({ id: "r2" }).slice(-1) });
  await runs.enter("T1");
  expect(await told()).toBe(6);

  // A fork of the second run brings the first one along.
  const forked = forkOf("T1/C1/1.1", await store.load("T1/C1/1.1", 0), 11, "T1/C1/9.1");
  const copy = { thread: "T1/C1/9.1", workspace: "T1", wake: "none" as const };
  await copyLog(store, { ...copy, events: forked.slice(0, 6) });
  await runs.enter("T1");
  await copyLog(store, { ...copy, events: forked, from: 6 });
  expect(await told()).toBe(6);
  await runs.enter("T1");
  expect(await told()).toBe(6);
  const here = { places: ["T1/C1"], limit: 50 };
  expect((await runs.search(wanted(here))).found.filter(({ thread }) => thread === "T1/C1/9.1")).toEqual([]);
  await store.commit({
    ...later,
    thread: "T1/C1/9.1",
    afterSeq: forked.length,
    events: [paid, ...runEvents({ id: "T1/C1/9.1#8" }).slice(-1)],
  });
  expect(await told()).toBe(7);
  await runs.enter("T1");
  expect(await told()).toBe(7);
  for (const listed of [runs, runsInLogs(store)])
    expect((await listed.search(wanted(here))).found.filter(({ thread }) => thread === "T1/C1/9.1").map(({ seq }) => seq)).toEqual([8]);
});

function forkOf(thread: string, log: readonly RunEvent[], seq: number, to: string): readonly RunEvent[] {
  const point = forkPointAt(thread, log, seq);
  if (!point) throw new Error("no run there");
  return forkedLog(point, { thread: to, workspace: "T1", team: "pair", startedBy: ADA }, {}, undefined);
}

test("a name that was learned after a run was entered is shown with it, and with what it cost", async () => {
  const path = newPath();
  const { store, runs } = open(path);
  const unnamed = { id: "U7", name: "U7" };
  await run(store, { by: unnamed });
  await runs.enter("T1");
  await store.putNote(nameNote("T1", "U7"), "Grace");
  const costs = async () => {
    const reader = openSqliteReadOnly({ path });
    const people = (await Array.fromAsync(readSpending(reader))).map(({ person }) => person.name);
    await reader.close();
    return people;
  };
  expect(await costs()).toEqual(["Grace"]);
  expect((await runs.search(wanted())).found.map(({ startedBy }) => startedBy.name)).toEqual(["Grace"]);
  const summary = {
    type: "run.summarized" as const,
    run: "r",
    agent: "Ana",
    upToSeq: 5,
    text: "In short",
    usage: { inputTokens: 3, outputTokens: 1 },
  };
  await store.commit({
    thread: "T1/C1/1.1",
    workspace: "T1",
    at: "2026-01-02T00:00:00.000Z",
    posts: [],
    wake: "none",
    afterSeq: 5,
    events: [summary],
  });
  expect(await costs()).toEqual(["Grace", "Grace"]);
});
