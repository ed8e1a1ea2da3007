import { expect, test } from "vitest";
import { minutes } from "../../../src/engine/stops/minutes.ts";
import { openLog } from "../../support/scripted.ts";
import { fires, paidTurn } from "./firing.ts";

test("time since the start of the run, and not before", () => {
  expect(fires(minutes(3 / 60), ...paidTurn)).toEqual([{ kind: "minutes", limit: 3 / 60, elapsed: 3 / 60 }]);
  expect(fires(minutes(4 / 60), ...paidTurn)).toEqual([]);
  const log = openLog(60_000);
  log.start("t");
  log.record({ type: "handoff.made", agent: "a", to: "b", text: "" });
  expect(minutes(2)(log.transcript)).toMatchObject([{ kind: "minutes", elapsed: 2 }]);
});
