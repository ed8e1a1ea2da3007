import { expect, test } from "vitest";
import { ledger, type LedgerSettings } from "../../../../src/engine/agents/leaders/ledger.ts";
import { nameWritten } from "../../../../src/engine/agents/leaders/names-as-written.ts";
import { isEvent, type EventBody } from "../../../../src/engine/events/events.ts";
import { asked, floor, said, started } from "../../../support/facts.ts";
import { openLog, says, scripted, type Scripted } from "../../../support/scripted.ts";
import { turnOn } from "../../../support/turn.ts";

const usage = { inputTokens: 10, outputTokens: 5 };
const judged = (more: object = {}) =>
  JSON.stringify({ satisfied: false, inLoop: false, progress: true, next: "Ada", instruction: "Look.", reason: "because", ...more });
const PLANNED = [started(), asked("t"), said("Lead", "facts", { model: "m" }), said("Lead", "plan", { model: "m" })];

/** What the leader does with the floor, on a log of these events. */
async function leads(facts: readonly EventBody[], replies: readonly Scripted[], settings: Partial<LedgerSettings> = {}) {
  const log = openLog();
  log.record(...facts);
  const model = scripted(...replies);
  const agents = ["Ada", "Ben"].map((name) => says(name));
  const leader = ledger({ name: "Lead", model, agents, attempts: 2, mayAskHuman: false, ...settings });
  const events: object[] = [];
  for await (const item of leader.turn(turnOn(log.transcript))) if (isEvent(item)) events.push(item);
  return { events, model };
}
const fails = (kind: "limit" | "overloaded", message: string): Scripted => ({ fails: { kind: "failure", error: { kind, message } } });

test("a limit that its model meets ends its turn, at once and as that limit", async () => {
  const { events, model } = await leads(PLANNED, [fails("limit", "1 call is left."), judged()]);
  expect(events).toMatchObject([
    { type: "turn.failed", agent: "Lead", error: { kind: "limit", message: "1 call is left." }, usage: { calls: 1 } },
  ]);
  expect(model.requests).toHaveLength(1);
});

test("a model that fails is asked again, and nothing is sent back to it; at last the next of the team goes on, and why is told", async () => {
  const again = await leads(PLANNED, [fails("overloaded", "busy"), judged({ next: "Ben" })]);
  expect(again.events).toMatchObject([{ type: "speaker.selected", agent: "Ben", by: "selector" }]);
  expect(again.model.requests[1]?.messages).toHaveLength(again.model.requests[0]?.messages.length ?? 0);
  const never = await leads([...PLANNED, floor("Ben"), said("Ben", "…")], [fails("overloaded", "busy"), fails("overloaded", "still busy")]);
  expect(never.events).toMatchObject([
    { type: "speaker.selected", agent: "Ada", by: "fallback", reason: "the leader's model failed: still busy", leader: "Lead" },
  ]);
});

test("a name that it writes in another way is the one that is meant; everything else is as it wrote it", async () => {
  const { events } = await leads(PLANNED, [judged({ next: "**ben**", instruction: "Count." })]);
  expect(events).toEqual([
    {
      type: "speaker.selected",
      agent: "Ben",
      by: "selector",
      reason: "because",
      instruction: "Count.",
      candidates: ["Ada", "Ben"],
      progress: true,
      leader: "Lead",
      usage: { ...usage, calls: 1 },
    },
  ]);
});

test.each([
  ["Ben\\_Lee (the analyst).", "Ben Lee"],
  ["@ben   lee", "Ben Lee"],
  ["“Ben Lee”!", "Ben Lee"],
  ["Ben Lee （分析）", "Ben Lee"],
  ["Ben Lee-Ann", undefined],
  [`Ben Lee${" ".repeat(993)}`, "Ben Lee"],
  [`Ben Lee${" ".repeat(994)}`, undefined],
])("%j means %j", (written, name) => {
  expect(nameWritten(["Ada", "Ben Lee"], written)).toBe(name);
});
