import { describe, expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { askHowToGoOn, judgedAs, stallsIn, stallsOf, stuck } from "../../../src/engine/reading/stalls.ts";
import { read } from "../../../src/engine/reading/fold.ts";
import { MARIA, openLog } from "../../support/scripted.ts";

const START: EventBody = { type: "run.started", run: "r", team: "t", startedBy: MARIA };
const floor = (agent: string, more: object = {}): EventBody => ({ type: "speaker.selected", agent, by: "selector", ...more });
const spoke = (text: string, agent = "A", more: object = {}): EventBody => ({ type: "message.posted", agent, text, ...more });
const person = (text: string): EventBody => ({ type: "message.posted", person: MARIA, text });
const LONG = "the quick brown fox jumps over the lazy dog and runs away from it";

function stalls(unled: Parameters<typeof stallsOf>[1], ...bodies: readonly EventBody[]) {
  const log = openLog();
  log.record(START, ...bodies);
  const known = read(log.transcript, stallsOf("Lead", unled));
  // From wherever it is read on.
  const growing = { events: log.transcript.events.slice(0, -2) };
  const reading = stallsIn("Lead", unled);
  reading(growing);
  growing.events.push(...log.transcript.events.slice(-2));
  expect([reading(growing), stallsIn("Lead", unled)(log.transcript)]).toEqual([known, known]);
  return known;
}
const count = (...bodies: readonly EventBody[]) => stalls(undefined, ...bodies).count;
const unled = (keepsFloor: boolean, ...bodies: readonly EventBody[]) => stalls({ keepsFloor }, ...bodies).count;

describe("turns without progress are counted", () => {
  test("by the leader's judgement: one more without, one less with, and never below none", () => {
    const judged = (...progress: readonly (boolean | undefined)[]) =>
      count(...progress.map((one) => floor("A", one === undefined ? {} : { progress: one })));
    expect([judged(false, false), judged(false, false, true), judged(true, true, false), judged(undefined, false)]).toEqual([2, 1, 1, 1]);
  });

  test("where a turn says again what one of the last four said, once, whatever the leader says of it", () => {
    expect(count(spoke(LONG), spoke(LONG))).toBe(1);
    expect(count(spoke(LONG), spoke(LONG), floor("A", { progress: false }))).toBe(1);
    expect(count(spoke(LONG), spoke(LONG), floor("A", { progress: false }), floor("B", { progress: false }))).toBe(2);
    const others = ["alpha one two three", "beta four five six", "gamma seven eight nine", "delta ten eleven twelve"].map((text) =>
      spoke(text),
    );
    expect(count(spoke(LONG), ...others.slice(0, 3), spoke(LONG))).toBe(1);
    expect(count(spoke(LONG), ...others, spoke(LONG))).toBe(0);
  });

  test("a changed word is the same, a new sentence is not; few words are compared whole, whatever the letters", () => {
    expect(count(spoke(`${LONG} ${LONG.toUpperCase()} yesterday`), spoke(`${LONG} ${LONG} today`))).toBe(1);
    expect(count(spoke(LONG), spoke(`${LONG}. Besides, the cat has seen all of that from the roof and laughed`))).toBe(0);
    expect(count(spoke("Thank you!"), spoke("thank  you"))).toBe(1);
    expect(count(spoke("Thank you all"), spoke("Thank you Ben"))).toBe(0);
    expect(count(spoke("…"), spoke("!"))).toBe(1);
  });

  test("a text is told from another by its first three hundred words", () => {
    const words = Array.from({ length: 300 }, (_, index) => `w${index}`).join(" ");
    expect(count(spoke(`${words} ${"x ".repeat(200)}`), spoke(`${words} ${"y z ".repeat(200)}`))).toBe(1);
  });

  test("anew from a run's start, a person's words, the leader's plan, and a question that nobody has answered", () => {
    const two = [floor("A", { progress: false }), floor("B", { progress: false })];
    for (const fresh of [START, person("hm"), spoke("plan", "Lead"), { type: "question.expired", of: 1 }] as EventBody[])
      expect(count(...two, fresh)).toBe(0);
  });

  test("outside of what is said within a participant, or came from outside", () => {
    expect(count({ ...floor("A", { progress: false }), within: "Crowd" } as EventBody)).toBe(0);
    expect(count(spoke(LONG), spoke(LONG, "B", { outside: true }))).toBe(0);
  });

  test("where nobody judges, what is new makes up for what was not, and keeping the floor brings none where that counts", () => {
    const again = [spoke(LONG), spoke(LONG), floor("A"), spoke(LONG)];
    expect(unled(false, ...again)).toBe(2);
    expect(unled(false, ...again, floor("B"), spoke("something else entirely new"), floor("A"))).toBe(1);
    expect(unled(true, floor("A"), floor("A"))).toBe(1);
    expect(unled(false, floor("A"), floor("A"))).toBe(0);
    expect(unled(true, floor("A"), floor("B"))).toBe(0);
  });
});

test("choices that the leader's model could not make count in a row; where there was none to make they stay", () => {
  const { fallbacks } = stalls(undefined, floor("A", { by: "fallback" }), floor("B", { by: "only" }), floor("A", { by: "fallback" }));
  expect(fallbacks).toBe(2);
  expect(stalls(undefined, floor("A", { by: "fallback" }), floor("B")).fallbacks).toBe(0);
});

test("why it is stuck is told: choices first, then turns, one or several", () => {
  const state = stalls(undefined);
  expect(stuck({ ...state, count: 1 }, 1)).toBe("The last turn brought no progress.");
  expect(stuck({ ...state, count: 3 }, 3)).toBe("The last 3 turns brought no progress.");
  expect(stuck({ ...state, count: 2 }, 3)).toBeUndefined();
  expect(stuck({ ...state, fallbacks: 2 }, 9)).toBe("I could not choose who speaks next 2 times in a row.");
  expect(stuck({ ...state, fallbacks: 1 }, 9)).toBeUndefined();
});

test("the judgement of the last turn counts before it is recorded", () => {
  const state = stalls(undefined, floor("A", { progress: false }));
  expect([judgedAs(state, false).count, judgedAs(state, true).count, judgedAs({ ...state, count: 0 }, true).count]).toEqual([2, 0, 0]);
  expect(judgedAs({ ...state, repeated: true }, false).count).toBe(1);
});

test("who answers Stop when asked how to go on has stopped it, and nobody else", () => {
  const asked = askHowToGoOn("Lead", "Stuck.");
  expect(asked).toMatchObject({ agent: "Lead", to: "human", options: ["Go on", "Try another way", "Stop"] });
  expect("text" in asked && asked.text).toMatch(/^Stuck\. How should the team go on\?/);
  const stoppedBy = (...bodies: readonly EventBody[]) => stalls(undefined, ...bodies).stoppedBy;
  expect(stoppedBy(asked, person(" STOP "))).toEqual(MARIA);
  for (const text of ["stop.", "Stop it, please!", "*Stop*", "_Stop_", "please stop", "Stopp 🛑️"])
    expect(stoppedBy(asked, person(text))).toEqual(MARIA);
  for (const text of ["stop at five", "do not stop", "don't stop", "не stop", "stop 搜索,继续写", "stop?"])
    expect(stoppedBy(asked, person(text))).toBeUndefined();
  expect(stoppedBy(asked, person("Go on"))).toBeUndefined();
  expect(stoppedBy(person("stop"))).toBeUndefined();
  expect(stoppedBy(asked, person("Go on"), person("stop"))).toBeUndefined();
  expect(stoppedBy(person("hm"), asked, asked, spoke("so"), person("stop"))).toEqual(MARIA);
  expect(stoppedBy({ ...asked, agent: "A" } as EventBody, person("stop"))).toBeUndefined();
  expect(stoppedBy({ ...asked, to: "A" } as EventBody, person("stop"))).toBeUndefined();
  expect(stoppedBy({ ...asked, options: ["Go on"] } as EventBody, person("stop"))).toBeUndefined();
  expect(stoppedBy(asked, person("stop"), floor("A"))).toBeUndefined();
});
