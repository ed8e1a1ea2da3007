import { expect, test } from "vitest";
import type { EventBody } from "../../../../src/engine/events/events.ts";
import { firstTurnEndsMs, turnEndsMs, waitsUntil } from "../../../../src/slack/post/cards/latest-cards.ts";
import { asks, logOf, question, says, selects, started } from "../../log.ts";

const TURN = [started(), asks("Add"), selects("Coder"), says("Coder", "One.")];
const saidAtMs = Date.parse(logOf(...TURN).events.at(-1)?.at ?? "");

test("what follows on a turn is waited for, unless that turn was broken off", () => {
  expect(turnEndsMs(logOf(...TURN), saidAtMs + 1_000)).toBe(2_000);
  expect(turnEndsMs(logOf(...TURN), saidAtMs + 3_000)).toBeUndefined();
  const next = [...TURN, selects("Critic")];
  const error = { kind: "crashed", message: "no" };
  expect(turnEndsMs(logOf(...next, { type: "turn.failed", agent: "Critic", error }), saidAtMs + 1_000)).toBeUndefined();
  const person = { id: "U0ADA", name: "Ada" };
  expect(turnEndsMs(logOf(...next, { type: "turn.skipped", agent: "Critic", person }), saidAtMs + 1_000)).toBeUndefined();
});

test("by the clock of whoever recorded it, which may be ahead, nothing is waited for again and again", () => {
  expect(turnEndsMs(logOf(...TURN), saidAtMs - 1_000)).toBe(3_000);
  expect(turnEndsMs(logOf(...TURN), saidAtMs - 60_000)).toBeUndefined();
  // That is waited for once.
  expect(firstTurnEndsMs(logOf(...TURN), saidAtMs - 60_000)).toBe(250);
});

test("cards that are looked at again anyway are looked at no sooner for a turn that ends or begins, and at once for whatever people wait for", () => {
  const last = (...bodies: readonly EventBody[]) => {
    const transcript = logOf(...bodies);
    const events = transcript.events.slice(-1);
    return { transcript, events, nowMs: Date.parse(events[0]?.at ?? "") };
  };
  const waits = (sooner: number, about: ReturnType<typeof last>) => waitsUntil(about.nowMs + sooner, about);
  // It may wait for three seconds.
  expect([2_000, 3_000, 4_000].map((againInMs) => waits(againInMs, last(...TURN)))).toEqual([true, true, false]);
  // Who is next is told at once; and what was to be looked at by now is over.
  expect([waits(1_000, last(...TURN, selects("Critic"))), waits(0, last(...TURN))]).toEqual([false, false]);
  expect(waits(1_000, last(...TURN, question("Coder", "Which?")))).toBe(false);
  expect(waits(1_000, last(...TURN, asks("And subtract", "m2")))).toBe(false);
  // A question's card may lose its buttons.
  expect(
    waits(1_000, last(started(), asks("Add"), question("Coder", "Which?"), asks("One", "m2"), selects("Coder"), says("Coder", "One."))),
  ).toBe(false);
});
