import { expect, test } from "vitest";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { fires, paidTurn } from "./firing.ts";

test("turns that have ended, and not before", () => {
  expect(fires(maxTurns(1), ...paidTurn)).toEqual([{ kind: "maxTurns", limit: 1, count: 1 }]);
  expect(fires(maxTurns(2), ...paidTurn)).toEqual([]);
  expect(fires(maxTurns(2), ...paidTurn, ...paidTurn)).toEqual([{ kind: "maxTurns", limit: 2, count: 2 }]);
});
