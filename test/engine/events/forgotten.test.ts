import { expect, test } from "vitest";
import { isTheirs, rewritten, withoutPerson, wordless, type Pen } from "../../../src/engine/events/forgotten.ts";
import type { EventBody, RunEvent, StopReason } from "../../../src/engine/events/events.ts";

const MARIA = { id: "U0MARIA", name: "Maria Sole" };
const JONAS = { id: "U0JONAS", name: "Jonas" };
const NOBODY = { id: "p1", name: "Somebody" };
const AT = "2026-01-05T09:00:00.000Z";
const THEN = "2026-02-01T00:00:00.000Z";
const USAGE = { inputTokens: 1, outputTokens: 2, usd: 0.1 };
const FILE = { hash: "h", name: "said.txt", mediaType: "text/plain", bytes: 4 };

const event = (body: EventBody): RunEvent => ({ ...body, seq: 7, at: AT });
/** Marks all that it is handed, so that what was looked at can be told from what was kept. */
const marking: Pen = {
  text: (text) => text.replaceAll("said", "SAID"),
  person: () => NOBODY,
  file: (file) => ({ ...file, name: "put.txt" }),
  settings: (hash) => `${hash} put`,
};
const PUT = { ...FILE, name: "put.txt" };

/** Each with all of its fields, and what the pen makes of those that have words; the others stay. "said" stands wherever it may. */
const EVENTS: readonly (readonly [EventBody, object])[] = [
  [
    {
      type: "run.started",
      run: "said",
      team: "said",
      startedBy: MARIA,
      teamHash: "h",
      turnsInFile: true,
      haltsAtLimits: true,
      code: "ask",
      tools: "off",
      ahead: 2,
      goesOn: true,
      unkept: true,
      forkedFrom: { run: "said", seq: 1, team: "said" },
    },
    { startedBy: NOBODY, teamHash: "h put" },
  ],
  [
    {
      type: "message.posted",
      person: MARIA,
      text: "said",
      id: "said",
      files: [FILE],
      beside: [{ source: "said", text: "said" }, { text: "said" }],
      answers: 3,
    },
    { person: NOBODY, text: "SAID", files: [PUT], beside: [{ source: "SAID", text: "SAID" }, { text: "SAID" }] },
  ],
  [
    { type: "message.posted", agent: "said", text: "said", kind: "summary", model: "said", notices: ["said"], usage: USAGE },
    { text: "SAID", notices: ["SAID"] },
  ],
  [
    {
      type: "speaker.selected",
      agent: "said",
      by: "selector",
      reason: "said",
      instruction: "said",
      progress: true,
      others: ["said"],
      leader: "said",
      notices: ["said"],
      usage: USAGE,
    },
    { reason: "SAID", instruction: "SAID", notices: ["SAID"] },
  ],
  [
    {
      type: "tool.called",
      agent: "said",
      call: "said",
      tool: "said",
      args: '{"a":"said"}',
      text: "said",
      others: [{ call: "said", tool: "said", args: '["said"]' }],
      model: "said",
      notices: ["said"],
      usage: USAGE,
    },
    { args: '{"a":"SAID"}', text: "SAID", others: [{ call: "said", tool: "said", args: '["SAID"]' }], notices: ["SAID"] },
  ],
  [
    {
      type: "tool.returned",
      agent: "said",
      call: "said",
      tool: "said",
      output: "said",
      files: [FILE],
      changed: { person: MARIA, args: '"said"' },
      usage: USAGE,
    },
    { output: "SAID", files: [PUT], changed: { person: NOBODY, args: '"SAID"' } },
  ],
  [
    {
      type: "tool.failed",
      agent: "said",
      call: "said",
      tool: "said",
      error: { kind: "said", message: "said" },
      changed: { person: MARIA, args: '"said"' },
      usage: USAGE,
    },
    { error: { kind: "said", message: "SAID" }, changed: { person: NOBODY, args: '"SAID"' } },
  ],
  [
    { type: "code.written", agent: "said", text: "said", notices: ["said"], usage: USAGE },
    { text: "SAID", notices: ["SAID"] },
  ],
  [
    {
      type: "code.ran",
      agent: "said",
      source: { seq: 1, block: 0 },
      language: "said",
      outcome: "ok",
      exitCode: 0,
      output: "said",
      elapsedMs: 1,
      executor: "said",
      files: [FILE],
      memoryPeakBytes: 9,
      limits: { timeoutMs: 1, memoryMb: 2, outputBytesMax: 3 },
      changed: { person: MARIA, code: "said" },
    },
    { output: "SAID", files: [PUT], changed: { person: NOBODY, code: "SAID" } },
  ],
  [
    {
      type: "handoff.made",
      agent: "said",
      to: "said",
      text: "said",
      turn: true,
      beside: "said",
      options: ["said", "no"],
      call: "said",
      answerBy: AT,
      usage: USAGE,
    },
    { text: "SAID", beside: "SAID", options: ["SAID", "no"] },
  ],
  [
    { type: "approval.requested", agent: "said", call: "said", what: "said", tool: "said", language: "said", lasting: true, approveBy: AT },
    { what: "SAID" },
  ],
  [
    { type: "approval.given", call: "said", approved: true, person: MARIA, reason: "said", scope: "run", edited: "said" },
    { person: NOBODY, reason: "SAID", edited: "SAID" },
  ],
  [{ type: "approval.expired", call: "said" }, {}],
  [{ type: "approval.withdrawn", call: "said", person: MARIA }, { person: NOBODY }],
  [
    { type: "turn.ended", agent: "said", reason: "said", notices: ["said"], usage: USAGE },
    { reason: "SAID", notices: ["SAID"] },
  ],
  [
    { type: "turn.failed", agent: "said", error: { kind: "said", message: "said" }, notices: ["said"], usage: USAGE },
    { error: { kind: "said", message: "SAID" }, notices: ["SAID"] },
  ],
  [
    { type: "turn.skipped", agent: "said", person: MARIA, id: "skip/U0MARIA/1" },
    { person: NOBODY, id: "skip/p1/1" },
  ],
  [{ type: "finish.decided", agent: "said", reason: "said", usage: USAGE }, { reason: "SAID" }],
  [
    {
      type: "stance.given",
      agent: "said",
      of: 3,
      stance: "disagree",
      reason: "said",
      error: { kind: "said", message: "said" },
      notices: ["said"],
      usage: USAGE,
    },
    { reason: "SAID", error: { kind: "said", message: "SAID" }, notices: ["SAID"] },
  ],
  [{ type: "speaker.requested", speaker: "said", person: MARIA }, { person: NOBODY }],
  [
    { type: "run.paused", run: "said", person: MARIA, id: "U0MARIA" },
    { person: NOBODY, id: "p1" },
  ],
  [
    { type: "run.unpaused", run: "said", person: MARIA, id: "U0MARIA" },
    { person: NOBODY, id: "p1" },
  ],
  [
    { type: "message.edited", of: 3, id: "said", person: MARIA, text: "said", files: [FILE], beside: [{ text: "said" }] },
    { person: NOBODY, text: "SAID", files: [PUT], beside: [{ text: "SAID" }] },
  ],
  [{ type: "message.deleted", of: 3, id: "said", person: MARIA }, { person: NOBODY }],
  [{ type: "question.expired", of: 3 }, {}],
  [{ type: "feedback.given", run: "said", person: MARIA, helpful: true }, { person: NOBODY }],
  [{ type: "limit.neared", run: "said", limit: "budget", account: "person/U0MARIA", used: 1, of: 2 }, { account: "person/p1" }],
  [{ type: "limit.neared", run: "said", limit: "turns", used: 1, of: 2 }, {}],
  [
    {
      type: "limit.reached",
      run: "said",
      reason: "said",
      reasons: [{ kind: "finish", agent: "said", reason: "said" }],
      until: AT,
      offer: {
        to: { turns: 4 },
        budgets: [{ account: "person/U0MARIA", usd: 1 }],
        atCeiling: [
          { limit: "budget", account: "person/U0MARIA", most: 1 },
          { limit: "turns", most: 9 },
        ],
      },
      agent: "said",
      notices: ["said"],
      usage: USAGE,
    },
    {
      reason: "SAID",
      reasons: [{ kind: "finish", agent: "said", reason: "SAID" }],
      offer: {
        to: { turns: 4 },
        budgets: [{ account: "person/p1", usd: 1 }],
        atCeiling: [
          { limit: "budget", account: "person/p1", most: 1 },
          { limit: "turns", most: 9 },
        ],
      },
      notices: ["SAID"],
    },
  ],
  [{ type: "limit.raised", run: "said", person: MARIA, to: { turns: 4 }, budgets: [{ account: "workspace", usd: 1 }] }, { person: NOBODY }],
  [{ type: "summary.requested", run: "said", person: MARIA }, { person: NOBODY }],
  [{ type: "stop.requested", person: MARIA }, { person: NOBODY }],
  [{ type: "context.summarized", agent: "said", upToSeq: 3, text: "said", usage: USAGE }, { text: "SAID" }],
  [{ type: "run.resumed", run: "said" }, {}],
  [
    { type: "run.stopped", run: "said", reason: "said", reasons: [{ kind: "textMention", text: "said", agent: "said" }], outcome: "done" },
    { reason: "SAID", reasons: [{ kind: "textMention", text: "SAID", agent: "said" }] },
  ],
];

test.each(EVENTS)("words, people, files and settings are put anew, and all else stays: %j", (body, put) => {
  const before = { ...event(body), within: "said", quiet: true as const };
  const after = rewritten(before, marking, THEN);
  if (Object.keys(put).length === 0) expect(after).toBe(before);
  else expect(after).toEqual({ ...before, ...put, forgotten: THEN });
});

test("when words were taken out first stays told", () => {
  const once = { ...event({ type: "code.written", agent: "A", text: "said" }), forgotten: AT };
  expect(rewritten(once, marking, THEN)).toEqual({ ...once, text: "SAID" });
});

test("thoughts, rules that are never stored, and fields that nobody knows are left out", () => {
  const called = event({ type: "tool.called", agent: "A", call: "c", tool: "t", args: "{}", kept: { by: "x", what: { thought: "said" } } });
  expect(rewritten(called, marking, THEN)).not.toHaveProperty("kept");
  const started = event({ type: "run.started", run: "r", team: "t", startedBy: NOBODY, held: [], anew: true });
  const { held: _held, anew: _anew, ...rest } = started as RunEvent & { type: "run.started" };
  expect(rewritten(started, marking, THEN)).toEqual({ ...rest, forgotten: THEN });
  const odd = { ...event({ type: "run.resumed", run: "r" }), words: "said" } as unknown as RunEvent;
  expect(rewritten(odd, marking, THEN)).not.toHaveProperty("words");
});

test("which characters code has printed is told as long as the text is the same", () => {
  const posted = (text: string) => event({ type: "message.posted", agent: "A", text, printed: { from: 0, to: 2 } });
  expect(rewritten(posted("nothing"), marking, THEN)).toEqual(posted("nothing"));
  expect(rewritten(posted("said"), marking, THEN)).not.toHaveProperty("printed");
});

test("without a word: a mark stands for text, none for files and settings, and arguments stay JSON", () => {
  const pen = wordless(() => NOBODY);
  const put = (body: EventBody) => rewritten(event(body), pen, THEN);
  expect(put({ type: "message.posted", person: MARIA, text: "said", files: [FILE] })).toEqual({
    ...event({ type: "message.posted", person: NOBODY, text: "(forgotten)", files: [] }),
    forgotten: THEN,
  });
  expect(put({ type: "message.posted", agent: "A", text: "" })).toEqual(event({ type: "message.posted", agent: "A", text: "" }));
  expect(put({ type: "tool.called", agent: "A", call: "c", tool: "t", args: '{"a":1}' })).toMatchObject({ args: "{}" });
  expect(put({ type: "run.started", run: "r", team: "t", startedBy: MARIA, teamHash: "h" })).not.toHaveProperty("teamHash");
});

test.each<readonly [StopReason, object]>([
  [{ kind: "goal", goal: "said", text: "said" }, { text: "SAID" }],
  [{ kind: "budget", account: "person/U0MARIA", day: "d", limit: 1, spent: 1, priced: true }, { account: "person/p1" }],
  [{ kind: "budget", account: "thread", day: "d", limit: 1, spent: 1, priced: true }, {}],
  [{ kind: "person", person: MARIA }, { person: NOBODY }],
  [{ kind: "failure", agent: "said", error: { kind: "said", message: "said" } }, { error: { kind: "said", message: "SAID" } }],
  [{ kind: "maxTurns", limit: 1, count: 1 }, {}],
  [{ kind: "handoff", agent: "said", to: "said" }, {}],
  [{ kind: "source", agent: "said" }, {}],
  [{ kind: "toolCalled", tool: "said" }, {}],
  [{ kind: "nobody" }, {}],
])("the words of a reason to stop are put anew: %j", (reason, put) => {
  const stopped = (one: StopReason) => event({ type: "run.stopped", run: "r", reason: "", reasons: [one], outcome: "done" });
  expect(rewritten(stopped(reason), marking, THEN)).toMatchObject({ reasons: [{ ...reason, ...put }] });
});

test("another name stands where a person's id or full name stands in others' words, longest first, as a whole word", () => {
  const pen = withoutPerson("U0MARIA", ["Maria Sole", "Maria", "Mia", "M.(S)ole"], NOBODY);
  const text = (words: string) => pen.text(words);
  expect(text("Maria Sole and Maria, said U0MARIA.")).toBe("Somebody and Somebody, said Somebody.");
  expect(text("Mariana, xMaria, Maria_1, MariaÄ and Maria2 are others")).toBe("Mariana, xMaria, Maria_1, MariaÄ and Maria2 are others");
  expect(text("M.(S)ole is, MxSole is not; Mia is too short")).toBe("Somebody is, MxSole is not; Mia is too short");
  expect(text("Anna is another")).toBe("Anna is another");
  expect([pen.person(MARIA), pen.person(JONAS)]).toEqual([NOBODY, JONAS]);
  expect([pen.file(FILE), pen.settings("h")]).toEqual([FILE, "h"]);
});

test("of a person with a short id and no name nothing is looked for in words", () => {
  expect(withoutPerson("U1", [], NOBODY).text("U1 said")).toBe("U1 said");
  expect(withoutPerson("U123", [], NOBODY).text("U123 said")).toBe("Somebody said");
});

test.each<readonly [EventBody, boolean]>([
  [{ type: "message.posted", person: MARIA, text: "" }, true],
  [{ type: "message.posted", person: JONAS, text: "" }, false],
  [{ type: "message.posted", agent: "U0MARIA", text: "" }, false],
  [{ type: "tool.returned", agent: "A", call: "c", tool: "t", output: "", changed: { person: MARIA, args: "" } }, true],
  [{ type: "tool.returned", agent: "A", call: "c", tool: "t", output: "", changed: { person: JONAS, args: "" } }, false],
  [{ type: "limit.raised", run: "r", to: {} }, false],
  [{ type: "run.resumed", run: "r" }, false],
])("whose words an event's are: %j", (body, theirs) => {
  expect(isTheirs(event(body), MARIA.id)).toBe(theirs);
});
