import { expect, test } from "vitest";
import { buildTeams } from "../../../src/config/build.ts";
import { createModelFor } from "../../../src/config/build/models.ts";
import { checkOwnTeam } from "../../../src/config/own-team.ts";
import { createTeamShelf } from "../../../src/config/team-shelf.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { fakeExecutor, ran } from "../fake-executor.ts";
import { instantly } from "../instantly.ts";
import { stage } from "../play.ts";
import { load, mistakesOf, SMALL } from "../team-files.ts";

const TOOLS = `tools:
  web: { kind: web-fetch }
  kiosk: { kind: agent, description: Looks things up., agent: { model: m, tools: [web] } }
  lab: { kind: agent, description: Runs things., team: coding }
  git: { kind: mcp, command: git-server }
`;
const TEAMS = `teams:
  pair:
    description: Two who talk.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Asks., model: m }]
    stop: { textMention: DONE }
    limits: { turns: 400 }
  coding:
    description: Writes code.
    speakers: { policy: round-robin }
    agents: [{ name: Coda, kind: coder, description: Codes., model: m }, { name: Nota, description: Keeps notes., model: m, memory: true }]
    stop: { textMention: DONE }
`;
const servers = { tools: async () => ({ tools: [], missing: [] }), close: async () => {} };

function shelfWith(ceilings: string) {
  const { settings, teams } = stage(`${TOOLS}${TEAMS}ceilings: { teams: ${ceilings} }`, { servers });
  const { settings: keep } = openSqlite({ path: ":memory:", now: () => 0 });
  return { keep, settings, teams, shelf: createTeamShelf({ settings, teams, keep, log: () => {} }) };
}

const Cy = { name: "Cy", description: "Begins.", model: "m" };
const team = (change: object, ...agents: readonly object[]) => ({
  description: "Made by people.",
  speakers: { policy: "round-robin" },
  agents: agents.length === 0 ? [Cy] : agents,
  stop: { textMention: "DONE" },
  ...change,
});

const mistakes = (ceilings: string, own: object) =>
  shelfWith(ceilings)
    .shelf.check("T1", { name: "own", team: own }, true)
    .map(({ path, message }) => `${path}: ${message}`);

const setBy = (ceiling: string) => `(\`ceilings.teams.${ceiling}\` in the team file).`;

test("the ceilings are finite where the file says nothing of them", () => {
  const { ceilings } = load({ "parley.yml": SMALL }, { ANTHROPIC_API_KEY: "k" });
  expect(ceilings).toEqual({
    teams: { turns: 100, minutes: 120, tokens: 2_000_000, usd: 10, agents: 20, code: "auto", memory: true, web: true },
    raised: {
      turns: 200,
      minutes: 480,
      tokens: 5_000_000,
      usd: 50,
      personUsdPerDay: 100,
      channelUsdPerDay: 250,
      workspaceUsdPerDay: 1000,
    },
  });
});

test("what the ceilings name must be in the file, and what they say must be a limit", () => {
  const file = (ceilings: string) =>
    mistakesOf({ "parley.yml": `${SMALL}ceilings: ${ceilings}\n` }).map((line) => line.replace(/^\S+ /, ""));
  expect(file("{ teams: { models: [n], tools: [web, x/y] } }")).toEqual([
    'ceilings.teams.models[0]: there is no model "n"; the file has m. Did you mean "m"?',
    'ceilings.teams.tools[0]: there is no tool "web"; the file has no tools yet. Add it under `tools`, or fix the name.',
    'ceilings.teams.tools[1]: there is no tool "x"; the file has no tools yet. Add it under `tools`, or fix the name.',
  ]);
  expect(file("{ teams: { turns: 501, usd: -1 }, raise: { usd: 5 } }")).toEqual([
    "ceilings.teams.turns: too big: at most 500",
    "ceilings.teams.usd: too small: more than 0",
    'ceilings.raise: unknown key "raise"; did you mean "raised"?',
  ]);
  expect(mistakesOf({ "parley.yml": `${SMALL}tools: { web: { kind: web-fetch } }\nceilings: { teams: { tools: [web/get] } }\n` })).toEqual([
    expect.stringContaining('ceilings.teams.tools[0]: "web" is one tool, not a server of several. Write "web".'),
  ]);
  expect(
    load(
      { "parley.yml": `include: [more.yml]\n${SMALL}`, "more.yml": "ceilings: { teams: { turns: 5 } }\n" },
      { ANTHROPIC_API_KEY: "k" },
    ).warnings.map(({ message }) => message),
  ).toEqual(["is not used here: the file that includes this one decides."]);
});

test("a model that is not for teams made in Slack is not reached through a tool either, unless the tool is listed", () => {
  const dear = `models: { dear: { provider: replay, file: r.yml }, m: { provider: replay, file: r.yml } }
tools:
  oracle: { kind: agent, description: Knows., agent: { model: dear } }
  bench: { kind: agent, description: Works., team: seers }
teams:
  seers: { description: See., speakers: { policy: round-robin }, agents: [{ name: Eve, description: Sees., model: m, tools: [oracle] }], stop: { maxTurns: 1 } }
`;
  const told = (ceilings: string) => {
    const settings = load({ "parley.yml": `${dear}ceilings: { teams: ${ceilings} }\n`, "r.yml": "replies: {}" });
    const checked = checkOwnTeam({ name: "own", team: team({}, { ...Cy, tools: ["oracle", "bench"] }) }, settings);
    return "mistakes" in checked ? checked.mistakes.map(({ path, message }) => `${path}: ${message}`) : [];
  };
  expect(told("{ models: [m] }")).toEqual([
    `agents[0].tools[0]: the model "dear" is not for teams made in Slack; there are m ${setBy("models")}`,
    `agents[0].tools[1]: the model "dear" is not for teams made in Slack; there are m ${setBy("models")}`,
  ]);
  expect(told("{ models: [m], tools: [oracle, bench] }")).toEqual([]);
});

test.each([
  ["{ turns: 50 }", team({ limits: { turns: 51 } }), `limits.turns: at most 50 in teams made in Slack; 51 is more ${setBy("turns")}`],
  ["{ usd: 2 }", team({ limits: { usd: 2.5 } }), `limits.usd: at most 2 in teams made in Slack; 2.5 is more ${setBy("usd")}`],
  [
    "{ minutes: 5, tokens: 1000 }",
    team({ limits: { minutes: 6, tokens: 1_000_000_000 } }),
    `limits.minutes: at most 5 in teams made in Slack; 6 is more ${setBy("minutes")}`,
    `limits.tokens: at most 1000 in teams made in Slack; 1000000000 is more ${setBy("tokens")}`,
  ],
  [
    "{ agents: 2 }",
    team({}, Cy, { name: "In", kind: "team", description: "The coders.", team: "coding" }),
    `agents: at most 2 agents in teams made in Slack; 3 are more, those of the teams inside it included ${setBy("agents")}`,
  ],
  [
    "{ tools: [kiosk, git/read] }",
    team({}, { ...Cy, tools: ["kiosk", "git/read", "web", "git/push"] }),
    `agents[0].tools[2]: the tool "web" is not for teams made in Slack; there are kiosk, git/read ${setBy("tools")}`,
    `agents[0].tools[3]: the tool "git/push" is not for teams made in Slack; there are kiosk, git/read ${setBy("tools")}`,
  ],
  [
    "{ tools: [git/read] }",
    team({}, { ...Cy, tools: ["git"] }),
    `agents[0].tools[0]: the tool "git" is not for teams made in Slack; there are git/read ${setBy("tools")}`,
  ],
  ["{ tools: [git] }", team({}, { ...Cy, tools: ["git/push"] })],
  ["{ code: off }", team({}, { ...Cy, kind: "coder" }), `agents[0].kind: nobody in teams made in Slack runs code ${setBy("code")}`],
  [
    "{ code: off }",
    team({}, Cy, { name: "In", kind: "team", description: "The coders.", team: "coding" }),
    `agents[1].team: nobody in teams made in Slack runs code ${setBy("code")}`,
  ],
  ["{ code: off }", team({}, { ...Cy, tools: ["lab"] }), `agents[0].tools[0]: nobody in teams made in Slack runs code ${setBy("code")}`],
  ["{ code: ask }", team({}, { ...Cy, kind: "coder" })],
  [
    "{ memory: false }",
    team({}, { ...Cy, memory: true }),
    `agents[0].memory: nobody in teams made in Slack keeps notes ${setBy("memory")}`,
  ],
  [
    "{ memory: false }",
    team({}, { ...Cy, tools: ["lab"] }),
    `agents[0].tools[0]: nobody in teams made in Slack keeps notes ${setBy("memory")}`,
  ],
  [
    "{ web: false }",
    team({}, { ...Cy, tools: ["kiosk"] }),
    `agents[0].tools[0]: nobody in teams made in Slack reads pages of the web ${setBy("web")}`,
  ],
])("within the ceilings %s", (ceilings, own, ...told) => {
  expect(mistakes(ceilings, own)).toEqual(told);
});

test("models are held to the list wherever they are named, or are asked without being named", () => {
  const text = `models: { fast: { provider: replay, file: replies.yml }, m: { provider: replay, file: replies.yml } }
${TOOLS}${TEAMS}ceilings: { teams: { models: [m] } }
`;
  const settings = load({ "parley.yml": text, "replies.yml": "replies: {}" });
  const teams = buildTeams(settings, {
    createModel: createModelFor({ env: {}, clock: instantly }),
    executor: fakeExecutor(() => ran("")),
    keepFile: async () => "",
    servers,
  });
  const { settings: keep } = openSqlite({ path: ":memory:", now: () => 0 });
  const shelf = createTeamShelf({ settings, teams, keep, log: () => {} });
  expect(shelf.models).toEqual(["m"]);
  const paths = (own: object) => shelf.check("T1", { name: "own", team: own }, true).map(({ path }) => path);
  const di = { ...Cy, name: "Di" };
  expect(paths(team({}, { ...Cy, model: "fast" }))).toEqual(["agents[0].model"]);
  expect(paths(team({}, { ...Cy, context: { summary: { model: "fast", tokensMax: 5000 } } }))).toEqual(["agents[0].context.summary.model"]);
  expect(paths(team({ speakers: { policy: "magentic", model: "fast" } }))).toEqual(["speakers.model"]);
  expect(paths(team({ speakers: { policy: "selector", model: "m" } }, Cy, di))).toEqual([]);
  expect(paths(team({ speakers: { policy: "selector" } }, Cy, di))).toEqual(["speakers.model"]);
  const inner = { name: "In", kind: "team", description: "x", team: "coding", voice: { model: "fast" } };
  expect(paths(team({}, Cy, inner))).toEqual(["agents[1].voice.model"]);
});

test("a team that says nothing of its limits has the defaults, as far as the ceilings let it", async () => {
  const { shelf, teams } = shelfWith("{ turns: 10, usd: 0.5 }");
  const own = team({ limits: { minutes: 7 } });
  expect(shelf.check("T1", { name: "own", team: own }, true)).toEqual([]);
  const decision = { workspace: "T1", person: { id: "U1", name: "Maria" }, deed: "create team", subject: "team/own", allowed: true };
  await shelf.put({ workspace: "T1", name: "own", team: own, revision: 0, decision });
  const here = await shelf.of("T1");
  expect(teams.build("own", "t", here.snapshot("own")).limitsAtFirst).toEqual({ turns: 10, minutes: 7, tokens: 200_000, usd: 0.5 });
});

test("code: ask holds for teams that people made, beside what they say themselves, and for those alone", async () => {
  const { shelf } = shelfWith("{ code: ask }");
  const decision = { workspace: "T1", person: { id: "U1", name: "Maria" }, deed: "create team", subject: "team/own", allowed: true };
  await shelf.put({ workspace: "T1", name: "own", team: team({}, { ...Cy, kind: "coder" }), revision: 0, decision });
  const here = await shelf.of("T1");
  expect([here.policy?.("own"), here.policy?.("coding")]).toEqual([
    { code: "ask", tools: "auto" },
    { code: "auto", tools: "auto" },
  ]);
});

test("a team that breaks a ceiling which was lowered is kept, and why it is not used is said", async () => {
  const { keep } = shelfWith("{}");
  const before = shelfWith("{ turns: 100 }");
  const decision = { workspace: "T1", person: { id: "U1", name: "Maria" }, deed: "create team", subject: "team/own", allowed: true };
  await keep.put({ name: "team/own", value: team({ limits: { turns: 90 } }), revision: 0, decision });
  const open = (ceilings: string) => {
    const { settings, teams } = shelfWith(ceilings);
    return createTeamShelf({ settings, teams, keep, log: () => {} });
  };
  expect(before.shelf.ceilings.turns).toBe(100);
  expect((await open("{ turns: 100 }").of("T1")).has("own")).toBe(true);
  const here = await open("{ turns: 80 }").of("T1");
  expect(here.has("own")).toBe(false);
  expect(here.whyNot("own")).toBe(
    'The team "own" cannot be used as it is: limits.turns: at most 80 in teams made in Slack; 90 is more (`ceilings.teams.turns` in the team file). Who may change teams can mend it in App Home.',
  );
  expect(here.whyNot("pair")).toBeUndefined();
});
