import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventBody } from "../../src/engine/events/events.ts";
import {
  all,
  any,
  describe as inWords,
  handoffTo,
  maxMessages,
  maxTurns,
  minutes,
  source,
  textMention,
  tokens,
  usd,
} from "../../src/engine/limits/termination.ts";
import type { TerminationCondition } from "../../src/engine/team.ts";
import { MARIA, openLog } from "../support/scripted.ts";

const say = (agent: string, text: string, usage?: { inputTokens: number; outputTokens: number; usd?: number }): EventBody => ({
  type: "message.posted",
  agent,
  text,
  ...(usage ? { usage } : {}),
});

test("tokens count every model call of the run, the selector's too", () => {
  const log = openLog();
  log.start("t");
  log.record(say("a", "x", { inputTokens: 1, outputTokens: 1 }), {
    type: "speaker.selected",
    agent: "a",
    by: "selector",
    usage: { inputTokens: 3, outputTokens: 3 },
  });
  expect(tokens({ total: 9 })(log.transcript)).toEqual([]);
  expect(tokens({ total: 8 })(log.transcript)).toEqual([{ kind: "tokens", limit: 8, total: 8, input: 4, output: 4 }]);
  expect(tokens({ output: 4 })(log.transcript)).toHaveLength(1);
  expect(tokens({ input: 5 })(log.transcript)).toEqual([]);
});

test("the stop word is case-sensitive, anywhere a part of a word counts, and it can be limited to some agents", () => {
  const log = openLog();
  log.start("stop");
  const condition = textMention("stop", ["agent"], "anywhere");
  expect(condition(log.transcript)).toEqual([]);
  log.record(say("other", "stop"), say("agent", "STOP"));
  expect(condition(log.transcript)).toEqual([]);
  log.record(say("agent", "unstoppable"));
  expect(condition(log.transcript)).toEqual([{ kind: "textMention", text: "stop", agent: "agent" }]);
});

test.each([
  ["TERMINATE", true],
  ["It is 42. TERMINATE", true],
  ["It is 42.\n\n**TERMINATE**", true],
  ["It is 42.\nTERMINATE.", true],
  ["Verdict: TERMINATE", true],
  ["It is 42 ✅ TERMINATE", true],
  ["- checked\n- TERMINATE", true],
  ["答案是42。TERMINATE", true],
  ["```\nprint(1)\n```\nTERMINATE", true],
  ['He said "done." TERMINATE!', true],
  ["Reply with TERMINATE", false],
  ["Reply with `TERMINATE`.", false],
  ["TERMINATE is what you say at the end", false],
  ["I shall not TERMINATE yet.", false],
  ["He wrote:\n> TERMINATE", false],
  ["This is how:\n```\nTERMINATE\n```", false],
  ["NOTTERMINATE", false],
  ["Exterminate. DETERMINATE", false],
])("a stop word counts where it ends a message: %j", (words, ends) => {
  const log = openLog();
  log.start("t");
  log.record(say("a", words));
  expect(textMention("TERMINATE")(log.transcript).length > 0).toBe(ends);
});

test("a stop word that is all marks is looked for as it stands", () => {
  const log = openLog();
  log.start("t");
  log.record(say("a", "So be it. !!!"));
  expect(textMention("!!!")(log.transcript)).toHaveLength(1);
});

test("all reports its reasons in the order in which they fired, each as it was then", () => {
  const log = openLog();
  log.start("a");
  const both = all(textMention("stop"), maxMessages(2));
  log.record(say("x", "go"), say("x", "on"));
  expect(both(log.transcript)).toEqual([]);
  log.record(say("x", "stop"));
  expect(both(log.transcript)).toMatchObject([
    { kind: "maxMessages", count: 2 },
    { kind: "textMention", agent: "x" },
  ]);
  log.record(say("x", "more"));
  expect(both({ events: [...log.events] })).toEqual(both(log.transcript));
  log.start("b");
  expect(both(log.transcript)).toEqual([]);
});

test("a person who is a participant ends a run with the answer that is their turn, and with no other words", () => {
  const log = openLog();
  log.start("APPROVE or not");
  const [words, spoke] = [textMention("APPROVE", ["Boss"]), source("Boss")];
  log.record({ type: "message.posted", person: { id: "u", name: "Maria" }, text: "APPROVE" });
  log.record({ type: "handoff.made", agent: "Boss", to: "human", text: "draft", turn: true });
  expect([words(log.transcript), spoke(log.transcript)]).toEqual([[], []]);
  log.record({ type: "message.posted", person: { id: "u", name: "Maria" }, text: "APPROVE", answers: 0 });
  expect(spoke(log.transcript)).toEqual([]);
  log.record({ type: "message.posted", person: { id: "u", name: "Maria" }, text: "Fine. APPROVE" });
  expect(words(log.transcript)).toEqual([{ kind: "textMention", text: "APPROVE", agent: "Boss" }]);
  expect(spoke(log.transcript)).toEqual([{ kind: "source", agent: "Boss" }]);
});

test("what a participant who is a person is asked at their turn is nobody's words and no hand-over that ends a run", () => {
  const log = openLog();
  log.start("a");
  const conditions = [textMention("APPROVE", ["Boss"]), textMention("APPROVE"), handoffTo("human")];
  log.record({ type: "handoff.made", agent: "Boss", to: "human", text: "Will you APPROVE", turn: true });
  log.record({ type: "handoff.made", agent: "Boss", to: "human", text: "Say: APPROVE", turn: true });
  expect(conditions.map((condition) => condition(log.transcript))).toEqual([[], [], []]);
  log.record({ type: "handoff.made", agent: "Ana", to: "human", text: "Well? APPROVE" });
  expect(conditions.map((condition) => condition(log.transcript).length)).toEqual([0, 1, 1]);
});

test("any reports all that hold at once; all waits for the last", () => {
  const log = openLog();
  log.start("a");
  const two = [maxMessages(2), textMention("stop")];
  log.record(say("x", "go"));
  expect(all(...two)(log.transcript)).toEqual([]);
  expect(any(...two)(log.transcript).map(inWords)).toEqual(["reached 2 messages"]);
  log.record(say("x", "stop"));
  expect(any(...two)(log.transcript).map(inWords)).toEqual(["reached 2 messages", 'x said "stop"']);
  expect(all(...two)(log.transcript)).toHaveLength(2);
});

test("messages can be counted together with the work between them", () => {
  const log = openLog();
  log.start("t");
  log.record(
    { type: "tool.called", agent: "a", call: "c", tool: "t", args: "{}" },
    { type: "tool.returned", agent: "a", call: "c", tool: "t", output: "x" },
    say("a", "done"),
  );
  expect(maxMessages(3)(log.transcript)).toEqual([]);
  expect(maxMessages(3, { events: true })(log.transcript)).toEqual([{ kind: "maxMessages", limit: 3, count: 4 }]);
  log.start("again");
  expect(maxMessages(2, { events: true })(log.transcript)).toEqual([]);
});

test("a new run starts with fresh counters", () => {
  const log = openLog();
  log.start("a");
  log.record(say("x", "stop", { inputTokens: 9, outputTokens: 9, usd: 1 }));
  const conditions = [textMention("stop"), maxMessages(2), tokens({ total: 1 }), usd(1)];
  for (const condition of conditions) expect(condition(log.transcript)).toHaveLength(1);
  log.record({ type: "run.stopped", run: "r", outcome: "done", reason: "", reasons: [] });
  log.start("b");
  for (const condition of conditions) expect(condition(log.transcript)).toEqual([]);
});

test("hand-over and minutes", () => {
  const log = openLog(60_000);
  log.start("t");
  log.record({ type: "handoff.made", agent: "a", to: "b", text: "" });
  expect(handoffTo("b")(log.transcript)).toEqual([{ kind: "handoff", agent: "a", to: "b" }]);
  expect(handoffTo("c")(log.transcript)).toEqual([]);
  expect(minutes(2)(log.transcript)).toMatchObject([{ kind: "minutes", elapsed: 2 }]);
});

const anyEvent: fc.Arbitrary<EventBody> = fc.oneof(
  fc
    .record({ agent: fc.constantFrom("a", "b"), text: fc.constantFrom("x", "stop", "done") })
    .map(({ agent, text }) => say(agent, text, { inputTokens: 1, outputTokens: 2, usd: 0.1 })),
  fc.constantFrom<EventBody>(
    { type: "speaker.selected", agent: "a", by: "policy" },
    { type: "handoff.made", agent: "a", to: "b", text: "" },
    { type: "message.posted", person: MARIA, text: "stop" },
  ),
);
const anyCondition = fc.constantFrom<TerminationCondition>(
  textMention("stop"),
  textMention("done", ["b"]),
  maxMessages(3),
  maxTurns(2),
  tokens({ total: 7 }),
  usd(0.4),
  handoffTo("b"),
);

test("any and all obey their algebra, and a log read event by event says what a log read at once says", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 12 }), anyCondition, anyCondition, anyCondition, (events, p, q, r) => {
      const log = openLog();
      log.start("t");
      const fired = (condition: TerminationCondition) => condition(log.transcript).length > 0;
      for (const event of events) {
        log.record(event);
        expect(any(p, q)(log.transcript)).toEqual([...p(log.transcript), ...q(log.transcript)]);
        expect(fired(all(p, q))).toBe(fired(p) && fired(q));
        expect(fired(any(p, all(q, r)))).toBe(fired(p) || (fired(q) && fired(r)));
        expect(fired(all(p, any(q, r)))).toBe(fired(any(all(p, q), all(p, r))));
        const afresh = { events: [...log.events] };
        for (const condition of [p, q, r]) expect(condition(afresh)).toEqual(condition(log.transcript));
      }
      expect(any()(log.transcript)).toEqual([]);
      expect(all()(log.transcript)).toEqual([]);
    }),
  );
});
