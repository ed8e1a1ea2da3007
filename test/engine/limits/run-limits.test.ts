import fc from "fast-check";
import { expect, test } from "vitest";
import type { StopReason } from "../../../src/engine/events/events.ts";
import { capsOf, ceilingWords, nearing, offerAt } from "../../../src/engine/limits/run-limits.ts";
import { describe } from "../../../src/engine/limits/termination.ts";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import { openLog } from "../../support/scripted.ts";

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
  expect(near).toEqual([
    { limit: "turns", used: 8, of: 10 },
    { limit: "usd", used: 0.8, of: 1 },
  ]);
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
  const turns = { kind: "maxTurns", limit: 10, count: 10 } as const;
  expect(offerAt([turns, refused, budget])).toEqual({ to: { turns: 20, tokens: 2_000 }, budgets: [{ account: "channel/C1", usd: 10 }] });
  expect(offerAt([turns])).toEqual({ to: { turns: 20 } });
  expect(describe(budget)).toBe("at least $5.10 spent today, the budget of this channel is $5.00 a day");
});

test("no more is offered than the ceilings let; where one lets nothing more, nothing is", () => {
  const ceilings = {
    limits: { turns: 15, minutes: 10, tokens: 500, usd: 1 },
    budget: (account: string) => (account === "workspace" ? 8 : 3),
  };
  const turns = { kind: "maxTurns", limit: 10, count: 10 } as const;
  const budget = { kind: "budget", account: "workspace", day: "2026-11-23", limit: 5, spent: 5.1, priced: true } as const;
  expect(offerAt([turns, budget], ceilings)).toEqual({ to: { turns: 15 }, budgets: [{ account: "workspace", usd: 8 }] });
  const none = offerAt([turns, { ...budget, account: "person/U1" }, { kind: "minutes", limit: 10, elapsed: 10 }], ceilings);
  expect(none).toEqual({
    to: {},
    atCeiling: [
      { limit: "budget", account: "person/U1", most: 3 },
      { limit: "minutes", most: 10 },
    ],
  });
  expect(ceilingWords(none.atCeiling ?? [])).toBe(
    "Nobody can raise this any further here: the budget of the person who asked to $3.00 a day and the minutes to 10 at most (ceilings.raised in the team file).",
  );
});

test("whatever the ceilings are, what is offered is more than there is and no more than they let", () => {
  const amount = fc.integer({ min: 1, max: 1_000 });
  const limits = fc.record({ turns: amount, minutes: amount, tokens: amount, usd: amount });
  fc.assert(
    fc.property(
      limits,
      amount,
      fc.array(fc.tuple(fc.constantFrom("maxTurns", "minutes", "tokens", "usd"), amount), { maxLength: 4 }),
      (most, day, reached) => {
        const reasons = reached.map(([kind, limit]) => ({ kind, limit }) as unknown as StopReason);
        const { to, atCeiling } = offerAt(reasons, { limits: most, budget: () => day });
        for (const { kind, limit } of reasons as unknown as { kind: string; limit: number }[]) {
          const name = (kind === "maxTurns" ? "turns" : kind) as keyof typeof most;
          if (atCeiling) expect(to).toEqual({});
          else {
            expect(to[name]).toBeLessThanOrEqual(most[name]);
            expect(most[name]).toBeGreaterThan(limit);
          }
        }
      },
    ),
  );
});
