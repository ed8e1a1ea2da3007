import { expect, test } from "vitest";
import { swarm } from "../../../src/engine/policies/swarm.ts";
import { floor, handed, logOf, said, started, stopped } from "../../support/facts.ts";
import { next, task } from "./next.ts";

test("begins with its first agent, keeps the floor with whoever has it, and gives it to whom it is handed", () => {
  expect(next(swarm)).toEqual(["A"]);
  expect(next(swarm, started(), task, floor("B"), said("B"))).toEqual(["B"]);
  expect(next(swarm, started(), task, floor("A"), handed("A", "C"))).toEqual(["C"]);
  expect(next(swarm, started(), task, floor("A"), handed("A", "C"), floor("C"), said("C"))).toEqual(["C"]);
  expect(swarm(logOf(), [])).toEqual([]);
});

test("a hand-over to a person, or to nobody of the team, leaves the floor where it is", () => {
  expect(next(swarm, started(), task, floor("B"), handed("B", "human"))).toEqual(["B"]);
  expect(next(swarm, started(), task, floor("B"), handed("B", "Nobody"))).toEqual(["B"]);
});

test("a hand-over holds over what is said and over a new run, until somebody else has the floor", () => {
  const handedToC = [started(), task, floor("A"), handed("A", "C")];
  expect(next(swarm, ...handedToC, stopped, started(), task)).toEqual(["C"]);
  expect(next(swarm, ...handedToC, floor("B", { by: "person" }), said("B"))).toEqual(["B"]);
  expect(next(swarm, ...handedToC, floor("C"), said("C"), floor("B", { by: "person" }))).toEqual(["B"]);
});

test("begins anew where its run does", () => {
  expect(next(swarm, started(), task, floor("B"), handed("B", "C"), stopped, started({ anew: true }), task)).toEqual(["A"]);
});

test("hand-overs inside a participant, and those outside the team, are none of its own", () => {
  const before = [started(), task, floor("B"), said("B")];
  expect(next(swarm, ...before, handed("A", "C", { within: "B" }))).toEqual(["B"]);
  expect(next(swarm, ...before, handed("A", "C", { outside: true }))).toEqual(["B"]);
  expect(next(swarm, ...before, handed("B", "C"), { ...floor("A"), within: "B" })).toEqual(["C"]);
});
