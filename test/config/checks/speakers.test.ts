import { describe, expect, test } from "vitest";
import { mistakes, warnings, agent, team } from "./one-team.ts";

describe("a swarm", () => {
  const swarm = (...agents: readonly string[]) => team("policy: swarm", agents);

  test("begins with somebody who can hand over", () => {
    expect(mistakes(swarm(agent("Ana"), agent("Ben", ", handoffs: [Ana]")))).toEqual([
      'parley.yml:7: teams.main.agents[0]: "Ana" begins the swarm and cannot hand over, so nobody else ever speaks. Give it handoffs, or put another agent first.',
    ]);
    expect(mistakes(swarm(agent("Ana")))).toEqual([]);
  });

  test("has nobody who would keep the floor for ever", () => {
    expect(
      mistakes(
        swarm(
          agent("Ana", ", handoffs: [Boss, Run]"),
          "{ name: Boss, description: B., kind: human }",
          "{ name: Run, description: R., kind: code-runner, runs: [Ana] }",
        ),
      ),
    ).toEqual([
      'parley.yml:8: teams.main.agents[1]: "Boss" would keep the floor of the swarm for ever. Give `handoffs: [human]` to the agents that may ask.',
      'parley.yml:9: teams.main.agents[2]: "Run" cannot hand the floor on and would keep it for ever. Use a coder, or the selector policy.',
    ]);
  });

  test("warns of an agent that nobody hands over to, and of a run without an end", () => {
    expect(warnings(team("policy: swarm", [agent("Ana", ", handoffs: [Ben]"), agent("Ben"), agent("Cy")], "limits: {}"))).toEqual([
      'teams.main.agents[2]: nobody hands over to "Cy", so it never speaks. Add it to an agent\'s handoffs.',
      "teams.main: has no `stop`, and swarm never decides to finish: every run goes to its limits. Add `stop: { textMention: TERMINATE }`.",
    ]);
  });
});

describe("a graph", () => {
  const graph = (edges: readonly string[], entry = "", agents = [agent("Ana"), agent("Ben"), agent("Cy")]) =>
    mistakes(team(`policy: graph, edges: [${edges.map((edge) => `{ ${edge} }`).join(", ")}]${entry}`, agents));
  const STRAIGHT = ["from: Ana, to: Ben", "from: Ben, to: Cy"];

  test.each([
    [
      "an edge from nobody",
      [...STRAIGHT, "from: Anna, to: Cy"],
      'an edge comes from "Anna"; the team has Ana, Ben, Cy. Did you mean "Ana"?',
    ],
    ["an edge to nobody", [...STRAIGHT, "from: Cy, to: human"], 'an edge leads to "human"'],
    ["an edge twice", [...STRAIGHT, "from: Ana, to: Ben"], 'the edge from "Ana" to "Ben" is there twice'],
    [
      "no beginning",
      ["from: Ana, to: Ben, ifContains: x", "from: Ben, to: Ana, ifContains: y", "from: Ben, to: Cy, ifContains: z"],
      "has no beginning",
    ],
    ["no end", [...STRAIGHT, "from: Cy, to: Ben, ifContains: x"], "has no end"],
    ["somebody who is never reached", ["from: Ana, to: Ben", "from: Cy, to: Cy, ifContains: x"], '"Cy" is never reached from Ana'],
    [
      "edges with and without a condition",
      [...STRAIGHT, "from: Ana, to: Cy, ifContains: x"],
      '"Ana" has edges with and without `ifContains`',
    ],
    [
      "a circle that nobody can leave",
      ["from: Ana, to: Ben, join: any", "from: Ben, to: Ben, join: any", "from: Ben, to: Cy"],
      "leads round in a circle",
    ],
    [
      "somebody who waits for who comes after",
      ["from: Ana, to: Ben", "from: Ben, to: Ben, ifContains: x", "from: Ben, to: Cy, ifContains: y"],
      '"Ben" waits for "Ben", which speaks only after "Ben"',
    ],
    [
      "a group that is both all and any",
      ["from: Ana, to: Cy, join: any", "from: Ana, to: Ben", "from: Ben, to: Cy"],
      'the edges of one group into "Cy" say both all and any',
    ],
  ])("with %s is refused", (_, edges, message) => {
    const found = graph(edges, edges.length === 2 && edges[1]?.includes("Cy, to: Cy") ? ", entry: Ana" : "");
    expect(found.join("\n")).toContain(message);
    expect(found.every((line) => line.startsWith("parley.yml:"))).toBe(true);
  });

  test.each([
    [
      "a loop with a group of its own",
      ["from: Ana, to: Ben", "from: Ben, to: Ana, ifContains: x, group: again", "from: Ben, to: Cy, ifContains: y"],
      ", entry: Ana",
    ],
    [
      "a loop that any edge opens",
      ["from: Ana, to: Ben, join: any", "from: Ben, to: Ben, ifContains: x, join: any", "from: Ben, to: Cy, ifContains: y"],
      "",
    ],
    ["two ways that meet", ["from: Ana, to: Ben", "from: Ana, to: Cy", "from: Ben, to: Cy"], ""],
  ])("with %s is taken", (_, edges, entry) => {
    expect(graph(edges, entry)).toEqual([]);
  });

  test("that begins with nobody is refused", () => {
    expect(graph(STRAIGHT, ", entry: Dan")[0]).toContain('begins with "Dan"; the team has Ana, Ben, Cy.');
  });
});

describe("a selector", () => {
  const selector = (more: string, agents = [agent("Ana"), agent("Ben"), agent("Cy")]) => team(`policy: selector, model: m${more}`, agents);

  test("needs two to select from, and of two without repeats only one is left", () => {
    expect(mistakes(selector("", [agent("Ana")]))[0]).toContain("there is only one agent to select");
    expect(warnings(selector("", [agent("Ana"), agent("Ben")]))[0]).toContain("never decides to finish. Set `allowRepeats: true`");
    expect(warnings(selector(", allowRepeats: true", [agent("Ana"), agent("Ben")]))).toEqual([]);
  });

  test.each([
    [", rules: [{ after: Anna, next: Ben }]", 'waits for words of "Anna"; the team has Ana, Ben, Cy, user. Did you mean "Ana"?'],
    [", rules: [{ after: user, next: user }]", 'chooses "user"; the team has Ana, Ben, Cy.'],
    [", rules: [{ after: Ana, when: {}, next: Ben }]", "name hasCode or contains"],
    [", candidates: [{ after: Ana, next: [Dan] }]", 'chooses "Dan"'],
    [", candidates: [{ after: Ana, next: [] }]", "at least 1 of them"],
  ])("with %s is refused", (more, message) => {
    expect(mistakes(selector(more)).join("\n")).toContain(message);
  });

  test("warns of rules that are never reached and of a prompt that names no candidates", () => {
    expect(
      warnings(
        selector(
          ", prompt: Choose., rules: [{ after: Ana, next: Ben }, { after: Ana, next: Cy }], candidates: [{ after: Ana, next: [Cy] }]",
        ),
      ),
    ).toEqual([
      'teams.main.speakers.rules[1]: is never reached: a rule above it holds for all words of "Ana". Take one out.',
      'teams.main.speakers.candidates[0]: is never used: a rule decides who follows "Ana". Take one out.',
      "teams.main.speakers.prompt: does not say who may be chosen: put {participants} into it.",
    ]);
  });
});
