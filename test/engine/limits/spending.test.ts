import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../../src/engine/events/events.ts";
import { spendingOf, totalOf } from "../../../src/engine/limits/spending.ts";

const MARIA = { id: "U1", name: "Maria" };
const used = (inputTokens: number, usd?: number) => ({ inputTokens, outputTokens: 1, ...(usd === undefined ? {} : { usd }) });
const log = (...bodies: readonly (EventBody & { readonly at?: string })[]): RunEvent[] =>
  bodies.map((body, index) => ({ at: "2026-11-23T10:00:00.000Z", ...body, seq: index + 1 }));
const started = (run: string, more: object = {}): EventBody => ({ type: "run.started", run, team: "t", startedBy: MARIA, ...more });
const said = (agent: string, usage: ReturnType<typeof used>): EventBody => ({ type: "message.posted", agent, text: "", usage });

test("each agent's calls are counted by run and day: a selection for who chose, a tool's for the agent that called it", () => {
  const events = log(
    started("r1"),
    { type: "speaker.selected", agent: "Ana", by: "selector", usage: used(5, 0.01) },
    said("Ana", used(10, 0.02)),
    { type: "tool.returned", agent: "Ana", call: "c", tool: "ask", output: "", usage: { ...used(20, 0.03), calls: 3 } },
    { type: "speaker.selected", agent: "Ben", by: "selector", leader: "Lead", usage: used(7, 0.01) },
    { ...said("Ben", used(40)), at: "2026-11-24T00:00:01.000Z" },
    { type: "run.stopped", run: "r1", reason: "", reasons: [], outcome: "done" },
    started("r2"),
    said("Ana", used(1, 0.5)),
  );
  const rows = spendingOf(events).map(({ run, agent, day, usage, priced }) => [
    run,
    agent,
    day,
    usage.calls,
    usage.inputTokens,
    usage.usd,
    priced,
  ]);
  expect(rows).toEqual([
    ["r1", "selector", "2026-11-23", 1, 5, 0.01, true],
    ["r1", "Ana", "2026-11-23", 4, 30, 0.05, true],
    ["r1", "Lead", "2026-11-23", 1, 7, 0.01, true],
    ["r1", "Ben", "2026-11-24", 1, 40, 0, false],
    ["r2", "Ana", "2026-11-23", 1, 1, 0.5, true],
  ]);
  expect(totalOf(spendingOf(events))).toMatchObject({ priced: false, usage: { calls: 8, inputTokens: 83 } });
  expect(totalOf([])).toMatchObject({ priced: true, usage: { calls: 0, usd: 0 } });
});

test("what a fork has copied is counted where it was spent, and not again", () => {
  const events = log(
    started("f", { forkedFrom: { run: "r", seq: 3, team: "t" } }),
    said("Ana", used(10, 1)),
    said("Ben", used(10, 1)),
    said("Ana", used(3, 0.1)),
  );
  expect(spendingOf(events)).toMatchObject([{ run: "f", agent: "Ana", usage: { inputTokens: 3, usd: 0.1, calls: 1 } }]);
});
