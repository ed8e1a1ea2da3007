import { expect, test } from "vitest";
import { writeOwnTeam } from "../../src/config/own-team.ts";
import { createTeamShelf, type Keep } from "../../src/config/team-shelf.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { stage } from "./play.ts";

const FILE = `tools: { web: { kind: web-fetch } }
teams:
  pair:
    description: Two who talk.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Asks., model: m, tools: [web] }, { name: Ben, description: Answers., model: m }]
    stop: { textMention: DONE }
    limits: { turns: 9 }
`;
const DUO = {
  description: "Two others.",
  speakers: { policy: "swarm" },
  agents: [
    { name: "Cy", description: "Begins.", model: "m", handoffs: ["Di"] },
    { name: "Di", description: "Ends.", model: "m", tools: ["web"] },
  ],
};
const decision = { workspace: "T1", person: { id: "U1", name: "Maria" }, deed: "create team", subject: "team/duo", allowed: true };

function openShelf() {
  const { settings, teams } = stage(FILE, { replies: "replies: { Cy: [one] }" });
  const { settings: keep } = openSqlite({ path: ":memory:", now: () => 0 });
  const lines: string[] = [];
  const open = (over: Partial<{ keep: Keep }> = {}) =>
    createTeamShelf({ settings, teams, keep, log: (line) => void lines.push(line), ...over });
  return { shelf: open(), open, keep, teams, lines };
}

const put = (shelf: ReturnType<typeof createTeamShelf>, team: unknown, revision = 0, name = "duo", workspace = "T1") =>
  shelf.put({ workspace, name, team, revision, decision: { ...decision, workspace } });

test("a team that is put on another shelf, as in another process, is on this one too, and gone when it is taken away there", async () => {
  const { shelf, open } = openShelf();
  const other = open();
  await shelf.open("T1");
  expect(await put(other, DUO)).toBe(true);
  await expect.poll(() => shelf.get("T1", "duo")?.revision).toBe(1);
  expect((await shelf.of("T1")).has("duo")).toBe(true);
  expect(await put(other, undefined, 1)).toBe(true);
  await expect.poll(() => shelf.get("T1", "duo")).toBeUndefined();
});

test("a team that people make is one of its workspace's teams, and of no other's", async () => {
  const { shelf, teams } = openShelf();
  await shelf.open("T1");
  const seen = shelf.in("T1");
  expect(seen.cards.map(({ name }) => name)).toEqual(["pair"]);
  expect(shelf.check("T1", { name: "duo", team: DUO }, true)).toEqual([]);
  expect(await put(shelf, DUO)).toBe(true);
  expect(seen.cards.map(({ name, agents }) => [name, agents.length])).toEqual([
    ["pair", 2],
    ["duo", 2],
  ]);
  const here = await shelf.of("T1");
  expect([here.has("duo"), here.names(), here.default]).toEqual([true, ["pair", "duo"], "pair"]);
  expect(teams.build("duo", "t", here.snapshot("duo")).agents.map(({ name }) => name)).toEqual(["Cy", "Di"]);
  const elsewhere = await shelf.of("T2");
  expect([elsewhere.has("duo"), shelf.in("T2").cards.length, shelf.get("T2", "duo")]).toEqual([false, 1, undefined]);
});

test("what is kept is there again after a restart; of two writers the second is told", async () => {
  const { shelf, open } = openShelf();
  expect(await put(shelf, DUO)).toBe(true);
  const again = open();
  await again.open("T1");
  expect(again.get("T1", "duo")).toMatchObject({ fromFile: false, revision: 1, team: DUO, mistakes: [] });
  expect(await put(again, { ...DUO, description: "Newer." }, 1)).toBe(true);
  expect(await put(shelf, { ...DUO, description: "Too late." }, 1)).toBe(false);
  expect(shelf.get("T1", "duo")).toMatchObject({ revision: 2, team: { description: "Newer." } });
  expect(await put(shelf, undefined, 2)).toBe(true);
  expect(shelf.list("T1").map(({ name, fromFile }) => [name, fromFile])).toEqual([["pair", true]]);
});

test("a team is checked by the rules of the team file, with the same words", () => {
  const { shelf } = openShelf();
  const [cy, di] = DUO.agents;
  const mistakes = (change: object, name = "duo") =>
    shelf.check("T1", { name, team: { ...DUO, ...change } }, true).map(({ path, message }) => `${path}: ${message}`);
  expect(mistakes({ agents: [{ ...cy, model: "n" }, di] })).toEqual([
    'agents[0].model: there is no model "n"; the file has m. Did you mean "m"?',
  ]);
  expect(mistakes({ agents: [{ ...cy, handoffs: ["Dy"] }, di] })[0]).toContain("agents[0].handoffs[0]: ");
  expect(mistakes({ agents: [] })).toEqual(["agents: a team needs at least one agent"]);
  expect(mistakes({ agents: [{ ...cy, name: "channel" }] })[0]).toContain("this name is reserved");
  expect(mistakes({ speakers: { policy: "chaos" } })[0]).toContain("speakers.policy: ");
  expect(mistakes({ limits: { usd: 5000 } })).toEqual([
    expect.stringContaining("limits.usd: at most 10 in teams made in Slack; 5000 is more"),
  ]);
  expect(mistakes({ sandbox: {} })[0]).toContain('unknown key "sandbox"');
  expect(mistakes({}, "PAIR")).toEqual(['name: there is a team "PAIR" already, in the team file; take another name.']);
  expect(mistakes({}, "<!channel>")[0]).toContain("a name starts with a letter");
  expect(mistakes({}, "constructor")[0]).toContain("this name cannot be used");
  expect(mistakes({}, "__proto__")).toHaveLength(1);
  expect(mistakes({ description: "x".repeat(501) })[0]).toContain("description: too big");
  expect(mistakes({ agents: [{ ...cy, instructions: "x".repeat(20_001) }, di] })[0]).toContain("instructions");
  expect(mistakes({ notes: "x".repeat(200_000) })[0]).toContain("larger than 128 KiB");
});

test.each([
  [
    "an alias bomb",
    `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
      .split("")
      .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[index]}`).join()}]`)
      .join("\n")}`,
    /aliases too often|team file/,
  ],
  ["a nest", "[".repeat(5_000), /nested|deep/],
  ["a prototype", "teams: { __proto__: { description: x } }", /name|team/],
  ["a file of its own", `${writeOwnTeam({ name: "duo", team: DUO })}include: [/etc/passwd]`, /only be set in the team file/],
  ["a program", `${writeOwnTeam({ name: "duo", team: DUO })}tools: { sh: { kind: mcp, command: sh } }`, /only be set in the team file/],
  [
    "a model",
    `models: { m: { provider: openai, model: x, baseUrl: "http://169.254.169.254" } }\n${writeOwnTeam({ name: "duo", team: DUO })}`,
    /only be set in the team file/,
  ],
  ["two teams", "teams: { a: {}, b: {} }", /2 teams/],
  ["no team", "hello", /no team in it/],
  ["no YAML", "teams: [", /not valid YAML/],
  ["a call to everybody", 'teams: { "<!channel>": { description: x } }', /a name starts with a letter/],
  ["a whole megabyte", "x".repeat(1024 * 1024 + 1), /larger than/],
])("YAML that is %s is refused in words", (_, text, words) => {
  const found = openShelf().shelf.read(text);
  expect("mistakes" in found && found.mistakes.map(({ message }) => message).join("\n")).toMatch(words);
  expect(({} as { description?: string }).description).toBeUndefined();
});

test("an export of any team is an import elsewhere, and says no more than was written", () => {
  const { shelf } = openShelf();
  const pair = shelf.get("T1", "pair");
  const text = shelf.write({ name: "copy", team: pair?.team });
  expect(text).not.toContain("toolRoundsMax");
  expect(text).toContain("turns: 9");
  const back = shelf.read(text);
  expect(back).toEqual({ name: "copy", team: pair?.team });
  expect(shelf.check("T1", { name: "copy", team: pair?.team }, true)).toEqual([]);
  expect(shelf.read(text.replace("model: m", "model: n"))).toMatchObject({ mistakes: [{ path: "agents[0].model", line: 9 }] });
});

test("a team that the file does not bear any more is kept, said and not used", async () => {
  const { shelf, keep, lines } = openShelf();
  await keep.put({ name: "team/old", value: { ...DUO, agents: [{ name: "X", description: "x", model: "gone" }] }, revision: 0, decision });
  await keep.put({ name: "team/pair", value: DUO, revision: 0, decision });
  await shelf.open("T1");
  expect(shelf.in("T1").cards).toHaveLength(1);
  expect(shelf.get("T1", "old")?.mistakes[0]?.message).toContain('there is no model "gone"');
  expect((await shelf.of("T1")).has("old")).toBe(false);
  expect(lines).toHaveLength(2);
});
