import { expect, test } from "vitest";
import { CALLER, type EventBody } from "../../../src/engine/events/events.ts";
import { read, readAgain, type Fold } from "../../../src/engine/reading/fold.ts";
import {
  amend,
  amendedText,
  askedBy,
  beginOfTurn,
  eventsOfTurn,
  isMessage,
  lastSpeaker,
  messagesOfRun,
  owedTurn,
  repliesGiven,
  wasHeard,
} from "../../../src/engine/reading/transcript.ts";
import { MARIA, openLog } from "../../support/scripted.ts";

const JONAS = { id: "U0JONAS", name: "Jonas" };
const START: EventBody = { type: "run.started", run: "r1", team: "t", startedBy: MARIA };
const ANEW: EventBody = { ...START, anew: true } as EventBody;
const floor = (agent: string, more: object = {}): EventBody => ({ type: "speaker.selected", agent, by: "policy", ...more });
const said = (id: string, text: string, more: object = {}): EventBody => ({ type: "message.posted", person: MARIA, text, id, ...more });
const spoke = (agent: string, text: string, more: object = {}): EventBody => ({ type: "message.posted", agent, text, ...more });
const failed = (agent: string, more: object = {}): EventBody => ({
  type: "turn.failed",
  agent,
  error: { kind: "x", message: "" },
  ...more,
});

function logOf(...bodies: readonly EventBody[]) {
  const log = openLog();
  log.record(...bodies);
  return log;
}
const of = (...bodies: readonly EventBody[]) => logOf(...bodies).transcript;

test("a log is read once, and on from where it was read; put anew it is read again from its beginning", () => {
  const steps: number[] = [];
  const counting: Fold<number> = {
    initial: () => 0,
    step(count, { seq }) {
      steps.push(seq);
      return count + 1;
    },
  };
  const log = logOf(START, floor("A"));
  expect([read(log.transcript, counting), read(log.transcript, counting)]).toEqual([2, 2]);
  log.record(floor("B"));
  expect(read(log.transcript, counting)).toBe(3);
  expect(steps).toEqual([1, 2, 3]);
  readAgain(log.transcript);
  expect(read(log.transcript, counting)).toBe(3);
  expect(steps).toEqual([1, 2, 3, 1, 2, 3]);
  expect(read({ events: [] }, counting)).toBe(0);
});

const FILE = { hash: "h", name: "f", mediaType: "text/plain", bytes: 1 };

test("what was said in a run is told as it reads now, in its place", () => {
  const changed = (id: string, text: string, more: object = {}): EventBody => ({
    type: "message.edited",
    of: 2,
    id,
    person: MARIA,
    text,
    ...more,
  });
  const texts = (...bodies: readonly EventBody[]) => messagesOfRun(of(...bodies)).map(({ text }) => text);
  expect(messagesOfRun({ events: [] })).toEqual([]);
  expect(texts(START, said("m", "one"), spoke("A", "two"), floor("B"), said("n", "three"))).toEqual(["one", "two", "three"]);
  expect(texts(START, said("m", "one"), START, said("n", "two"))).toEqual(["two"]);
  expect(texts(START, said("m", "one"), said("n", "two"), changed("m", "ONE"))).toEqual(["ONE", "two"]);
  expect(texts(START, said("m", "one"), changed("other", "ONE"))).toEqual(["one"]);
  expect(texts(START, said("m", "one"), { type: "message.deleted", of: 2, id: "m", person: MARIA })).toEqual(["(took this message back)"]);
  expect(texts(START, spoke("A", "quiet", { quiet: true }), spoke("A", "loud"))).toEqual(["loud"]);
});

test("of a changed message the files stay, and what came along is as it is now; of one taken back neither does", () => {
  const amended = (event: EventBody) => {
    const { events } = logOf(
      START,
      spoke("m", "no person"),
      said("m", "one", { files: [FILE], beside: [{ text: "before" }] }),
      said("m", "again"),
      event,
    );
    const copy = [...events].filter(({ seq }) => seq !== 4);
    amend(copy, events[4] as Parameters<typeof amend>[1]);
    return copy[2];
  };
  const edited: EventBody = { type: "message.edited", of: 3, id: "m", person: MARIA, text: "two" };
  expect(amended({ ...edited, beside: [{ text: "now" }] })).toMatchObject({
    seq: 3,
    text: "two",
    files: [FILE],
    beside: [{ text: "now" }],
  });
  expect(amended(edited)).not.toHaveProperty("beside");
  expect(amended(edited)).toMatchObject({ files: [FILE] });
  const back = amended({ type: "message.deleted", of: 3, id: "m", person: MARIA });
  expect(back).toMatchObject({ text: "(took this message back)", files: [] });
  expect(back).not.toHaveProperty("beside");
  expect(amendedText(logOf({ ...edited, text: "x" }).events[0] as Parameters<typeof amendedText>[0])).toBe("x");
});

test("the last of two messages with one id is the one that is changed, and what is no person's message is left alone", () => {
  const { events } = logOf(said("m", "one"), said("m", "two"), spoke("A", "three"));
  const edited = { type: "message.edited", of: 2, id: "m", person: MARIA, text: "TWO", seq: 4, at: "" } as const;
  amend(events, edited);
  amend(events, { ...edited, id: "nobody's" });
  expect(events.map((event) => "text" in event && event.text)).toEqual(["one", "TWO", "three"]);
});

test("words, hand-overs and questions are messages; what a person whose turn it is is asked, and what is quiet, is none", () => {
  const isOne = (body: EventBody) => isMessage({ ...body, seq: 1, at: "" });
  const hands: EventBody = { type: "handoff.made", agent: "A", to: "human", text: "?" };
  expect([isOne(said("m", "")), isOne(spoke("A", "")), isOne(hands)]).toEqual([true, true, true]);
  expect(isOne({ ...hands, turn: true })).toBe(false);
  expect(isOne({ ...hands, quiet: true } as EventBody)).toBe(false);
  expect(isOne(floor("A"))).toBe(false);
});

test("a turn is what came behind the agent's own last selection, or behind the run's start", () => {
  const log = of(START, floor("A"), spoke("A", "1"), floor("B"), spoke("B", "2"), floor("A"), spoke("A", "3"));
  const seqs = (agent: string) => eventsOfTurn(log, agent).map(({ seq }) => seq);
  expect([seqs("A"), seqs("B"), seqs("C")]).toEqual([[7], [5, 6, 7], [2, 3, 4, 5, 6, 7]]);
  expect([beginOfTurn(log, "A"), beginOfTurn(log, "B"), beginOfTurn(log, "C")]).toEqual([6, 4, 1]);
  expect(beginOfTurn({ events: [] }, "A")).toBe(0);
  expect(eventsOfTurn(of(floor("A"), START, floor("B")), "A")).toHaveLength(1);
});

test("replies of a model are counted by whoever asked for them, as many as each event sums", () => {
  const usage = { inputTokens: 1, outputTokens: 1 };
  const log = of(
    START,
    spoke("A", "1", { usage }),
    spoke("A", "2", { usage: { ...usage, calls: 3 } }),
    spoke("B", "3", { usage }),
    said("m", "4"),
  );
  expect([repliesGiven(log, "A"), repliesGiven(log, "B"), repliesGiven(log, "C")]).toEqual([4, 1, 0]);
});

test("who had the floor last is known over runs, unless who speaks is decided anew; inside a participant does not count", () => {
  expect(lastSpeaker({ events: [] })).toBeUndefined();
  expect(lastSpeaker(of(START, floor("A"), floor("B", { within: "Crowd" })))).toBe("A");
  expect(lastSpeaker(of(START, floor("A"), START, spoke("B", "")))).toBe("A");
  expect(lastSpeaker(of(START, floor("A"), ANEW))).toBeUndefined();
});

test("a turn that failed is owed until somebody has the floor, or who speaks is decided anew", () => {
  expect(owedTurn({ events: [] })).toBeUndefined();
  expect(owedTurn(of(START, floor("A"), failed("A")))).toBe("A");
  expect(owedTurn(of(START, failed("A"), START, said("m", "again")))).toBe("A");
  expect(owedTurn(of(START, failed("A"), floor("B")))).toBeUndefined();
  expect(owedTurn(of(START, failed("A"), ANEW))).toBeUndefined();
  expect(owedTurn(of(START, failed("A", { within: "Crowd" })))).toBeUndefined();
  expect(owedTurn(of(START, failed("A"), floor("B", { within: "Crowd" })))).toBe("A");
});

test("who asked is the person who spoke last, else who began; behind a tool nobody but the call", () => {
  expect(askedBy({ events: [] })).toBe(CALLER);
  expect(askedBy(of(START))).toEqual(MARIA);
  expect(askedBy(of(START, said("m", "x", { person: JONAS }), spoke("A", "y")))).toEqual(JONAS);
  expect(askedBy(of(START, said("m", "x", { person: JONAS }), START))).toEqual(JONAS);
  expect(askedBy(of({ ...START, startedBy: JONAS } as EventBody, said("m", "x", { person: CALLER })))).toEqual(JONAS);
});

test("a message was heard when a person's of that id is in the log", () => {
  const log = of(START, said("m", "x"), spoke("n", "y"), { type: "run.paused", run: "r1", person: MARIA, id: "p" });
  expect(["m", "n", "p", ""].map((id) => wasHeard(log, id))).toEqual([true, false, false, false]);
});
