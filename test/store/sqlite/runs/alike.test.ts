import { expect, test } from "vitest";
import { ALIKE, alikeRuns } from "../../alike.ts";
import { open } from "./finished.ts";

test("runs about what is asked are found by their words, of one team and workspace, and behind them the newest", async () => {
  expect(await alikeRuns(open())).toEqual(ALIKE);
});
