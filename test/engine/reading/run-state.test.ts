import { expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { runState, waiters, waits } from "../../../src/engine/reading/run-state.ts";
import { MARIA } from "../../support/scripted.ts";

const usage = { inputTokens: 1, outputTokens: 1 };
const question = (agent: string, within?: string): EventBody => ({
  type: "handoff.made",
  agent,
  to: "human",
  text: "Which?",
  ...(within === undefined ? {} : { within }),
});

/** A run with everything in it that its state is made of. */
const LOG: readonly EventBody[] = [
  { type: "run.started", run: "r", team: "t", startedBy: MARIA, haltsAtLimits: true },
  { type: "message.posted", person: MARIA, text: "Go", id: "1" },
  { type: "speaker.selected", agent: "Ana", by: "policy", others: ["Desk"], usage },
  { type: "speaker.selected", agent: "Desk", by: "policy" },
  question("Ana"),
  question("Cy", "Desk"),
  { type: "approval.requested", agent: "Cy", call: "Desk/c1", what: "1", within: "Desk" },
  { type: "approval.requested", agent: "Ana", call: "c2", what: "2" },
  { type: "message.posted", person: MARIA, text: "This", id: "2", answers: 5 },
  { type: "approval.given", call: "c2", approved: true, person: MARIA },
  { type: "speaker.requested", speaker: "Ben", person: MARIA },
  { type: "limit.neared", run: "r", limit: "turns", used: 4, of: 5 },
  { type: "limit.reached", run: "r", reason: "enough", reasons: [{ kind: "maxTurns", limit: 5, count: 5 }] },
  { type: "limit.raised", run: "r", person: MARIA, to: { turns: 10 } },
  { type: "run.paused", run: "r", person: MARIA },
  { type: "run.unpaused", run: "r", person: MARIA },
  { type: "turn.skipped", agent: "Desk", person: MARIA },
  { type: "message.posted", agent: "Ana", text: "Done", usage },
  { type: "run.stopped", run: "r", reason: "done", reasons: [{ kind: "nobody" }], outcome: "done" },
];

function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

const states = () => {
  let state = frozen(runState.initial());
  return LOG.map((body, index) => {
    const at = new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString();
    return (state = frozen(runState.step(state, frozen({ ...body, seq: index + 1, at }))));
  });
};

test("a run's state is read without changing the state before, or the event", () => {
  expect(states().at(-1)).toMatchObject({ running: false, turns: 2, questions: [], approvals: [], usage: { calls: 2 } });
});

test("who waits for a person is read off what is open, whoever asked and for what", () => {
  const [asked, called, both, answered, , , , , , , , skipped] = states().slice(5);
  const open = (state = runState.initial()) => ({ waiters: waiters(state), waits: waits(state) });
  expect(open(asked)).toEqual({ waiters: ["Ana", "Desk"], waits: true });
  expect(open(called)).toEqual({ waiters: ["Ana", "Desk", "Desk"], waits: true });
  expect(open(both)).toEqual({ waiters: ["Ana", "Desk", "Desk", "Ana"], waits: true });
  expect(open(answered)).toEqual({ waiters: ["Desk", "Desk", "Ana"], waits: true });
  expect(open(skipped)).toEqual({ waiters: [], waits: false });
});
