import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { all, any } from "../../../src/engine/limits/combined.ts";
import { describe as inWords } from "../../../src/engine/limits/termination.ts";
import { handoffTo } from "../../../src/engine/stops/handoff.ts";
import { maxMessages } from "../../../src/engine/stops/max-messages.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { source } from "../../../src/engine/stops/source.ts";
import { textMention } from "../../../src/engine/stops/text-mention.ts";
import { tokens } from "../../../src/engine/stops/tokens.ts";
import { usd } from "../../../src/engine/stops/usd.ts";
import type { TerminationCondition } from "../../../src/engine/team.ts";
import { floor, said, started } from "../../support/facts.ts";
import { MARIA, openLog } from "../../support/scripted.ts";
import { fires, say } from "../stops/firing.ts";

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

test("of no conditions neither fires", () => {
  const log = openLog();
  log.start("a");
  expect([all()(log.transcript), any()(log.transcript)]).toEqual([[], []]);
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
