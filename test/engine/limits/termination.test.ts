import { expect, test } from "vitest";
import type { EventBody, StopReason } from "../../../src/engine/events/events.ts";
import { describe as inWords, finishedOrFailed, ownerOf } from "../../../src/engine/limits/termination.ts";
import { failed, said } from "../../support/facts.ts";
import { MARIA } from "../../support/scripted.ts";
import { fires } from "../stops/firing.ts";

test("somebody decided that it is finished, asked for the end, or could not have their turn; not inside a participant", () => {
  const finish: EventBody = { type: "finish.decided", agent: "selector", reason: "42" };
  expect(fires(finishedOrFailed, finish)).toEqual([{ kind: "finish", agent: "selector", reason: "42" }]);
  expect(fires(finishedOrFailed, { type: "stop.requested", person: MARIA })).toEqual([{ kind: "person", person: MARIA }]);
  expect(fires(finishedOrFailed, failed("A"))).toMatchObject([{ kind: "failure", agent: "A", error: { kind: "overloaded" } }]);
  for (const inner of [finish, failed("X")]) expect(fires(finishedOrFailed, { ...inner, within: "A" })).toEqual([]);
  expect(fires(finishedOrFailed, said("A"))).toEqual([]);
});

test.each<[StopReason, string]>([
  [{ kind: "maxMessages", limit: 3, count: 4 }, "reached 3 messages"],
  [{ kind: "maxTurns", limit: 1, count: 1 }, "reached 1 turn"],
  [{ kind: "maxTurns", limit: 2, count: 2 }, "reached 2 turns"],
  [{ kind: "textMention", text: "DONE", agent: "A" }, 'A said "DONE"'],
  [{ kind: "tokens", limit: 9, total: 10, input: 5, output: 5 }, "used 10 tokens, the limit is 9"],
  [{ kind: "usd", limit: 1, spent: 1.239 }, "spent $1.24, the limit is $1.00"],
  [{ kind: "minutes", limit: 2, elapsed: 2.4 }, "took 2 minutes, the limit is 2"],
  [
    { kind: "budget", account: "person/U1", day: "2026-01-05", limit: 2, spent: 2.5, priced: true },
    "$2.50 spent today, the budget of the person who asked is $2.00 a day",
  ],
  [
    { kind: "budget", account: "workspace", day: "2026-01-05", limit: 2, spent: 2.5, priced: false },
    "at least $2.50 spent today, the budget of the workspace is $2.00 a day",
  ],
  [{ kind: "handoff", agent: "A", to: "B" }, "A handed over to B"],
  [{ kind: "finish", agent: "selector", reason: "It is 42." }, "It is 42."],
  [{ kind: "finish", agent: "selector", reason: "" }, "selector decided that it is finished"],
  [{ kind: "source", agent: "A" }, "A has spoken"],
  [{ kind: "stopMessage", agent: "A" }, "A asked for the end"],
  [{ kind: "toolCalled", tool: "search" }, "search was called"],
  [{ kind: "goal", goal: "ours", text: "the build is green" }, "the build is green"],
  [{ kind: "person", person: MARIA }, "stopped by Maria"],
  [{ kind: "failure", agent: "A", error: { kind: "limit", message: "no tokens are left" } }, "no tokens are left"],
  [{ kind: "failure", agent: "A", error: { kind: "overloaded", message: "it is busy" } }, "A could not answer: it is busy"],
  [{ kind: "nobody" }, "nobody left to speak"],
])("in words: %j", (reason, words) => {
  expect(inWords(reason)).toBe(words);
});

test("whose money it is", () => {
  expect(["workspace", "person/U1", "channel/C1"].map(ownerOf)).toEqual(["the workspace", "the person who asked", "this channel"]);
});
