import { describe, expect, test } from "vitest";
import { stanceOf } from "../../../src/engine/agents/stance.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { textMention } from "../../../src/engine/stops/text-mention.ts";
import type { Model, ModelRequest } from "../../../src/engine/model.ts";
import { disagrees, noIn, readStance } from "../../../src/engine/stances/stance-words.ts";
import { turnIn } from "../../../src/engine/turn.ts";
import { HEDGED, PLAIN } from "./stances-hedged.ts";
import { ASSENT, DISSENT } from "./stances-said.ts";
import { play } from "../../config/play.ts";

const all = (said: typeof DISSENT) =>
  Object.entries(said).flatMap(([language, phrases]) => phrases.map((words) => [language, words] as const));

describe("what is said in answer to the question", () => {
  test.each(all(DISSENT))("is never lost when it is no agreement: %s, %s", (_language, words) => {
    expect(readStance(words)).not.toBe("agree");
    expect(readStance(`${words} ${"Because it is so. ".repeat(50)}`)).not.toBe("agree");
  });

  test("is known as a no in nine of ten ways to say it, and else told as it stands", () => {
    expect(all(DISSENT)).toHaveLength(100);
    expect(all(DISSENT).filter(([, words]) => readStance(words) === "disagree").length).toBeGreaterThanOrEqual(90);
  });

  test.each(all(ASSENT))("is a yes where it is a plain one: %s, %s", (_language, words) => {
    expect(readStance(words)).toBe("agree");
    expect(disagrees(words, true)).toBe(false);
  });

  test.each(HEDGED)("is no yes where it is one to a part, or holds the word alone: %s", (words) => {
    expect(readStance(words)).not.toBe("agree");
  });

  test.each(PLAIN)("is a yes with its reason: %s", (words) => {
    expect(readStance(words)).toBe("agree");
  });

  test("a no is looked for at the beginning of a line, in any script, and not behind other words", () => {
    for (const words of ["我不需要更多数据。", "Ответ: нет задержек.", "Итог верен, споров нет."]) expect(noIn(words)).toBeUndefined();
    expect(noIn("**结论:** 反对")).toBe("**结论:** 反对");
  });

  test.each([
    "I agree, but the data is old.",
    "Ja, aber nur zum Teil.",
    "Oui, mais pas tout.",
    "Sí, pero falta el coste.",
    "同意,但数据太旧了。",
    "Nem értek egyet.",
    "The plan is cheap.",
  ])("is no yes where something is taken back, or where it is not understood: %s", (words) => {
    expect(readStance(words)).not.toBe("agree");
  });
});

const TEAM = (stances: string) => `teams:
  pair:
    description: Two who talk.
    speakers: { policy: round-robin }
    stances: ${stances}
    agents:
      - { name: Ana, description: Asks., model: m }
      - { name: Ben, description: Answers., model: m }
      - { name: Cy, description: Counts., model: m }
    stop: { textMention: DONE }
`;
const TALK = `replies:
  Ana: [What is it?, { answer: { stance: agree, reason: It adds up. } }]
  Ben: ["It is 7. DONE"]
`;

describe("a team whose agents are asked", () => {
  test("ends with what each but the one who answers has decided, asked once, unheard by the others", async () => {
    const { log, askedOf } = await play(TEAM("all"), { task: "Count", replies: `${TALK}  Cy: ["Da widerspreche ich: es sind 8."]\n` });
    const given = log.events.filter((event) => event.type === "stance.given");
    expect(given.map(({ agent, stance, reason }) => [agent, stance, reason])).toEqual([
      ["Ana", "agree", "It adds up."],
      ["Cy", "disagree", "Da widerspreche ich: es sind 8."],
    ]);
    const answer = log.events.find((event) => event.type === "message.posted" && event.text.includes("DONE"));
    expect(given.every(({ of }) => of === answer?.seq)).toBe(true);
    expect(log.stopped()).toMatchObject({ outcome: "done", reasons: [{ kind: "textMention", agent: "Ben" }] });
    expect(log.events.indexOf(log.events.at(-1) as never)).toBe(log.events.findIndex(({ type }) => type === "run.stopped"));
    expect(JSON.stringify(askedOf("Cy"))).not.toContain("adds up");
    expect(JSON.stringify(askedOf("Cy").at(-1))).toContain("It is 7.");
  });

  test("asks those alone whom it names", async () => {
    const { log } = await play(TEAM("[Ana]"), { task: "Count", replies: TALK });
    expect(log.events.flatMap((event) => (event.type === "stance.given" ? [event.agent] : []))).toEqual(["Ana"]);
  });

  test("asks nobody where nothing is said of it", async () => {
    const { log } = await play(TEAM("off"), { task: "Count", replies: TALK });
    expect(log.events.some(({ type }) => type === "stance.given")).toBe(false);
  });
});

test("a model that fails has no view, which is told, and the run ends", async () => {
  const asked: ModelRequest[] = [];
  const model: Model = {
    name: "m",
    // eslint-disable-next-line require-yield
    async *call(request) {
      asked.push(request);
      return { kind: "failure", error: { kind: "overloaded", message: "later" }, usage: { inputTokens: 1, outputTokens: 0 } };
    },
  };
  const events = [
    { type: "run.started", run: "r", team: "t", startedBy: { id: "u", name: "Maria" }, seq: 1, at: "2026-01-01T00:00:00.000Z" },
    { type: "message.posted", person: { id: "u", name: "Maria" }, text: "Count", seq: 2, at: "2026-01-01T00:00:00.000Z" },
    { type: "message.posted", agent: "Ben", text: "7. DONE", model: "m", seq: 3, at: "2026-01-01T00:00:00.000Z" },
  ] as const;
  expect(textMention("DONE")({ events })).toHaveLength(1);
  const given: EventBody[] = [];
  const turn = turnIn({ id: "t", transcript: { events } }, new AbortController().signal);
  for await (const item of stanceOf({ name: "Ana", model, instructions: "You are Ana." }).turn(turn)) given.push(item as EventBody);
  expect(given).toEqual([
    {
      type: "stance.given",
      agent: "Ana",
      of: 3,
      stance: "unclear",
      reason: "",
      error: { kind: "overloaded", message: "later" },
      usage: { inputTokens: 1, outputTokens: 0 },
    },
  ]);
  expect(asked).toHaveLength(1);
});
