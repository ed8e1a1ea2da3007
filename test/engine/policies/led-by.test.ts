import { expect, test } from "vitest";
import { ledBy } from "../../../src/engine/policies/led-by.ts";
import { logOf, started } from "../../support/facts.ts";
import { says } from "../../support/scripted.ts";
import { next } from "./next.ts";

test("a leader leads whoever there is", () => {
  const leader = says("Leader");
  expect(next(ledBy(leader), started())).toEqual(["Leader"]);
  expect(ledBy(leader)(logOf(), [])).toEqual([]);
});
