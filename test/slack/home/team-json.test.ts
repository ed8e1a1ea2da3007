import { expect, test } from "vitest";
import { filledIn } from "../../../src/slack/words/form-inputs.ts";
import { AGENT, inTwo, plainStopWords, TEAM, teamJson, teamOfForm, withAgent, withoutAgent } from "../../../src/slack/home/team-json.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";

const t = await loadTranslator("en");

const GRAPH = {
  description: "Three.",
  speakers: { policy: "graph", edges: [{ from: "Ana", to: "Ben" }] },
  agents: [
    { name: "Ana", description: "Asks.", model: "m", handoffs: ["Ben", { to: "Cy", message: "Your turn." }], context: { lastMessages: 5 } },
    { name: "Ben", description: "Answers.", model: "m", hears: [{ from: "Ana" }] },
    { name: "Cy", kind: "code-runner", runs: ["Ana"], description: "Runs." },
  ],
  stop: { all: [{ textMention: "DONE" }, { maxTurns: 3 }] },
  answerWithinMinutes: 5,
};
const form = (values: { readonly [block: string]: string | readonly string[] }) =>
  filledIn(
    Object.fromEntries(
      Object.entries(values).map(([block, value]) => [
        block,
        {
          value:
            typeof value === "string" ? { value, selected_option: { value } } : { selected_options: value.map((one) => ({ value: one })) },
        },
      ]),
    ),
  );

test("a form that is sent off as it was opened changes nothing that it does not show", () => {
  const before = teamJson(GRAPH);
  const same = teamOfForm(t, before, form({ [TEAM.description]: "Three.", [TEAM.policy]: "graph", [TEAM.agents]: "Ana\nBen\nCy" }));
  expect(same).toEqual({ team: GRAPH });
  const ana = { [AGENT.name]: "Ana", [AGENT.description]: "Asks.", [AGENT.model]: "m", [AGENT.handoffs]: ["Ben", "Cy"] };
  expect(withAgent(before, "Ana", form(ana))).toEqual(GRAPH);
});

test("another policy has none of the former one's settings; limits and stop words are as they are written", () => {
  const after = teamOfForm(
    t,
    teamJson(GRAPH),
    form({
      [TEAM.policy]: "selector",
      [TEAM.model]: "fast",
      [TEAM.turns]: "5",
      [TEAM.usd]: "0.5",
      [TEAM.minutes]: "",
      [TEAM.stop]: " DONE \n\nENOUGH",
      [TEAM.quiet]: ["yes"],
    }),
  );
  expect(after).toEqual({
    team: {
      ...GRAPH,
      speakers: { policy: "selector", model: "fast" },
      limits: { turns: 5, usd: 0.5 },
      stop: { any: [{ textMention: "DONE" }, { textMention: "ENOUGH" }] },
      quiet: true,
    },
  });
  expect(teamOfForm(t, teamJson(GRAPH), form({ [TEAM.agents]: "ana\nZoe" }))).toMatchObject({
    errors: { agents: expect.stringContaining("Zoe") as string },
  });
  expect(teamOfForm(t, teamJson(GRAPH), form({ [TEAM.agents]: "Ana\nANA" }))).toEqual({ errors: { agents: "An agent is listed twice." } });
  expect(teamOfForm(t, teamJson(GRAPH), form({ [TEAM.turns]: "many" }))).toEqual({ errors: { turns: "Write a number." } });
});

test("an agent that is called otherwise is so everywhere in the team", () => {
  const after = withAgent(teamJson(GRAPH), "Ana", form({ [AGENT.name]: "Anna", [AGENT.description]: "Asks.", [AGENT.model]: "m" }));
  expect(after.agents.map(({ name }) => name)).toEqual(["Anna", "Ben", "Cy"]);
  expect([after.agents[1]?.hears, after.agents[2]?.runs]).toEqual([[{ from: "Anna" }], ["Anna"]]);
  const ben = withAgent(teamJson(GRAPH), "Ben", form({ [AGENT.name]: "Bea", [AGENT.description]: "Answers.", [AGENT.model]: "m" }));
  expect(ben.agents[0]?.handoffs).toEqual(["Bea", { to: "Cy", message: "Your turn." }]);
  expect(withoutAgent(teamJson(GRAPH), "Cy").agents[0]?.handoffs).toEqual(["Ben"]);
});

test("long instructions fill two fields and come back whole; longer ones are no matter for a form", () => {
  const long = `${"A line of instructions.\n".repeat(200)}The end.`;
  const [first = "", second = ""] = inTwo(long) ?? [];
  expect([first.length <= 3_000, second.length <= 3_000]).toEqual([true, true]);
  const after = withAgent(
    teamJson(GRAPH),
    "Ana",
    form({ [AGENT.name]: "Ana", [AGENT.description]: "x", [AGENT.instructions]: first, [AGENT.more]: second }),
  );
  expect(after.agents[0]?.instructions).toBe(long);
  expect(inTwo("x".repeat(6_001))).toBeUndefined();
  expect(inTwo("x".repeat(3_001))).toBeUndefined(); // Nowhere to cut it that would not be seen.
});

test("only a goal of plain words is shown as words", () => {
  expect(plainStopWords(undefined)).toEqual([]);
  expect(plainStopWords({ textMention: "DONE" })).toEqual(["DONE"]);
  expect(plainStopWords({ any: [{ textMention: "A" }, { textMention: "B" }] })).toEqual(["A", "B"]);
  expect(plainStopWords(GRAPH.stop)).toBeUndefined();
  expect(plainStopWords({ textMention: { text: "A", agents: ["Ana"] } })).toBeUndefined();
});

test.each([
  null,
  5,
  "x",
  [],
  { agents: "none", speakers: 3, limits: [] },
  { agents: [{ name: 4 }, null] },
  JSON.parse('{"__proto__":{"agents":[]}}'),
])("what is no team reads as one without agents to speak of: %j", (value) => {
  const team = teamJson(value);
  expect(team.agents.every(({ name }) => typeof name === "string")).toBe(true);
  expect(typeof team.speakers.policy).toBe("string");
});
