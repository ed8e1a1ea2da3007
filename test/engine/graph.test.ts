import { expect, test } from "vitest";
import { maxTurns } from "../../src/engine/limits/termination.ts";
import { graph, type Edge } from "../../src/engine/policies/graph.ts";
import { openLog, says, team } from "../support/scripted.ts";

/** Who speaks, in order, when A and B begin side by side. */
async function spoken(edges: readonly Edge[]): Promise<readonly string[]> {
  const log = openLog();
  log.start("t");
  const names = ["A", "B", "C"];
  await log.run(team({ agents: names.map((name) => says(name, name)), nextSpeakers: graph(edges, names), limits: maxTurns(9) }));
  return log.said().slice(1);
}

test("a node whose edges join at any is ready at the first of them, and once for those that come while it waits", async () => {
  const edge = (from: string, more: Partial<Edge> = {}): Edge => ({ from, to: "C", ...more });
  expect(await spoken([edge("A", { join: "any" }), edge("B", { join: "any" })])).toEqual(["A: A", "B: B", "C: C"]);
  // B's edge is never taken: with all, C would wait for ever.
  expect(await spoken([edge("A", { join: "any" }), edge("B", { join: "any", ifContains: "never" })])).toEqual(["A: A", "B: B", "C: C"]);
  expect(await spoken([edge("A"), edge("B", { ifContains: "never" })])).toEqual(["A: A", "B: B"]);
  expect(await spoken([edge("A"), edge("B")])).toEqual(["A: A", "B: B", "C: C"]);
});

test("edges of a group that was used up must all be taken again", async () => {
  const log = openLog();
  log.start("t");
  const names = ["A", "B", "C"];
  const back = { from: "C", to: "A", ifContains: "again", group: "back" };
  const policy = graph([{ from: "A", to: "C" }, { from: "B", to: "C" }, back], names, undefined);
  // C sends A round once more; B does not speak again, and C waits for it.
  const agents = [says("A", "one", "two"), says("B", "one"), says("C", "again", "again")];
  expect(policy(log.transcript, agents).map(({ name }) => name)).toEqual(["B"]);
  const both = graph([{ from: "A", to: "C" }, { from: "B", to: "C" }, back, { from: "B", to: "A", group: "first" }], names, "B");
  await log.run(team({ agents, nextSpeakers: both, limits: maxTurns(9) }));
  expect(log.said().slice(1)).toEqual(["B: one", "A: one", "C: again", "A: two"]);
});
