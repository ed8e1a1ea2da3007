import { expect, test } from "vitest";
import { firstTurnEndsMs, turnEndsMs } from "../../../../src/slack/post/cards/latest-cards.ts";
import { asks, logOf, says, selects, started } from "../../log.ts";

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
