import { describe, expect, test } from "vitest";
import {
  progress,
  answerSpec as progressSpec,
  instructions as ledgerInstructions,
} from "../../../../src/engine/agents/leaders/ledger-prompts.ts";
import { ledgerState, leaderView } from "../../../../src/engine/agents/leaders/ledger-state.ts";
import { readChoice } from "../../../../src/engine/agents/leaders/selector-choice.ts";
import { answerSpec, filled, instructions, question } from "../../../../src/engine/agents/leaders/selector-prompt.ts";
import type { EventBody } from "../../../../src/engine/events/events.ts";
import { mismatch } from "../../../../src/engine/json-schema.ts";
import { read } from "../../../../src/engine/reading/fold.ts";
import { MARIA, openLog, says } from "../../../support/scripted.ts";

const EVERYBODY = ["Ada", "Ben", "Cleo"];
const choose = (text: string, names = ["Ada", "Ben"]) => readChoice(text, names, ["finish"], EVERYBODY);
const chosen = (next: string, more: object = {}) => ({ kind: "choice", next, reason: "", instruction: "", progress: undefined, ...more });
const none = (trouble: string) => ({ kind: "none", trouble });

describe("a choice is read from", () => {
  test.each<readonly [string, object]>([
    [
      '{"next":"Ada","reason":" why ","instruction":" do ","progress":false}',
      chosen("Ada", { reason: "why", instruction: "do", progress: false }),
    ],
    ['{"next":"Ada","reason":3,"instruction":null,"progress":"yes"}', chosen("Ada")],
    ['{"next":["Ben"]}', chosen("Ben")],
    ['{"next":{"name":"Ben"}}', chosen("Ben")],
    ['{"next":[{"name":"Ben"}]}', chosen("Ben")],
    ['{"next":"finish"}', chosen("finish")],
    ['Sure: {"next" : "Ada"} – good.', chosen("Ada")],
    ['{"next": "Ada", "reason": "broken', chosen("Ada")],
    ['{"next": "Ada", oops} or {"next":  "Ada"}', chosen("Ada")],
    ['{"next": "the agent Ben"}', chosen("Ben")],
    ["Ada", chosen("Ada")],
    ["finish", chosen("finish")],
    ["It is Ben's turn.", chosen("Ben")],
  ])("%s", (text, choice) => {
    expect(choose(text)).toEqual(choice);
  });

  test.each<readonly [string, object]>([
    ['{"next":"Dora"}', none('"Dora" cannot speak next.')],
    ['{"next":"Cleo"}', none('"Cleo" cannot speak next.')],
    ['{"next":"Ada or Ben"}', none('"Ada or Ben" cannot speak next.')],
    [`{"next":"${"x".repeat(200)}"}`, none(`"${"x".repeat(100)}" cannot speak next.`)],
    ['{"next": "Ada", oops} {"next": "Ben"}', none("That named several: Ada, Ben. Name exactly one.")],
    ['{"next":["Ada","Ben"]}', none("That named several: Ada, Ben. Name exactly one.")],
    ['{"next":null}', none("That named none of them.")],
    ['{"next":{"name":7}}', none("That named none of them.")],
    ["Ada, then Ben", none("That named several: Ada, Ben. Name exactly one.")],
    ["Cleo again", none("Cleo spoke last and cannot speak again at once.")],
    ["Somebody", none("That named none of them.")],
    ["", none("That named none of them.")],
  ])("nothing in %s, and what is wrong is told", (text, trouble) => {
    expect(choose(text)).toEqual(trouble);
  });

  test("a reason as long as a line, and what is asked as long as a paragraph", () => {
    const long = JSON.stringify({ next: "Ada", reason: "r".repeat(300), instruction: "i".repeat(2_000) });
    expect(choose(long)).toEqual(chosen("Ada", { reason: "r".repeat(200), instruction: "i".repeat(1_000) }));
  });
});

const TEAM = [
  { ...says("Ada"), description: "Counts\n   ships." },
  { ...says("Ben"), description: " Writes. " },
];

describe("the selector is told", () => {
  test("the team, each with what it does in one line", () => {
    expect(instructions(TEAM)).toContain("- Ada: Counts ships.\n- Ben: Writes.\n");
    expect(instructions(TEAM)).toContain('Answer "finish" when the task is done');
  });

  test("who may be chosen now, and what may be answered besides", () => {
    expect(question(["Ada", "Ben"], [])).toBe("Who speaks next? Choose from: Ada, Ben.");
    expect(question(["Ada"], ["human", "finish"])).toBe("Who speaks next? Choose from: Ada. Or: human, finish.");
  });

  test("the form of its answer, the same whoever may be chosen: every field, one of the names, nothing else", () => {
    const whole = { next: "Ada", reason: "", instruction: "", progress: true };
    const wrong = (value: object, mayAskHuman = false) => mismatch(answerSpec(TEAM, mayAskHuman).schema, value);
    expect(answerSpec(TEAM, false).name).toMatch(/^[a-z_]+$/);
    expect([wrong(whole), wrong({ ...whole, next: "finish" }), wrong({ ...whole, next: "human" }, true)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    for (const next of ["human", "Cleo", 3]) expect(wrong({ ...whole, next })).toBeDefined();
    for (const field of Object.keys(whole)) expect(wrong({ ...whole, [field]: [] })).toBeDefined();
    for (const field of Object.keys(whole))
      expect(wrong(Object.fromEntries(Object.entries(whole).filter(([key]) => key !== field)))).toContain(field);
    expect(wrong({ ...whole, more: 1 })).toContain("more");
  });

  test("a team's own words, with what stands for the team, who may speak, and what was said, on lines of its own", () => {
    const history = [
      { role: "user" as const, text: "one {roles}" },
      { role: "user" as const, text: "two" },
    ];
    const fill = (template: string) => filled(template, TEAM, ["Ada"], history);
    expect(fill("{roles}|{participants}")).toBe('- Ada: Counts ships.\n- Ben: Writes.|["Ada"]');
    expect(fill("{{roles}} {other} }}")).toBe("{roles} {other} }");
    expect(fill("{history}")).toBe("one {roles}\n\ntwo");
    expect(fill("Read: {history} Now")).toBe("Read: \none {roles}\n\ntwo\n Now");
    expect(fill("Read:\n{history}\nNow")).toBe("Read:\none {roles}\n\ntwo\nNow");
  });
});

describe("the leader with a ledger", () => {
  const START: EventBody = { type: "run.started", run: "r", team: "t", startedBy: MARIA };
  const lead = (text: string, more: object = {}): EventBody => ({ type: "message.posted", agent: "Lead", text, ...more });
  const person = (text: string): EventBody => ({ type: "message.posted", person: MARIA, text });
  const ask: EventBody = { type: "handoff.made", agent: "Lead", to: "human", text: "?" };
  const expired: EventBody = { type: "question.expired", of: 1 };
  const to = (agent: string, more: object = {}): EventBody => ({ type: "speaker.selected", agent, by: "selector", ...more });
  function logOf(...bodies: readonly EventBody[]) {
    const log = openLog();
    log.record(START, ...bodies);
    return log.transcript;
  }
  const state = (reviewPlan: boolean, ...bodies: readonly EventBody[]) => read(logOf(...bodies), ledgerState("Lead", reviewPlan));
  const phase = (reviewPlan: boolean, ...bodies: readonly EventBody[]) => state(reviewPlan, ...bodies).phase;

  test("says what is known, then its plan, then leads step by step; stuck it begins again, and is done with its answer", () => {
    expect(read({ events: [] }, ledgerState("Lead", true))).toMatchObject({ phase: "survey", approved: false });
    expect([phase(false), phase(false, lead("known")), phase(false, lead("known"), lead("plan"))]).toEqual(["survey", "plan", "steps"]);
    const again = state(false, lead("known"), lead("plan"), lead("known anew"));
    expect(again).toMatchObject({ phase: "plan", replans: 1 });
    expect(phase(false, lead("known"), lead("plan"), lead("answer", { kind: "stop" }))).toBe("finish");
    expect(
      phase(false, lead("known"), { ...lead("plan"), within: "Crowd" } as EventBody, { ...lead("x"), agent: "Ada" } as EventBody),
    ).toBe("plan");
    expect(phase(false, lead("known"), lead("plan"), START)).toBe("survey");
  });

  test("has its plan looked at by a person where that is wanted: approved, to be changed, or left to time", () => {
    const planned = [lead("known"), lead("plan"), ask];
    expect(phase(true, ...planned)).toBe("review");
    expect(state(true, ...planned, person(" approve "))).toMatchObject({ phase: "steps", approved: true, asked: false });
    expect(phase(true, ...planned, person("Revise"))).toBe("ask what to change");
    expect(phase(true, ...planned, person("Go ahead, please."))).toBe("steps");
    expect(phase(true, ...planned, person("No."))).toBe("ask what to change");
    expect(state(true, ...planned, person("use less"))).toMatchObject({ phase: "plan", wished: true });
    expect(state(true, ...planned, person("use less"), lead("plan 2"))).toMatchObject({ phase: "review", wished: false });
    // An older version planned anew behind these words, and asked again.
    const askedAgain: EventBody = { ...ask, options: ["Approve", "Revise"] };
    for (const words of ["go ahead", "No."]) {
      const again = [...planned, person(words), lead("plan 2"), askedAgain];
      expect(state(true, ...again)).toMatchObject({ phase: "review", approved: false });
      expect(phase(true, ...again, person("Approve"))).toBe("steps");
    }
    expect(state(true, ...planned, expired)).toMatchObject({ phase: "steps", approved: true, asked: false });
    expect(phase(true, lead("known"), lead("plan"), expired)).toBe("review");
    expect(phase(true, lead("known"), lead("plan"), person("approve"))).toBe("review");
    expect(phase(true, lead("known"), lead("plan"), { ...ask, agent: "Ada" } as EventBody, person("approve"))).toBe("review");
    expect(phase(true, lead("known"), lead("plan"), { ...ask, to: "Ada" } as EventBody, person("approve"))).toBe("review");
  });

  test("asked in the middle of its steps goes on with them, its plans counted anew", () => {
    const stuck = [lead("known"), lead("plan"), lead("known anew"), lead("plan 2")];
    expect(state(false, ...stuck)).toMatchObject({ phase: "steps", replans: 1 });
    expect(state(false, ...stuck, ask, person("approve"))).toMatchObject({ phase: "steps", replans: 0, wished: false });
  });

  test("remembers what it asked last", () => {
    expect(state(false, to("Ada", { instruction: "count" }), to("Ben")).instruction).toBe("count");
  });

  test("reads the conversation with its own words as its own, and what it asked of whom", () => {
    const { messages, task, summary } = read(
      logOf(
        person("go"),
        lead("plan"),
        to("Ada", { leader: "Lead", instruction: "count" }),
        to("Ben", { leader: "Other", instruction: "no" }),
        ask,
        { ...lead("inside"), within: "Crowd" } as EventBody,
        { type: "context.summarized", agent: "Lead", upToSeq: 3, text: "short" },
      ),
      leaderView("Lead"),
    );
    expect(messages.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      "user: go",
      "assistant: plan",
      "assistant: To Ada: count",
      "assistant: ?",
      "user: inside",
    ]);
    expect([task, summary?.text]).toEqual([0, "short"]);
  });

  test("is told the team, and the form of its judgement: every field, one of the names, nothing else", () => {
    expect(ledgerInstructions(TEAM)).toContain("- Ada: Counts ships.\n- Ben: Writes.\n");
    expect(progress(["Ada", "Ben"])).toContain('"next": one of Ada, Ben,');
    const whole = { satisfied: false, inLoop: false, progress: true, next: "Ada", instruction: "", reason: "" };
    const wrong = (value: object) => mismatch(progressSpec(["Ada", "Ben"]).schema, value);
    expect(wrong(whole)).toBeUndefined();
    for (const field of Object.keys(whole)) expect(wrong({ ...whole, [field]: [] })).toBeDefined();
    for (const field of Object.keys(whole))
      expect(wrong(Object.fromEntries(Object.entries(whole).filter(([key]) => key !== field)))).toContain(field);
    expect(wrong({ ...whole, more: 1 })).toContain("more");
    expect(wrong({ ...whole, next: "Cleo" })).toContain("Ada");
  });
});
