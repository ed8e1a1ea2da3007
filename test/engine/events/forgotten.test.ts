import { expect, test } from "vitest";
import { isTheirs, rewritten, withoutPerson, wordless, type Pen } from "../../../src/engine/events/forgotten.ts";
import type { EventBody, RunEvent, StopReason } from "../../../src/engine/events/events.ts";
import { AT, EVENTS, FILE, MARIA, NOBODY } from "./events-with-words.ts";

const JONAS = { id: "U0JONAS", name: "Jonas" };
const THEN = "2026-02-01T00:00:00.000Z";

const event = (body: EventBody): RunEvent => ({ ...body, seq: 7, at: AT });
/** Marks all that it is handed, so that what was looked at can be told from what was kept. */
const marking: Pen = {
  text: (text) => text.replaceAll("said", "SAID"),
  person: () => NOBODY,
  file: (file) => ({ ...file, name: "put.txt" }),
  settings: (hash) => `${hash} put`,
};

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
