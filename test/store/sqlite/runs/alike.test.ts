import { expect, onTestFinished, test } from "vitest";
import type { EventBody } from "../../../../src/engine/events/events.ts";
import { createForgetting } from "../../../../src/runner/upkeep/forgetting.ts";
import { append } from "../../../../src/store/contracts/commits.ts";
import { ALIKE_AMONG } from "../../../../src/store/runs/finished-runs.ts";
import { ALIKE, alikeRuns } from "../../alike.ts";
import { ADA, open, run } from "./finished.ts";

test("runs about what is asked are found by their words, of one team and workspace, and behind them the newest", async () => {
  expect(await alikeRuns(open())).toEqual(ALIKE);
});

test("asked again, it is as if it were asked for the first time: what has ended since is there, and what is forgotten is not", async () => {
  const { store, runs, forgetter } = open();
  const alike = async (task: string, limit = 100) =>
    (await runs.alike({ workspace: "T1", team: "pair", task, limit })).map((one) => one.task);
  const ends = async (index: number, task: string, team = "pair") => {
    await run(store, { thread: `T1/C1/${index}.1`, minute: index, task, team });
    while (await runs.enter("T1"));
  };
  await ends(1, "Count the ducks");
  await ends(2, "Draw a map");
  expect(await alike("ducks")).toEqual(["Count the ducks", "Draw a map"]);
  await ends(3, "Feed the ducks");
  await ends(4, "Count the ducks of others", "others");
  expect(await alike("ducks")).toEqual(["Feed the ducks", "Count the ducks", "Draw a map"]);
  expect(await alike("map")).toEqual(["Draw a map", "Feed the ducks", "Count the ducks"]);
  const forgetting = createForgetting({ store, rewrite: (_thread, job) => job(), forgetter, compacts: "if small" });
  const by = { workspace: "T1", person: ADA, deed: "forget", subject: "x", allowed: true };
  await forgetting.forget({ kind: "thread", thread: "T1/C1/3.1" }, by);
  // Ids that have become free go to others.
  await ends(5, "Paint a fence");
  expect(await alike("ducks")).toEqual(["Count the ducks", "Paint a fence", "(forgotten)", "Draw a map"]);
  expect(await alike("fence", 1)).toEqual(["Paint a fence"]);
});

test("what one opener has forgotten another one of the same file finds no more", async () => {
  const one = open();
  const other = one.beside();
  onTestFinished(() => other.store.close());
  await run(one.store, { thread: "T1/C1/1.1", minute: 1, task: "Count the ducks" });
  while (await one.runs.enter("T1"));
  const alike = async ({ runs }: typeof one) =>
    (await runs.alike({ workspace: "T1", team: "pair", task: "ducks", limit: 1 })).map(({ task }) => task);
  expect([await alike(one), await alike(other)]).toEqual([["Count the ducks"], ["Count the ducks"]]);
  const { store, forgetter } = one;
  const forgetting = createForgetting({ store, rewrite: (_thread, job) => job(), forgetter, compacts: "if small" });
  const by = { workspace: "T1", person: ADA, deed: "forget", subject: "x", allowed: true };
  await forgetting.forget({ kind: "thread", thread: "T1/C1/1.1" }, by);
  while (await one.runs.enter("T1"));
  expect([await alike(one), await alike(other)]).toEqual([["(forgotten)"], ["(forgotten)"]]);
});

test("of more runs than are looked among, the older ones are found no more, whichever word was asked for before", async () => {
  const { store, runs } = open();
  const alike = async (task: string) => (await runs.alike({ workspace: "T1", team: "pair", task, limit: 2 })).map((one) => one.task);
  const end = (index: number, task: string) => run(store, { thread: `T1/C1/${index}.1`, minute: index, task });
  await end(0, "Count the ducks");
  while (await runs.enter("T1"));
  expect(await alike("ducks")).toEqual(["Count the ducks"]);
  for (let index = 1; index <= ALIKE_AMONG; index++) await end(index, `Errand ${index}`);
  while (await runs.enter("T1"));
  expect(await alike("ducks")).toEqual([`Errand ${ALIKE_AMONG}`, `Errand ${ALIKE_AMONG - 1}`]);
  expect((await alike("errand 7"))[0]).toBe("Errand 7");
});

test("however many newer runs of others have the same words, one's own are found first", async () => {
  const { store, runs } = open();
  const person = { id: "U0MARIA", name: "Maria" };
  const ran = (workspace: string, nth: number, task: string) => {
    const events: readonly EventBody[] = [
      { type: "run.started", run: "r", team: "coding", startedBy: person },
      { type: "message.posted", person, text: task },
      { type: "run.stopped", run: "r", reason: "done", reasons: [], outcome: "done" },
    ];
    const at = new Date(Date.UTC(2026, 0, 5) + nth * 1_000).toISOString();
    return append(store, `${workspace}/C1/${nth}`, events, { workspace, at });
  };
  await ran("T1", 0, "Add the ledger");
  await ran("T1", 1, "Draw a map");
  while (await runs.enter("T1"));
  for (let nth = 2; nth < ALIKE_AMONG + 4; nth++) await ran("T2", nth, "Add the ledger");
  while (await runs.enter("T2"));
  const found = await runs.alike({ workspace: "T1", team: "coding", task: "the ledger", limit: 2 });
  expect(found.map(({ task }) => task)).toEqual(["Add the ledger", "Draw a map"]);
});
