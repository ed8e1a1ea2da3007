import { describe, expect, test } from "vitest";
import { readHandoffs } from "../../../src/engine/agents/handoff.ts";
import { human } from "../../../src/engine/agents/human.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { MARIA, openLog } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";

const handoffs = readHandoffs(["Ben", { to: "Cleo", tool: "give", message: "Cleo, please." }, "human"]);
const parse = (tool: string, args = "", beside = "") => handoffs.parse({ call: "c", tool, args }, beside);
const ask = (args: unknown, beside = "") => parse("transfer_to_human", typeof args === "string" ? args : JSON.stringify(args), beside);

describe("a hand-over", () => {
  test("is a tool without arguments to an agent, and to a person one with a question and answers", () => {
    const [ben, cleo, person] = handoffs.specs;
    expect([ben?.name, cleo?.name, person?.name]).toEqual(["transfer_to_ben", "give", "transfer_to_human"]);
    expect(ben).toMatchObject({
      description: "Give the floor to Ben.",
      parameters: { type: "object", properties: {}, additionalProperties: false },
    });
    expect(person?.description).toMatch(/Ask a person and wait/);
    expect(person?.parameters).toMatchObject({
      type: "object",
      properties: { question: { type: "string" }, options: { type: "array", items: { type: "string" }, maxItems: 5 } },
      additionalProperties: false,
    });
  });

  test("to an agent says its own words, or whose role is taken on; words beside it are for everybody", () => {
    expect(parse("transfer_to_ben")).toEqual({
      kind: "handoff",
      to: "Ben",
      text: expect.stringContaining("Transferred to Ben"),
      options: [],
    });
    expect(parse("give", "{}", "See above.")).toEqual({
      kind: "handoff",
      to: "Cleo",
      text: "Cleo, please.",
      options: [],
      beside: "See above.",
    });
    expect(parse("give", "", "  \n")).not.toHaveProperty("beside");
    expect(() => parse("search")).toThrow("search is not a hand-over");
  });

  test("to a person asks the question, else what stands beside it, else what there is to say", () => {
    expect(ask({ question: " Which? " }, "See above.")).toEqual({
      kind: "handoff",
      to: "human",
      text: "Which?",
      options: [],
      beside: "See above.",
    });
    expect(ask({ question: "Which?" }, "Which?")).not.toHaveProperty("beside");
    expect(ask({}, "beside")).not.toHaveProperty("beside");
    const long = "a ".repeat(1_500);
    expect(ask({}, long)).toMatchObject({ text: long.slice(0, 2_000), beside: long });
    expect(ask({}, "beside")).toMatchObject({ text: "beside" });
    expect(ask("  ", "")).toMatchObject({ text: "Transferred to human: please answer here." });
    expect(ask({ question: 3 }, "beside")).toMatchObject({ text: "beside" });
    expect(ask({ question: "x".repeat(3_000) })).toMatchObject({ text: "x".repeat(2_000) });
    const own = readHandoffs([{ to: "human", tool: "ask", message: "Please say." }]);
    expect(own.parse({ call: "c", tool: "ask", args: "{}" }, "beside")).toMatchObject({ text: "Please say." });
  });

  test("offers up to five answers, each once, without blanks around it and no longer than a button", () => {
    const options = (given: unknown) => {
      const asked = ask({ question: "?", options: given });
      return asked.kind === "handoff" ? asked.options : asked;
    };
    expect(options([" a ", "a", "", "  ", 3, null, "b"])).toEqual(["a", "b"]);
    expect(options(["1", "2", "3", "4", "5", "6"])).toEqual(["1", "2", "3", "4", "5"]);
    expect(options(["y".repeat(100)])).toEqual(["y".repeat(75)]);
    expect(options("yes")).toEqual([]);
  });

  test.each(["{", "[]", "null", '"text"', "3"])("with arguments that are no object fails, and says what is wanted: %s", (args) => {
    expect(ask(args)).toMatchObject({
      kind: "failed",
      error: { kind: "bad_arguments", message: expect.stringContaining('{"question": "…"') },
    });
  });
});

describe("a participant who is a person", () => {
  const START: EventBody = { type: "run.started", run: "r", team: "t", startedBy: MARIA };
  const FLOOR: EventBody = { type: "speaker.selected", agent: "Boss", by: "policy" };
  const ASKED: EventBody = { type: "handoff.made", agent: "Boss", to: "human", text: "?", turn: true };
  const answer = (text: string, more: object = {}): EventBody => ({ type: "message.posted", person: MARIA, text, ...more });
  async function turn(settings: object, ...bodies: readonly EventBody[]) {
    const log = openLog();
    log.record(START, ...bodies);
    const items = [];
    for await (const item of human({ name: "Boss", description: "", ...settings }).turn(turnOn(log.transcript))) items.push(item);
    return items;
  }

  test("is asked its own question, with the answers to choose from", async () => {
    expect(await turn({ question: "Well?" }, FLOOR)).toEqual([{ ...ASKED, text: "Well?" }]);
    expect(await turn({ question: "Well?", options: ["yes"] }, FLOOR)).toEqual([{ ...ASKED, text: "Well?", options: ["yes"] }]);
  });

  test("else with the last words of an agent before, cut where they are long; with no words, or a person's, plainly", async () => {
    const spoke = (text: string): EventBody => ({ type: "message.posted", agent: "A", text });
    const text = async (...bodies: readonly EventBody[]) => (await turn({}, ...bodies)).map((item) => "text" in item && item.text)[0];
    expect(await text(spoke("one"), spoke("two"), FLOOR, { ...spoke("beside"), agent: "B" } as EventBody)).toBe("two");
    expect(await text(spoke("w ".repeat(3_000)), FLOOR)).toMatch(/^w [^]*… cut …/);
    for (const before of [answer("hello"), spoke("  ")]) expect(await text(before, FLOOR)).toBe("It is your turn: what do you say?");
    expect(await text(FLOOR)).toBe("It is your turn: what do you say?");
  });

  test("ends its turn with the answer to its question, the last of them", async () => {
    const reason = async (...bodies: readonly EventBody[]) => (await turn({}, answer("before"), FLOOR, ASKED, ...bodies)) as unknown;
    const ended = (text: string) => [{ type: "turn.ended", agent: "Boss", reason: text }];
    expect(await reason(answer("yes", { answers: 4 }))).toEqual(ended("yes"));
    expect(await reason(answer("yes"), answer("no"))).toEqual(ended("no"));
    expect(await reason(answer("yes", { answers: 4 }), answer("aside", { answers: 0 }))).toEqual(ended("yes"));
    expect(await reason({ type: "message.posted", agent: "A", text: "words" })).toEqual(ended(""));
    expect(await reason({ type: "question.expired", of: 4 })).toEqual(ended(""));
  });
});
