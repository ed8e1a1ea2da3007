import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../src/engine/events/events.ts";
import { csvOf } from "../../web/studio/charts/csv.ts";
import { budgetsAt } from "../../web/studio/run/budgets.ts";
import { moneyTree, placed, type Part } from "../../web/studio/run/money-tree.ts";

const usage = (usd?: number, inputTokens = 100) => ({ inputTokens, outputTokens: 10, ...(usd === undefined ? {} : { usd }) });
const log = (...bodies: readonly (EventBody & { readonly within?: string })[]): readonly RunEvent[] =>
  bodies.map((body, index) => ({ ...body, seq: index + 1, at: "2026-01-01T00:00:00.000Z" }));
const outline = ({ name, what, usage: { usd }, parts }: Part): unknown => [`${name} ${what}`.trim(), usd, ...parts.map(outline)];

const RUN: readonly (EventBody & { readonly within?: string })[] = [
  { type: "run.started", run: "r", team: "t", startedBy: { id: "U1", name: "Ada" } },
  { type: "speaker.selected", agent: "Ana", by: "selector", usage: usage(0.5) },
  { type: "tool.called", agent: "Ana", call: "c", tool: "look", args: "", usage: usage(1) },
  { type: "tool.returned", agent: "Ana", call: "c", tool: "look", output: "" },
  { type: "message.posted", agent: "Ana", text: "x", model: "m", usage: usage(2) },
  { type: "speaker.selected", agent: "Desk", by: "policy" },
  { type: "speaker.selected", agent: "Ben", by: "selector", within: "Desk", usage: usage(0.25) },
  { type: "message.posted", agent: "Ben", text: "x", within: "Desk", usage: usage(4) },
  { type: "message.posted", agent: "Cleo", text: "x", within: "Desk/Inner", usage: usage(0.25) },
  { type: "speaker.selected", agent: "Ana", by: "policy" },
  { type: "message.posted", agent: "Ana", text: "y", model: "m", usage: usage() },
  { type: "stance.given", agent: "Desk", of: 11, stance: "agree", reason: "", usage: usage(0.125) },
];

test("what a run took is divided by turns, by who worked inside a team, and by calls, and adds up at each of them", () => {
  const run = moneyTree(log(...RUN));
  expect(outline(run)).toEqual([
    "The run",
    8.125,
    ["Ana turn 1", 3.5, ["selector choice of the speaker", 0.5], ["Ana call of look", 1], ["Ana words", 2]],
    [
      "Desk turn 2",
      4.5,
      ["selector", 0.25, ["selector choice of the speaker", 0.25]],
      ["Ben", 4, ["Ben words", 4]],
      ["Inner", 0.25, ["Cleo", 0.25, ["Cleo words", 0.25]]],
    ],
    ["Ana turn 3", 0, ["Ana words", 0]],
    ["Desk agrees or not", 0.125, ["Desk agrees or not", 0.125]],
  ]);
  expect([run.priced, run.usage.calls, run.usage.inputTokens]).toEqual([false, 8, 800]);
  expect(moneyTree([]).parts).toEqual([]);
});

test("of budgets of the day a point has what the log had said by then", () => {
  const account = "channel/C1";
  const events = log(
    RUN[0]!,
    { type: "limit.neared", run: "r", limit: "budget", account, used: 4, of: 5 },
    { type: "limit.reached", run: "r", reason: "", reasons: [{ kind: "budget", account, day: "2026-01-01", limit: 5, spent: 5.2, priced: true }] },
    { type: "limit.raised", run: "r", to: {}, budgets: [{ account, usd: 10 }] },
  ); // prettier-ignore
  const then = events.map((_, index) => budgetsAt(events.slice(0, index + 1)));
  expect(then).toEqual([[], [{ account, used: 4, of: 5 }], [{ account, used: 5.2, of: 5 }], [{ account, used: 5.2, of: 10 }]]);
});

test("what a fork has copied is none of its own", () => {
  const [started, ...rest] = RUN;
  const fork = log({ ...started, forkedFrom: { run: "r", seq: 10, team: "t" } } as (typeof RUN)[number], ...rest);
  expect(moneyTree(fork).usage.usd).toBe(0.125);
});

test("parts stand beside each other in the width of the one above, and what nobody could see is left out with what is in it", () => {
  const all = placed(moneyTree(log(...RUN)), ({ usage: { usd } }) => usd, 0.02);
  expect(all[0]).toMatchObject({ depth: 0, from: 0, to: 1, above: undefined });
  const turns = all.filter(({ depth }) => depth === 1);
  expect(turns.map(({ part }) => `${part.name} ${part.what}`)).toEqual(["Ana turn 1", "Desk turn 2"]);
  expect(turns[0]?.to).toBe(turns[1]?.from);
  expect(turns[0]?.to).toBeCloseTo(3.5 / 8.125);
  for (const { above, from, to } of all) {
    const over = all.find(({ part }) => part === above);
    expect(from <= to && (!over || (from >= over.from - 1e-9 && to <= over.to + 1e-9))).toBe(true);
  }
});

test("a file of a table is read by spreadsheets, and nothing in it is a formula there", () => {
  expect(
    csvOf(
      ["team", "usd"],
      [
        ["a, b", 1.5],
        ['say "hi"', -2],
        ["=HYPERLINK(1)", 0],
        ["-2+3", 1],
        ["two\nlines", 1],
      ],
    ),
  ).toBe('team,usd\r\n"a, b",1.5\r\n"say ""hi""",-2\r\n\'=HYPERLINK(1),0\r\n\'-2+3,1\r\n"two\nlines",1\r\n');
});
