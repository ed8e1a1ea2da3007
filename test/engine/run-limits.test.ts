import { expect, test } from "vitest";
import { capsOf, nearing, nearWords, twice, twiceTheBudgets } from "../../src/engine/run-limits.ts";
import { describe } from "../../src/engine/termination.ts";
import { currentRun } from "../../src/engine/transcript.ts";
import { openLog } from "../support/scripted.ts";

const LIMITS = { turns: 10, minutes: 10, tokens: 1_000, usd: 1 };

function logWith(usd: number, turns = 0) {
  const log = openLog(0);
  log.start("count");
  log.record({ type: "message.posted", agent: "A", text: "…", usage: { inputTokens: 10, outputTokens: 5, usd } });
  for (let turn = 0; turn < turns; turn++)
    log.record({ type: "speaker.selected", agent: "A", by: "policy" }, { type: "message.posted", agent: "A", text: "…" });
  return log;
}

test("a limit is near from four fifths on, until it is used up, and is told of once for each amount", () => {
  expect(nearing(LIMITS, currentRun(logWith(0.79).transcript))).toEqual([]);
  expect(nearing(LIMITS, currentRun(logWith(1).transcript))).toEqual([]);
  const log = logWith(0.8, 8);
  const near = nearing(LIMITS, currentRun(log.transcript));
  expect(near.map(nearWords)).toEqual(["8 of 10 turns used", "$0.80 of $1.00 used"]);
  log.record(...near.map((one) => ({ type: "limit.neared" as const, run: "r1", ...one })));
  expect(nearing(LIMITS, currentRun(log.transcript))).toEqual([]);
  log.record({ type: "limit.raised", run: "r1", person: { id: "U1", name: "Maria" }, to: { usd: 0.9 } });
  expect(nearing(LIMITS, currentRun(log.transcript))).toEqual([{ limit: "usd", used: 0.8, of: 0.9 }]);
});

test("what was raised holds in place of the team's own limit, for that run alone", () => {
  const log = logWith(1.5, 10);
  expect(capsOf(LIMITS)(log.transcript).map(({ kind }) => kind)).toEqual(["maxTurns", "usd"]);
  log.record({ type: "limit.raised", run: "r1", to: { usd: 2, turns: 20 } });
  expect(capsOf(LIMITS)(log.transcript)).toEqual([]);
  log.start("again");
  expect(currentRun(log.transcript).raised).toEqual({});
});

test("a person is offered twice as much of what was reached, and of nothing else", () => {
  const budget = { kind: "budget", account: "channel/C1", day: "2026-11-23", limit: 5, spent: 5.1, priced: false } as const;
  const refused = { kind: "failure", agent: "A", error: { kind: "limit", message: "…", limit: { kind: "tokens", of: 1_000 } } } as const;
  expect(twice([{ kind: "maxTurns", limit: 10, count: 10 }, refused, budget])).toEqual({ turns: 20, tokens: 2_000 });
  expect(twiceTheBudgets([refused, budget])).toEqual([{ account: "channel/C1", usd: 10 }]);
  expect(describe(budget)).toBe("at least $5.10 spent today, the budget of this channel is $5.00 a day");
});
