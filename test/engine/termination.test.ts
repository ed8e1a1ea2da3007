import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventBody } from "../../src/engine/events.ts";
import {
  all,
  any,
  describe as inWords,
  handoffTo,
  maxMessages,
  maxTurns,
  minutes,
  textMention,
  tokens,
  usd,
} from "../../src/engine/termination.ts";
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

test("the stop word is case-sensitive, a part of a word counts, and it can be limited to some agents", () => {
  const log = openLog();
  log.start("stop");
  const condition = textMention("stop", ["agent"]);
  expect(condition(log.transcript)).toEqual([]);
  log.record(say("other", "stop"), say("agent", "STOP"));
  expect(condition(log.transcript)).toEqual([]);
  log.record(say("agent", "unstoppable"));
  expect(condition(log.transcript)).toEqual([{ kind: "textMention", text: "stop", agent: "agent" }]);
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
