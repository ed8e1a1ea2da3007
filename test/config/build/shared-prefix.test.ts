import { describe, expect, test } from "vitest";
import type { ModelRequest } from "../../../src/engine/model.ts";
import { play } from "../play.ts";

const agent = (name: string, more = "") =>
  `{ name: ${name}, description: Is ${name}., model: m, instructions: "Speak as ${name} would."${more && `, ${more}`} }`;
const team = (agents: readonly string[], speakers = "policy: round-robin") => `teams:
  main:
    description: Two who talk.
    speakers: { ${speakers} }
    agents: [${agents.join(", ")}]
    stop: { maxTurns: 5 }
`;
const REPLIES =
  "replies: { Ana: [a1, a2, a3], Ben: [b1, b2], selector: [{ next: Ana, instruction: Begin. }, { next: Ben }, { next: Ana }, { next: Ben }, { next: Ana }] }";
const beginOf = ({ system, tools, messages, stable }: ModelRequest) => ({ system, tools, messages: messages.slice(0, stable) });

/** Whether the agents' requests, in the order in which they were made, begin each as the one before. */
async function beginAlike(file: string, replies = REPLIES): Promise<boolean> {
  const { askedOf } = await play(file, { replies });
  const [ana, ben] = [askedOf("Ana"), askedOf("Ben")];
  const inOrder = ana.flatMap((request, turn) => [request, ...(ben[turn] ? [ben[turn]] : [])]);
  expect(inOrder).toHaveLength(5);
  return inOrder.every((request, nth) => {
    const before = inOrder[nth - 1];
    if (!before) return true;
    const begin = beginOf(before);
    return JSON.stringify({ ...beginOf(request), messages: request.messages.slice(0, begin.messages.length) }) === JSON.stringify(begin);
  });
}

describe("agents of one model, without tools, who speak one after the other", () => {
  test.each(["policy: round-robin", "policy: selector, model: m, mayAskHuman: false"])(
    "begin all their requests alike: %s",
    async (speakers) => {
      expect(await beginAlike(team([agent("Ana"), agent("Ben")], speakers))).toBe(true);
    },
  );

  test("read what is theirs alone behind it: who they are, their instructions, the leader's word to them", async () => {
    const { askedOf } = await play(team([agent("Ana"), agent("Ben")], "policy: selector, model: m, mayAskHuman: false"), {
      replies: REPLIES,
    });
    const [first, second] = askedOf("Ana");
    expect(first?.system).not.toContain("Speak as");
    expect(first?.messages.slice(first.stable).map(({ role, text }) => `${role}: ${text}`)).toEqual([
      "user: [team lead, for you] selector: Begin.",
      "user: You are Ana.\n\nSpeak as Ana would.\n\nNow write Ana's next message, and nothing before it.",
    ]);
    expect(second?.messages.slice(0, second.stable).map(({ role, text }) => `${role}: ${text}`)).toEqual([
      "user: Maria: Go", "user: [agent] Ana: a1", "user: [agent] Ben: b1",
    ]); // prettier-ignore
    expect(second?.messages.slice(second.stable)).toHaveLength(1);
  });

  test("are heard without the mark of themselves that a model puts before its words, as it reads them", async () => {
    const { said } = await play(team([agent("Ana"), agent("Ben")]), {
      replies: 'replies: { Ana: ["[agent] Ana: a1\\n| more", "[agent] Ben: no", a3], Ben: [b1, b2] }',
    });
    expect(said).toEqual(["Ana: a1\nmore", "Ben: b1", "Ana: [agent] Ben: no", "Ben: b2", "Ana: a3"]);
  });
});

describe("an agent that has something of its own in front keeps its own beginning", () => {
  test.each([
    ["tools", agent("Ben", "memory: true")],
    ["a hand-over", agent("Ben", "handoffs: [human]")],
    ["an answer in a form", agent("Ben", "answer: { type: object, properties: { a: { type: string } } }")],
    ["only some of what is said", agent("Ben", "hears: [{ from: Ana }, { from: user }]")],
    ["long instructions", agent("Ben").replace("Speak as", "Speak as ".repeat(100))],
  ])("%s", async (_, ben) => {
    const replies = REPLIES.replace("[b1, b2]", `['{"a":"b1"}', '{"a":"b2"}']`);
    const { askedOf } = await play(team([agent("Ana"), ben]), { replies });
    for (const name of ["Ana", "Ben"]) expect(askedOf(name)[0]?.system).toContain(`You are ${name}, one of a team`);
    expect(
      askedOf("Ana")
        .at(-1)
        ?.messages.map(({ role }) => role),
    ).toContain("assistant");
  });

  test("where several may speak at once, everybody does", async () => {
    const file = team([agent("Ana"), agent("Ben")], "policy: graph, edges: [{ from: Ana, to: Ben }]");
    const { askedOf } = await play(file, { replies: "replies: { Ana: [a1], Ben: [b1] }" });
    expect(askedOf("Ben")[0]?.system).toContain("You are Ben, one of a team");
  });
});
