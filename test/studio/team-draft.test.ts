import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { schemasOf } from "../../src/config/registry/schemas.ts";
import { BUILT_IN } from "../../src/config/built-in/built-in.ts";
import { z } from "zod";
import { suggestionsAt } from "../../web/studio/teams/edit/complete.ts";
import {
  pathOf,
  rangeOf,
  readDraft,
  withAdded,
  withAgentNamed,
  withName,
  withoutAgent,
  withValue,
} from "../../web/studio/teams/edit/draft.ts";
import { withDrawn, withErased } from "../../web/studio/teams/edit/drawn.ts";
import { placedIn } from "../../web/studio/teams/layout.ts";
import { graphOf } from "../../web/studio/teams/team-graph.ts";

const TEXT = `# Ours.
teams:
  crew:
    description: A crew. # In a line.
    speakers:
      policy: graph
      entry: Ana
      edges:
        - { from: Ana, to: Ben }
        - { from: Ben, to: Ana, ifContains: AGAIN }
    agents:
      - name: Ana
        model: smart # The large one.
        description: Writes.
        handoffs: [Ben, human]
      - { name: Ben, description: Reads., model: smart, tools: [web] }
      - { name: Run, kind: code-runner, runs: [Ana], description: Runs. }
    stop: { textMention: { text: DONE, agents: [Ben] } }
`;
const teamIn = (text: string) => (parse(text) as { teams: { [name: string]: unknown } }).teams["crew"] as never as Crew;
interface Crew {
  speakers: { entry?: string; edges: { from: string; to: string }[] };
  agents: { name: string; model?: string; tools?: string[]; handoffs?: string[]; runs?: string[] }[];
  stop: { textMention: { agents: string[] } };
}

test("a form changes the text where it stands, and leaves every other word and comment as it is", () => {
  const changed = withValue(readDraft(TEXT), ["agents", 0, "model"], "fast");
  expect(changed.split("\n").filter((line, index) => line !== TEXT.split("\n")[index])).toEqual(["        model: fast # The large one."]);
  const without = withValue(readDraft(TEXT), ["agents", 1, "tools"], undefined);
  expect([teamIn(without).agents[1]?.tools, without.includes("# In a line.")]).toEqual([undefined, true]);
  expect(teamIn(withAdded(readDraft(TEXT), ["agents", 0, "tools"], "web")).agents[0]?.tools).toEqual(["web"]);
  expect(withName(readDraft(TEXT), "team-2")).toContain("\n  team-2:\n");
  // What cannot be read is not touched.
  expect(withValue(readDraft("teams: { crew: ["), ["description"], "x")).toBe("teams: { crew: [");
});

test("an agent is named anew wherever the team names it, and taken out with all that leads to it", () => {
  const { speakers, agents, stop } = teamIn(withAgentNamed(readDraft(TEXT), 1, "Bo"));
  expect([speakers.edges.map(({ from, to }) => from + to), agents[0]?.handoffs, stop.textMention.agents]).toEqual([
    ["AnaBo", "BoAna"],
    ["Bo", "human"],
    ["Bo"],
  ]);
  expect(agents.map(({ name }) => name)).toEqual(["Ana", "Bo", "Run"]);
  const left = teamIn(withoutAgent(readDraft(TEXT), 0));
  expect([left.agents.map(({ name }) => name), left.speakers.edges, left.speakers.entry, left.agents[1]?.runs]).toEqual([
    ["Ben", "Run"],
    [],
    undefined,
    undefined,
  ]);
});

test("what is drawn and erased in the graph is written as a hand-over, an edge, a tool or a model", () => {
  const draft = readDraft(TEXT);
  const graph = graphOf(draft.team, { opened: new Set(), teamOf: () => undefined });
  const node = (title: string) => graph.nodes.find((one) => one.title === title)!;
  const edge = (kind: string, title: string) =>
    graph.edges.find((one) => one.kind === kind && graph.nodes.find(({ id }) => id === one.from)?.title === title)!;
  const drawn = (from: string, to: string) => withDrawn(draft, node(from), node(to));
  const text = (from: string, to: string) => (drawn(from, to) as { text: string }).text;
  expect(teamIn(text("Ben", "Run")).speakers.edges.at(-1)).toEqual({ from: "Ben", to: "Run" });
  expect(teamIn(text("Ana", "web")).agents[0]?.tools).toEqual(["web"]);
  expect(drawn("Run", "smart")).toEqual({ why: expect.stringContaining("code-runner has no model") });
  expect(drawn("Ana", "Start")).toHaveProperty("why");
  const erased = (what: { nodes?: readonly never[]; edges?: ReturnType<typeof edge>[] }) =>
    teamIn(withErased(draft, { nodes: what.nodes ?? [], edges: what.edges ?? [] }, (id) => graph.nodes.find((one) => one.id === id)));
  expect(erased({ edges: [edge("next", "Ana")] }).speakers.edges.map(({ from }) => from)).toEqual(["Ben"]);
  expect(erased({ edges: [edge("handoff", "Ana")] }).agents[0]?.handoffs).toEqual(["human"]);
  expect(erased({ edges: [edge("uses", "Ben"), edge("thinks", "Ana")] }).agents.map(({ model, tools }) => [model, tools])).toEqual([
    [undefined, undefined],
    ["smart", undefined],
    [undefined, undefined],
  ]);
});

test("a mistake is marked at what it is about, or the nearest thing around it that is written", () => {
  const draft = readDraft(TEXT);
  const marked = (path: string): string => {
    const { from, to } = rangeOf(draft, path);
    return TEXT.slice(from, to);
  };
  expect(pathOf("agents[0].handoffs[1]")).toEqual(["agents", 0, "handoffs", 1]);
  expect(["agents[0].handoffs[1]", "agents[0].model", "agents[1].icon", "name", "limits.turns"].map(marked)).toEqual([
    "human",
    "smart",
    "{ name: Ben, description: Reads., model: smart, tools: [web] }",
    "crew",
    "crew",
  ]);
});

test("a half-written, hostile or strange team is drawn as far as it goes, and laid out", () => {
  const any = fc.anything({ maxDepth: 4, key: fc.constantFrom("agents", "name", "kind", "team", "handoffs", "speakers", "policy", "edges", "from", "to", "rules") }); // prettier-ignore
  fc.assert(
    fc.property(any, (team) => {
      const graph = graphOf(team, { opened: new Set(["agent:0"]), teamOf: () => team });
      expect(placedIn(graph).size).toBe(new Set(graph.nodes.map(({ id }) => id)).size);
      const ids = new Set(graph.nodes.map(({ id }) => id));
      expect(graph.edges.filter(({ from, to }) => !ids.has(from) || !ids.has(to))).toEqual([]);
    }),
    { numRuns: 200, seed: 20_260_105 },
  );
});

test("every example team is drawn with all that is in it, and a team inside opens in its place", () => {
  const read = (file: string) => Object.values((parse(readFileSync(join(import.meta.dirname, "../../teams", file), "utf8")) as { teams: object }).teams)[0] as unknown; // prettier-ignore
  const draw = (team: unknown, opened: readonly string[] = [], teamOf = (_name: string): unknown => undefined) =>
    graphOf(team, { opened: new Set(opened), teamOf });
  const review = draw(read("graph-review.yml"));
  expect(review.nodes.filter(({ kind }) => kind === "agent").map(({ title }) => title)).toEqual(["Writer", "FactReader", "PlainReader", "Editor", "Publisher"]); // prettier-ignore
  expect(review.edges.filter(({ kind }) => kind === "next").map(({ label }) => label)).toContain("if “REVISE”");
  expect(draw(read("swarm-support.yml")).edges.filter(({ kind }) => kind === "handoff").length).toBeGreaterThan(2);
  const outer = {
    description: "",
    speakers: { policy: "selector" },
    agents: [{ name: "Crew", kind: "team", team: "coding" }, { name: "Judge" }],
  };
  const shut = draw(outer);
  const open = draw(outer, ["agent:0"], () => read("coding.yml"));
  expect([shut.nodes.length, open.nodes.filter(({ within }) => within === "agent:0").map(({ title }) => title)]).toEqual([
    3,
    expect.arrayContaining(["Coder", "Runner", "Critic", "Selector"]),
  ]);
  const places = placedIn(open);
  const crew = places.get("agent:0")!;
  for (const { id, within } of open.nodes) {
    if (within === undefined) continue;
    const { x, y, width, height } = places.get(id)!;
    expect(x >= 0 && y >= 0 && x + width <= crew.width + 1 && y + height <= crew.height + 1).toBe(true);
  }
});

test("the editor suggests the keys and the values that the schema has at that place", () => {
  const schema = z.toJSONSchema(z.strictObject({ teams: schemasOf(BUILT_IN).castOfPeople.shape.teams }), {
    io: "input",
    unrepresentable: "any",
  });
  const names = { model: ["smart", "fast"], tools: ["web"], handoffs: ["Ben"], from: ["Ana"], to: ["Ana"] };
  const at = (text: string): readonly string[] => suggestionsAt(text, text.length, schema, names)?.all.map(({ label }) => label) ?? [];
  expect(at("te")).toEqual(["teams"]);
  expect(at("teams:\n  crew:\n    ")).toEqual(expect.arrayContaining(["description", "speakers", "agents", "stop", "limits"]));
  expect(at("teams:\n  crew:\n    speakers:\n      policy: ")).toEqual(expect.arrayContaining(["round-robin", "selector", "graph"]));
  expect(at("teams:\n  crew:\n    agents:\n      - name: Ana\n        ")).toEqual(
    expect.arrayContaining(["model", "instructions", "handoffs", "runs"]),
  );
  expect(at("teams:\n  crew:\n    agents:\n      - name: Ana\n        model: ")).toEqual(["smart", "fast"]);
  expect(at("teams:\n  crew:\n    agents:\n      - name: Ana\n        tools:\n          - ")).toEqual(["web"]);
  expect(at("teams:\n  crew:\n    agents:\n      - { name: Ana, model: s")).toEqual(["smart", "fast"]);
  expect(at("teams:\n  crew:\n    quiet: ")).toEqual(["true", "false"]);
  expect(at("teams:\n  crew:\n    # ")).toEqual([]);
});
