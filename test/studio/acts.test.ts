import { expect, test } from "vitest";
import type { RunEvent, StopReason } from "../../src/engine/events/events.ts";
import type { Acting } from "../../src/studio/acts/acting.ts";
import { createStudioActs } from "../../src/studio/acts/acts.ts";
import { ADA, runEvents } from "./studio.ts";
import { recorded } from "./turns.ts";

const THREAD = "T1/C1/studio/1";
const OF_DAY: StopReason = { kind: "budget", account: "workspace", day: "2026-01-01", limit: 1, spent: 2, priced: true };

test("a limit is decided by the lines of the table that it is held to, and none that came since they were looked at", async () => {
  const bodies = [
    ...runEvents({ over: false }).slice(0, 2),
    { type: "limit.reached", run: "r", reason: "the budget is used up", reasons: [OF_DAY] } as const,
  ];
  const events: RunEvent[] = bodies.map((body, index) => recorded(body, index + 1));
  const [asked, decided]: [string[], number[]] = [[], []];
  const acting = {
    isHere: () => true,
    refusal: async (_asker: unknown, { deed }: { readonly deed: string }) => void asked.push(deed),
    decideAtLimit: async (_thread: string, _person: unknown, { halt }: { readonly halt: number }) => void decided.push(halt),
  } as unknown as Acting;
  const acts = createStudioActs({ load: async () => events }, acting);
  const raise = (halt: number) =>
    acts.decideAtLimit({ thread: THREAD, seq: 1 }, { halt, wish: "raise" }, { asker: ADA, sight: { kind: "all" } });
  await raise(3);
  expect([asked, decided]).toEqual([["raiseBudget"], [3]]);
  await expect(raise(4)).rejects.toMatchObject({ status: 409, code: "too_late" });
  expect(decided).toEqual([3]);
});
