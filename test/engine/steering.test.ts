import { describe, expect, test } from "vitest";
import type { EventBody } from "../../src/engine/events/events.ts";
import type { Question } from "../../src/engine/events/talk-fold.ts";
import { expiring, questionFor, steered, wasRead, wasWished, type Steering } from "../../src/engine/steering.ts";
import { MARIA, openLog } from "../support/scripted.ts";

const JONAS = { id: "U0JONAS", name: "Jonas" };
const START: EventBody = { type: "run.started", run: "r1", team: "t", startedBy: MARIA, haltsAtLimits: true };
const STOP: EventBody = { type: "run.stopped", run: "r1", reason: "", reasons: [], outcome: "done" };
const PAUSE: EventBody = { type: "run.paused", run: "r1", person: JONAS };
const floor = (agent: string): EventBody => ({ type: "speaker.selected", agent, by: "policy" });
const said = (id: string, text = "words", more: object = {}): EventBody => ({ type: "message.posted", person: MARIA, text, id, ...more });
const HALT: EventBody = { type: "limit.reached", run: "r1", reason: "", reasons: [{ kind: "maxTurns", limit: 3, count: 3 }] };

function logOf(...bodies: readonly EventBody[]) {
  const log = openLog();
  log.record(...bodies);
  return log.transcript;
}
const BY = { person: MARIA } as const;

/** What is recorded for a wish of Maria's in a log of these events. */
const wished = (wish: object, ...bodies: readonly EventBody[]) => steered(logOf(...bodies), { ...wish, ...BY } as Steering);

describe("what a person wants of a run", () => {
  test("a pause, of one that goes on and is not paused yet; its end, of one that is", () => {
    expect(wished({ kind: "pause" }, START)).toEqual([{ type: "run.paused", run: "r1", ...BY }]);
    expect(wished({ kind: "pause", id: "w1" }, START)).toEqual([{ type: "run.paused", run: "r1", ...BY, id: "w1" }]);
    for (const bodies of [[], [START, STOP], [START, PAUSE]]) expect(wished({ kind: "pause" }, ...bodies)).toEqual([]);
    expect(wished({ kind: "resume", id: "w2" }, START, PAUSE)).toEqual([{ type: "run.unpaused", run: "r1", ...BY, id: "w2" }]);
    expect(wished({ kind: "resume" }, START)).toEqual([]);
  });

  test("the end of every turn that is open", () => {
    expect(wished({ kind: "skip", id: "w" }, START, { ...floor("A"), others: ["B"] } as EventBody, floor("B"))).toEqual([
      { type: "turn.skipped", agent: "A", ...BY, id: "w" },
      { type: "turn.skipped", agent: "B", ...BY, id: "w" },
    ]);
    expect(wished({ kind: "skip" }, START)).toEqual([]);
  });

  test("more of what was reached, or a summary, at the halt that they saw and at no other", () => {
    expect(wished({ kind: "raise", seq: 2 }, START, HALT)).toEqual([{ type: "limit.raised", run: "r1", ...BY, to: { turns: 6 } }]);
    expect(wished({ kind: "summarize", seq: 2 }, START, HALT)).toEqual([{ type: "summary.requested", run: "r1", ...BY }]);
    const asked: EventBody = { type: "summary.requested", run: "r1", person: JONAS };
    for (const kind of ["raise", "summarize"] as const) {
      expect(wished({ kind, seq: 1 }, START, HALT)).toEqual([]);
      expect(wished({ kind, seq: 2 }, START)).toEqual([]);
      expect(wished({ kind, seq: 2 }, START, HALT, asked)).toEqual([]);
    }
  });

  test("nothing more where the ceiling is reached, and as much as it lets them below", () => {
    const raised = (turns: number) =>
      steered(
        logOf(START, HALT),
        { kind: "raise", seq: 2, ...BY },
        { limits: { turns, minutes: 60, tokens: 9_000, usd: 9 }, budget: () => 0 },
      );
    expect(raised(3)).toEqual([]);
    expect(raised(5)).toEqual([{ type: "limit.raised", run: "r1", ...BY, to: { turns: 5 } }]);
  });

  test("their judgement, of a run that there was", () => {
    expect(wished({ kind: "feedback", run: "r1", helpful: false }, START, STOP)).toEqual([
      { type: "feedback.given", run: "r1", ...BY, helpful: false },
    ]);
    expect(wished({ kind: "feedback", run: "r2", helpful: true }, START)).toEqual([]);
    expect(wished({ kind: "feedback", run: "r1", helpful: true }, { type: "run.resumed", run: "r1" })).toEqual([]);
  });

  test("that a yes for the whole run holds no more, as long as it does", () => {
    const asks: EventBody = { type: "approval.requested", agent: "A", call: "c", what: "x", tool: "t" };
    const yes: EventBody = { type: "approval.given", call: "c", approved: true, person: JONAS, scope: "run" };
    expect(wished({ kind: "withdraw", call: "c" }, START, asks, yes)).toEqual([{ type: "approval.withdrawn", call: "c", ...BY }]);
    expect(wished({ kind: "withdraw", call: "d" }, START, asks, yes)).toEqual([]);
    expect(wished({ kind: "withdraw", call: "c" }, START, asks)).toEqual([]);
  });
});

describe("a message that is changed or taken back", () => {
  const edit = (...bodies: readonly EventBody[]) => wished({ kind: "edit", id: "m", text: "other" }, ...bodies);
  const del = (...bodies: readonly EventBody[]) => wished({ kind: "delete", id: "m" }, ...bodies);
  const about = { of: 2, id: "m", ...BY };

  test("is, as long as nobody has read it: what was posted with it stays, what came along is as it is now", () => {
    const files = [{ hash: "h", name: "f", mediaType: "text/plain", bytes: 1 }];
    expect(edit(START, said("m"))).toEqual([{ type: "message.edited", ...about, text: "other" }]);
    expect(edit(START, said("m", "words", { files }))).toEqual([{ type: "message.edited", ...about, text: "other", files }]);
    const beside = [{ text: "note" }];
    const withBeside = (now: readonly { readonly text: string }[]) =>
      wished({ kind: "edit", id: "m", text: "other", beside: now }, START, said("m"));
    expect(withBeside(beside)).toEqual([{ type: "message.edited", ...about, text: "other", beside }]);
    expect(withBeside([])).toEqual([{ type: "message.edited", ...about, text: "other" }]);
    const sameWords = (now: readonly { readonly text: string }[]) =>
      wished({ kind: "edit", id: "m", text: "words", beside: now }, START, said("m", "words", { beside }));
    expect(sameWords(beside)).toEqual([]);
    expect(sameWords([{ text: "another" }])).toEqual([{ type: "message.edited", ...about, text: "words", beside: [{ text: "another" }] }]);
    expect(del(START, said("m"))).toEqual([{ type: "message.deleted", ...about }]);
  });

  test("is not, where it says the same, is another's, is of no run or an earlier one, or no message of a person's", () => {
    expect(wished({ kind: "edit", id: "m", text: "words" }, START, said("m"))).toEqual([]);
    for (const change of [edit, del]) {
      expect(change(START, { ...said("m"), person: JONAS } as EventBody)).toEqual([]);
      expect(change(START, said("n"))).toEqual([]);
      expect(change(START, said("m"), STOP)).toEqual([]);
      expect(change(START, said("m"), STOP, { ...START, run: "r2" } as EventBody)).toEqual([]);
      expect(change(START, { type: "run.paused", run: "r1", person: MARIA, id: "m" })).toEqual([]);
      expect(change(START, { type: "message.posted", agent: "m", text: "words" })).toEqual([]);
    }
  });

  test.each<EventBody>([
    floor("A"),
    { type: "tool.returned", agent: "A", call: "c", tool: "t", output: "" },
    { type: "tool.failed", agent: "A", call: "c", tool: "t", error: { kind: "x", message: "" } },
    {
      type: "code.ran",
      agent: "A",
      source: { seq: 1, block: 0 },
      language: "sh",
      outcome: "ok",
      exitCode: 0,
      output: "",
      elapsedMs: 1,
      executor: "x",
      files: [],
    },
  ])("is not, where a model has read it: behind %j", (event) => {
    expect(edit(START, said("m"), event)).toEqual([]);
    expect(del(START, said("m"), event)).toEqual([]);
    // Before it was said nobody has read it.
    expect(edit(START, event, said("m"))).toEqual([{ type: "message.edited", ...about, of: 3, text: "other" }]);
  });

  test("is not, where it answers a question; words that fit none are read later", () => {
    const asks: EventBody = { type: "handoff.made", agent: "A", to: "human", text: "?" };
    expect(edit(START, asks, said("m", "yes", { answers: 2 }))).toEqual([]);
    expect(edit(START, asks, said("m", "yes", { answers: 0 }))).toHaveLength(1);
  });

  test("is as it reads now: changed twice, but not once it was taken back, nor to what it says already", () => {
    const edited: EventBody = { type: "message.edited", of: 2, id: "m", person: MARIA, text: "other" };
    const deleted: EventBody = { type: "message.deleted", of: 2, id: "m", person: MARIA };
    const another: EventBody = { ...edited, id: "n" } as EventBody;
    expect(edit(START, said("m"), edited)).toEqual([]);
    expect(edit(START, said("m"), another)).toHaveLength(1);
    expect(wished({ kind: "edit", id: "m", text: "words" }, START, said("m"), edited)).toEqual([
      { type: "message.edited", ...about, text: "words" },
    ]);
    expect(edit(START, said("m"), deleted)).toEqual([]);
    expect(del(START, said("m"), deleted)).toEqual([]);
    // What came along, put back as it was at first.
    const [first, second] = [[{ text: "| 99 |" }], [{ text: "| 98 |" }]];
    const tableNow = { ...edited, text: "words", beside: second } as EventBody;
    expect(wished({ kind: "edit", id: "m", text: "words", beside: first }, START, said("m", "words", { beside: first }), tableNow)).toEqual(
      [{ type: "message.edited", ...about, text: "words", beside: first }],
    );
  });
});

test("a wish with an id is known again, and one without is none that was there", () => {
  const log = logOf(
    START,
    { type: "run.paused", run: "r1", person: MARIA, id: "w1" },
    said("m"),
    {
      type: "turn.skipped",
      agent: "A",
      person: MARIA,
      id: "w2",
    },
    { type: "run.unpaused", run: "r1", person: MARIA, id: "w3" },
    PAUSE,
  );
  const known = (wish: object) => wasWished(log, { ...wish, ...BY } as Steering);
  for (const [kind, id] of [
    ["pause", "w1"],
    ["skip", "w2"],
    ["resume", "w3"],
  ])
    expect(known({ kind, id })).toBe(true);
  expect(known({ kind: "pause", id: "w9" })).toBe(false);
  expect(known({ kind: "delete", id: "m" })).toBe(false);
  expect(known({ kind: "pause" })).toBe(false);
  expect(known({ kind: "raise", seq: 1 })).toBe(false);
});

describe("a person's words answer", () => {
  const question = (agent: string, seq: number, participant = agent) => ({ seq, agent, participant }) as Question;
  const questions = [question("Ada", 1), question("Ben", 2, "Crowd"), question("Jonas", 3)];

  test("the question of the agent, or the team, that they name, and none where it asks nothing", () => {
    expect(questionFor(questions, { person: MARIA, to: "Ben" })?.seq).toBe(2);
    expect(questionFor(questions, { person: MARIA, to: "Crowd" })?.seq).toBe(2);
    expect(questionFor(questions, { person: MARIA, to: "Cleo" })).toBeUndefined();
  });

  test("their own, by any spelling of their name, else the oldest", () => {
    expect(questionFor(questions, { person: { id: "U", name: "JONAS" } })?.seq).toBe(3);
    expect(questionFor(questions, { person: MARIA })?.seq).toBe(1);
    expect(questionFor([], { person: MARIA })).toBeUndefined();
  });
});

test("what is over is told at its time, and when the next one is; what waits for ever is not", () => {
  const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
  const asks = (agent: string, hour?: number): EventBody => ({
    type: "handoff.made",
    agent,
    to: "human",
    text: "?",
    ...(hour ? { answerBy: at(hour) } : {}),
  });
  const call = (name: string, hour?: number): EventBody => ({
    type: "approval.requested",
    agent: "A",
    call: name,
    what: "",
    ...(hour ? { approveBy: at(hour) } : {}),
  });
  const log = logOf(START, asks("A", 10), asks("B", 12), asks("C"), call("c", 11), call("d", 13), call("e"));
  const read = (hour: number) => expiring(log, Date.UTC(2026, 0, 1, hour));
  expect(read(9)).toEqual({ over: [], next: at(10) });
  expect(read(10)).toEqual({ over: [{ type: "question.expired", of: 2 }], next: at(11) });
  expect(read(11)).toEqual({
    over: [
      { type: "question.expired", of: 2 },
      { type: "approval.expired", call: "c" },
    ],
    next: at(12),
  });
  expect(read(13).over).toHaveLength(4);
  expect(read(13).next).toBeUndefined();
});

test("what was said is read once somebody has the floor behind it", () => {
  const log = logOf(START, floor("A"), said("m"), floor("B"));
  expect([wasRead(log, 1), wasRead(log, 3), wasRead(log, 4)]).toEqual([true, true, false]);
});
