import { expect, test } from "vitest";
import { tokens } from "../../../src/engine/stops/tokens.ts";
import { openLog } from "../../support/scripted.ts";
import { fires, paidTurn, say } from "./firing.ts";

test("in all, of what goes in and of what comes out, and not before", () => {
  expect(fires(tokens({ total: 10 }), ...paidTurn)).toEqual([{ kind: "tokens", limit: 10, total: 10, input: 6, output: 4 }]);
  expect(fires(tokens({ total: 11 }), ...paidTurn)).toEqual([]);
  expect(fires(tokens({ input: 6 }), ...paidTurn)).toMatchObject([{ limit: 6 }]);
  expect(fires(tokens({ input: 7, output: 4 }), ...paidTurn)).toMatchObject([{ limit: 7 }]);
  expect(fires(tokens({ output: 4 }), ...paidTurn)).toMatchObject([{ limit: 4 }]);
  expect(fires(tokens({ output: 5 }), ...paidTurn)).toEqual([]);
  expect(fires(tokens({}), ...paidTurn)).toEqual([]);
});

test("tokens count every model call of the run, the selector's too", () => {
  const log = openLog();
  log.start("t");
  log.record(say("a", "x", { inputTokens: 1, outputTokens: 1 }), {
    type: "speaker.selected",
    agent: "a",
    by: "selector",
    usage: { inputTokens: 3, outputTokens: 3 },
  });
  expect(tokens({ total: 9 })(log.transcript)).toEqual([]);
  expect(tokens({ total: 8 })(log.transcript)).toEqual([{ kind: "tokens", limit: 8, total: 8, input: 4, output: 4 }]);
  expect(tokens({ output: 4 })(log.transcript)).toHaveLength(1);
  expect(tokens({ input: 5 })(log.transcript)).toEqual([]);
});
