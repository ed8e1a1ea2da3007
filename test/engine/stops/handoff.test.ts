import { expect, test } from "vitest";
import { handoffTo } from "../../../src/engine/stops/handoff.ts";
import { handed, said } from "../../support/facts.ts";
import { fires } from "./firing.ts";

test("a hand-over to somebody, and to nobody else; not what a person whose turn it is, is asked", () => {
  expect(fires(handoffTo("B"), handed("A", "B"))).toEqual([{ kind: "handoff", agent: "A", to: "B" }]);
  expect(fires(handoffTo("B"), handed("A", "C"))).toEqual([]);
  expect(fires(handoffTo("human"), handed("A", "human", { turn: true }))).toEqual([]);
  expect(fires(handoffTo("B"), said("B"))).toEqual([]);
});
