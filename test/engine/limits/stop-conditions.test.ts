import { describe, expect, test } from "vitest";
import type { EventBody, StopReason } from "../../../src/engine/events/events.ts";
import {
  all,
  describe as inWords,
  finishedOrFailed,
  handoffTo,
  maxMessages,
  maxTurns,
  minutes,
  ownerOf,
  source,
  stopMessage,
  textMention,
  tokens,
  toolCalled,
  usd,
} from "../../../src/engine/limits/termination.ts";
import type { TerminationCondition } from "../../../src/engine/team.ts";
import { asked, ended, failed, floor, handed, logOf, said, started } from "../../support/facts.ts";
import { MARIA } from "../../support/scripted.ts";

const begun = [started(), asked("t")];
const fires = (condition: TerminationCondition, ...facts: readonly EventBody[]) => condition(logOf(...begun, ...facts));
const tool = (type: "tool.called" | "tool.returned" | "tool.failed", name = "search"): EventBody =>
  ({
    type,
    agent: "A",
    call: "c",
    tool: name,
    ...(type === "tool.called" ? { args: "{}" } : type === "tool.returned" ? { output: "" } : { error: { kind: "crashed", message: "" } }),
  }) as EventBody;

describe("a cap fires when it is reached, and not before", () => {
  const spent = { inputTokens: 6, outputTokens: 4, usd: 0.5 };

  test("messages and, where they count, work", () => {
    expect(fires(maxMessages(3), said("A"))).toEqual([]);
    expect(fires(maxMessages(2), said("A"))).toEqual([{ kind: "maxMessages", limit: 2, count: 2 }]);
    const work: readonly EventBody[] = [
      tool("tool.called"),
      tool("tool.returned"),
      tool("tool.failed"),
      { type: "code.written", agent: "A", language: "python", code: "1", call: "c" } as unknown as EventBody,
      { type: "code.ran", agent: "A", call: "c" } as unknown as EventBody,
      floor("A"),
      { ...tool("tool.called"), within: "A", quiet: true },
    ];
    expect(fires(maxMessages(6, { events: true }), ...work)).toEqual([{ kind: "maxMessages", limit: 6, count: 6 }]);
    expect(fires(maxMessages(7, { events: true }), ...work)).toEqual([]);
    expect(fires(maxMessages(3), ...work)).toEqual([]);
  });

  test("turns, tokens, money and minutes", () => {
    const turn = [floor("A"), said("A", "x", { usage: spent })];
    expect(fires(maxTurns(1), ...turn)).toEqual([{ kind: "maxTurns", limit: 1, count: 1 }]);
    expect(fires(maxTurns(2), ...turn)).toEqual([]);
    expect(fires(tokens({ total: 10 }), ...turn)).toEqual([{ kind: "tokens", limit: 10, total: 10, input: 6, output: 4 }]);
    expect(fires(tokens({ total: 11 }), ...turn)).toEqual([]);
    expect(fires(tokens({ input: 6 }), ...turn)).toMatchObject([{ limit: 6 }]);
    expect(fires(tokens({ input: 7, output: 4 }), ...turn)).toMatchObject([{ limit: 7 }]);
    expect(fires(tokens({ output: 4 }), ...turn)).toMatchObject([{ limit: 4 }]);
    expect(fires(tokens({ output: 5 }), ...turn)).toEqual([]);
    expect(fires(tokens({}), ...turn)).toEqual([]);
    expect(fires(usd(0.5), ...turn)).toEqual([{ kind: "usd", limit: 0.5, spent: 0.5 }]);
    expect(fires(usd(0.51), ...turn)).toEqual([]);
    expect(fires(minutes(3 / 60), ...turn)).toEqual([{ kind: "minutes", limit: 3 / 60, elapsed: 3 / 60 }]);
    expect(fires(minutes(4 / 60), ...turn)).toEqual([]);
  });
});

describe("a goal", () => {
  test("comes true by the first event that does it, and holds for the run", () => {
    const first = [{ kind: "source", agent: "B" }];
    expect(fires(source("B", "C"), said("A"), said("B"), said("C"))).toEqual(first);
    expect(fires(source("B"), said("A"))).toEqual([]);
    expect(fires(source("B"), ended("B"))).toEqual([]);
    expect(fires(source("B"), said("B"), started())).toEqual([]);
  });

  test("does not come true by what nobody outside hears, or by what was said outside the team", () => {
    expect(fires(source("B"), said("B", "x", { within: "A", quiet: true } as object))).toEqual([]);
    expect(fires(source("B"), said("B", "x", { outside: true } as object))).toEqual([]);
  });

  test("a hand-over to somebody, and to nobody else; not what a person whose turn it is, is asked", () => {
    expect(fires(handoffTo("B"), handed("A", "B"))).toEqual([{ kind: "handoff", agent: "A", to: "B" }]);
    expect(fires(handoffTo("B"), handed("A", "C"))).toEqual([]);
    expect(fires(handoffTo("human"), handed("A", "human", { turn: true }))).toEqual([]);
    expect(fires(handoffTo("B"), said("B"))).toEqual([]);
  });

  test("a message that asks for the end by itself", () => {
    expect(fires(stopMessage(), said("A", "Stop.", { kind: "stop" } as object))).toEqual([{ kind: "stopMessage", agent: "A" }]);
    expect(fires(stopMessage(), said("A", "Stop."), asked("Stop."), said("A", "x", { kind: "summary" } as object))).toEqual([]);
  });

  test("a tool that was called and has ended, well or not", () => {
    for (const end of ["tool.returned", "tool.failed"] as const)
      expect(fires(toolCalled("search"), tool(end))).toEqual([{ kind: "toolCalled", tool: "search" }]);
    expect(fires(toolCalled("search"), tool("tool.called"), tool("tool.returned", "other"))).toEqual([]);
  });

  test("a stop word in the words of agents, beside a hand-over as well, and not in a person's", () => {
    const word = textMention("DONE");
    const fired = [{ kind: "textMention", text: "DONE", agent: "A" }];
    expect(fires(word, said("A", "DONE"))).toEqual(fired);
    expect(fires(word, handed("A", "B", { text: "Over. DONE" }))).toEqual(fired);
    expect(fires(word, handed("A", "B", { text: "Over.", beside: "DONE" }))).toEqual(fired);
    expect(fires(word, handed("A", "B", { text: "DONE", beside: "Over." }))).toEqual(fired);
    expect(fires(word, asked("DONE"), floor("A", { reason: "DONE" }), ended("A", "DONE"))).toEqual([]);
    expect(fires(textMention("DONE", ["B"]), said("A", "DONE"))).toEqual([]);
  });

  test("somebody decided that it is finished, asked for the end, or could not have their turn; not inside a participant", () => {
    const finish: EventBody = { type: "finish.decided", agent: "selector", reason: "42" };
    expect(fires(finishedOrFailed, finish)).toEqual([{ kind: "finish", agent: "selector", reason: "42" }]);
    expect(fires(finishedOrFailed, { type: "stop.requested", person: MARIA })).toEqual([{ kind: "person", person: MARIA }]);
    expect(fires(finishedOrFailed, failed("A"))).toMatchObject([{ kind: "failure", agent: "A", error: { kind: "overloaded" } }]);
    for (const inner of [finish, failed("X")]) expect(fires(finishedOrFailed, { ...inner, within: "A" })).toEqual([]);
    expect(fires(finishedOrFailed, said("A"))).toEqual([]);
  });

  test("of people who are participants each ends the turn that they answer", () => {
    const turn = (agent: string) => handed(agent, "human", { turn: true });
    const both = [turn("Boss"), turn("Chief")]; // Seq 3 and 4.
    const spoke = (name: string, ...facts: readonly EventBody[]) => fires(source(name), ...both, ...facts).length > 0;
    expect([spoke("Boss", asked("x", { answers: 3 })), spoke("Chief", asked("x", { answers: 3 }))]).toEqual([true, false]);
    expect([spoke("Boss", asked("x")), spoke("Chief", asked("x"))]).toEqual([true, true]);
    // Answered already: a second answer ends nothing.
    expect(spoke("Chief", asked("x", { answers: 3 }), asked("y", { answers: 3 }))).toBe(false);
    expect(spoke("Chief", asked("x", { answers: 3 }), asked("y"))).toBe(true);
    expect(fires(source("Boss"), handed("Boss", "human"), asked("x"))).toEqual([]);
    expect(fires(source("Boss"), ...both, started(), asked("x"))).toEqual([]);
    expect(fires(textMention("OK", ["Chief"]), ...both, asked("OK"))).toEqual([{ kind: "textMention", text: "OK", agent: "Chief" }]);
    expect(fires(textMention("OK"), ...both, asked("OK"))).toEqual([{ kind: "textMention", text: "OK", agent: "Boss" }]);
  });
});

test("all looks at the borders of turns, and what was true within one is forgotten", () => {
  const both = all(source("A"), source("B"));
  expect(fires(both, floor("A"), said("A"), floor("B"), said("B"))).toEqual([
    { kind: "source", agent: "A" },
    { kind: "source", agent: "B" },
  ]);
  expect(fires(both, floor("A"), said("A"))).toEqual([]);
  expect(fires(all(), floor("A"), said("A"))).toEqual([]);
  expect(fires(both, floor("A"), said("A"), started(), floor("B"), said("B"))).toEqual([]);
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
