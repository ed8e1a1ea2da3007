import { expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { graph, type Edge } from "../../../src/engine/policies/graph.ts";
import { ended, floor, handed, asked, logOf, said, skipped, started, stopped } from "../../support/facts.ts";
import { openLog, says, team } from "../../support/scripted.ts";
import { AGENTS, next, task } from "./next.ts";

const ALONE = { to: "C" } as const;
const line = (more: Partial<Edge> = {}) => graph([{ from: "A", to: "B", ...more }], ["A", "B"]);
const begun = [started(), task, floor("A")];

test("begins where no other node leads, in a new run as well, and its own loop makes no node wait", () => {
  expect(next(line(), started(), task)).toEqual(["A"]);
  expect(
    next(
      graph(
        [
          { ...ALONE, from: "C" },
          { from: "B", to: "A" },
        ],
        ["A", "B", "C"],
      ),
      started(),
      task,
    ),
  ).toEqual(["B", "C"]);
  expect(next(line(), ...begun, said("A"), floor("B"), said("B"), stopped, started(), task)).toEqual(["A"]);
  expect(next(line())).toEqual([]);
});

test("goes on where it was stopped: who was speaking first, then who was ready", () => {
  expect(next(line(), ...begun, said("A"), stopped, started(), task)).toEqual(["B"]);
  expect(next(line(), ...begun, stopped, started(), task)).toEqual(["A"]);
  // What they say when they have the floor again counts.
  expect(next(line(), ...begun, stopped, started(), task, floor("A"), said("A"))).toEqual(["B"]);
  // Without it, they say it to nobody.
  expect(next(line(), ...begun, stopped, started(), task, said("A"))).toEqual(["A"]);
});

test("begins anew where its run does, whatever was pending, and waits again for what had spoken", () => {
  expect(next(line(), ...begun, said("A"), stopped, started({ anew: true }), task)).toEqual(["A"]);
  const both = graph(
    [
      { from: "A", to: "C" },
      { from: "B", to: "C" },
    ],
    ["A", "B", "C"],
  );
  const oneSpoke = [started(), task, floor("A"), floor("B"), said("A"), stopped];
  expect(next(both, ...oneSpoke, started({ anew: true }), floor("A"), floor("B"), said("B"))).toEqual([]);
  expect(next(both, ...oneSpoke, started(), floor("B"), said("B"))).toEqual(["C"]);
});

test("a turn without words, and one that a person breaks off, lead on; conditions read the words that there were", () => {
  expect(next(line(), ...begun, skipped("A"))).toEqual(["B"]);
  expect(next(line({ ifContains: "yes" }), ...begun, skipped("A"))).toEqual([]);
  expect(next(line({ ifContains: "yes" }), ...begun, ended("A", "said yes"))).toEqual(["B"]);
  expect(next(line({ ifContains: "yes" }), ...begun, said("A", "no"))).toEqual([]);
  expect(next(line(), started(), task, skipped("A"))).toEqual(["A"]);
  expect(next(line(), started(), task, ended("A", ""))).toEqual(["A"]);
});

test("a hand-over to an agent is the end of a turn, and a question to a person is not", () => {
  expect(next(line(), ...begun, handed("A", "C"))).toEqual(["B"]);
  expect(next(line(), ...begun, handed("A", "human"))).toEqual([]);
  expect(next(line(), ...begun, handed("A", "human"), asked("an answer"), said("A"))).toEqual(["B"]);
});

test("whoever has the floor is not ready again by that, and others that are ready stay so", () => {
  const fork = graph(
    [
      { from: "A", to: "B" },
      { from: "A", to: "C" },
    ],
    ["A", "B", "C"],
  );
  expect(next(fork, ...begun, said("A"))).toEqual(["B", "C"]);
  expect(next(fork, ...begun, said("A"), floor("B"))).toEqual(["C"]);
  expect(next(fork, ...begun, said("A"), floor("B"), said("B"), floor("C"))).toEqual([]);
});

test("what an agent says to a person of its own accord is its turn, whatever it is called", () => {
  const all = graph(
    [
      { from: "A", to: "human" },
      { from: "human", to: "A" },
    ],
    ["A", "human"],
    "A",
  );
  expect(all(logOf(started(), task, floor("A"), said("A")), [...AGENTS, says("human")]).map(({ name }) => name)).toEqual(["human"]);
});

test("a turn leads on once, and what is said inside a participant leads nowhere", () => {
  const again = graph(
    [
      { from: "A", to: "B" },
      { from: "B", to: "A", ifContains: "never" },
    ],
    ["A", "B"],
    "A",
  );
  expect(next(again, ...begun, said("A"), floor("B"), said("A"), said("B"))).toEqual([]);
  expect(next(line(), ...begun, said("A", "A", { within: "A" }))).toEqual([]);
  expect(next(line(), ...begun, { ...floor("A"), within: "A" }, said("A"))).toEqual(["B"]);
});

test("whoever a person asks for out of order speaks beside the graph; in order, within it", () => {
  const byPerson = { by: "person" } as const;
  expect(next(line(), ...begun, floor("B", byPerson), said("B"), said("A"))).toEqual(["B"]);
  expect(next(line(), started(), task, floor("A", byPerson), said("A"))).toEqual(["B"]);
  // One whom the policy takes out of order, such as a graph that was changed meanwhile, is heard.
  expect(next(line(), started(), task, stopped, started(), floor("A"), said("A"))).toEqual(["B"]);
  const chain = graph(
    [
      { from: "A", to: "B" },
      { from: "B", to: "C" },
    ],
    ["A", "B", "C"],
  );
  expect(next(chain, ...begun, floor("B", byPerson), said("B"))).toEqual([]);
  expect(next(chain, ...begun, floor("B"), said("B"))).toEqual(["C"]);
});

test("a person with an agent's name leads nowhere", () => {
  expect(next(line(), ...begun, { ...task, person: { id: "U1", name: "A" }, text: "A" } as EventBody)).toEqual([]);
});

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
