import { expect, test } from "vitest";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { floor, logOf, said, started, stopped } from "../../support/facts.ts";
import { next, task } from "./next.ts";

test("one after the other; anew where the run begins anew; nobody in a team without agents", () => {
  expect(next(roundRobin)).toEqual(["A"]);
  expect(next(roundRobin, started(), task, floor("A"), said("A"))).toEqual(["B"]);
  expect(next(roundRobin, started(), task, floor("C"), said("C"))).toEqual(["A"]);
  expect(next(roundRobin, started(), task, floor("A"), { ...floor("C"), within: "A" })).toEqual(["B"]);
  expect(next(roundRobin, started(), task, floor("B"), stopped, started({ anew: true }))).toEqual(["A"]);
  expect(roundRobin(logOf(), [])).toEqual([]);
});
