import { expect, test } from "vitest";
import { load, mistakesOf, SMALL } from "../team-files.ts";

const NAMED = (first: string, second: string, more = "") => `models: { m: { provider: anthropic, model: x } }
teams:
  t:
    description: Names.
    speakers: { policy: graph, edges: [{ from: ${first}, to: "${second}" }, { from: "${second.toUpperCase()}", to: Runner }], entry: ${first} }
    agents:
      - { name: ${first}, description: One., model: m, handoffs: ["${second}", { to: human }] }
      - { name: "${second.normalize("NFD")}", description: Two., model: m, hears: [{ from: "${first}" }, { from: user }] }
      - { name: Runner, description: Runs., kind: code-runner, runs: ["${second.normalize("NFC").toUpperCase()}"] }
    stop: { any: [{ source: ["${second}"] }, { textMention: { text: DONE, agents: ["${second.toUpperCase()}"] } }] }
${more}`;

test("an agent may have a name of any script, or be called assistant; every spelling of it means that agent", () => {
  const keyed = { ANTHROPIC_API_KEY: "k" };
  const { teams } = load({ "parley.yml": NAMED("assistant", "e\u0301lise") }, keyed);
  const team = teams.get("t");
  expect(team?.agents.map(({ name }) => name)).toEqual(["assistant", "élise", "Runner"]);
  expect(team?.agents[0]).toMatchObject({ handoffs: ["élise", { to: "human" }] });
  expect(team?.agents[1]).toMatchObject({ hears: [{ from: "assistant" }, { from: "user" }] });
  expect(team?.agents[2]).toMatchObject({ runs: ["élise"] });
  expect(team?.speakers).toMatchObject({
    edges: [
      { from: "assistant", to: "élise" },
      { from: "élise", to: "Runner" },
    ],
    entry: "assistant",
  });
  expect(team?.stop).toMatchObject({ any: [{ source: ["élise"] }, { textMention: { agents: ["élise"] } }] });
  expect(load({ "parley.yml": NAMED("接待", "研究员") }, keyed).teams.get("t")?.agents[0]?.name).toBe("接待");
});

test.each([
  ["Ana", "ana", "the same name, upper and lower case aside"],
  ["\u00e9", "e\u0301", "the same name"],
  ["Ana", "Ａｎａ", "the same name"],
  ["Ana", "\u0410na", "too like each other to be told apart"],
])("%s and %s are not two names", (one, other, told) => {
  const text = SMALL.replaceAll(/\bAna\b/g, one).replaceAll(/\bBen\b/g, other);
  expect(mistakesOf({ "parley.yml": text }, { ANTHROPIC_API_KEY: "k" }).join("\n")).toContain(told);
});

test.each(["１st", "👩", "_a", "a.b", "system", "ＵＳＥＲ", "a\u200bb"])("%j is no name of an agent", (name) => {
  expect(mistakesOf({ "parley.yml": SMALL.replaceAll(/\bAna\b/g, JSON.stringify(name)) }, { ANTHROPIC_API_KEY: "k" })).not.toEqual([]);
});
