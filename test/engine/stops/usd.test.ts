import { expect, test } from "vitest";
import { usd } from "../../../src/engine/stops/usd.ts";
import { fires, paidTurn } from "./firing.ts";

test("money that is spent, and not before", () => {
  expect(fires(usd(0.5), ...paidTurn)).toEqual([{ kind: "usd", limit: 0.5, spent: 0.5 }]);
  expect(fires(usd(0.51), ...paidTurn)).toEqual([]);
});
