import { join } from "node:path";
import { expect, test } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { checkOwnTeam } from "../../src/config/own-team.ts";
import { reachable, readSnapshot, snapshotOf } from "../../src/config/build/snapshot.ts";
import { folderWith, load, mistakesOf, SMALL } from "./team-files.ts";

const withKnowledge = (knowledge: string): string => SMALL.replace("    stop:", `    knowledge: ${knowledge}\n    stop:`);

test("a folder is looked for beside the file that names it, also where that is an included one", () => {
  const cwd = folderWith({
    "parley.yml": `include: [teams/a.yml]\n${SMALL}`,
    "teams/a.yml": withKnowledge("[{ name: handbook, folder: ./handbook }]").replace("  pair:", "  other:"),
  });
  const settings = loadSettings({ env: {}, cwd });
  expect(settings.teams.get("pair")?.knowledge).toBeUndefined();
  expect(settings.teams.get("other")?.knowledge).toMatchObject([
    { name: "handbook", folder: join(cwd, "teams/handbook"), filesMax: 2_000, mbMax: 200, exclude: [] },
  ]);
});

test("what is no source says what is meant", () => {
  const said = (knowledge: string) => mistakesOf({ "parley.yml": withKnowledge(knowledge) }).join("\n");
  expect(said("[{ name: a, folder: x }, { name: A, folder: y }]")).toContain("two of them have the same name; rename one");
  expect(said("[{ name: a, folder: x, include: ['../**'] }]")).toContain("is no path within the folder; write it as **/*.md");
  expect(said("[{ name: a, folder: x, links: 'ftp://x' }]")).toContain("an http or https address");
  expect(said("[{ name: a, foldr: x }]")).toMatch(/folder/);
  expect(said("[{ name: a }]")).toContain("name one of `folder`, `channel` and `canvas`");
  expect(said("[{ name: a, folder: x, canvas: F0123 }]")).toContain("name one of `folder`, `channel` and `canvas`");
  expect(said("[{ name: a, channel: project }]")).toContain("a channel by its name with #, or its id: #project, C0123ABCD");
  expect(said("[{ name: a, channel: '#project', links: 'https://x' }]")).toContain("`links` belongs to a `folder`");
  expect(said("[]")).not.toBe("");
});

test("vectors are made by a model that is there, and can make some", () => {
  const said = (model: string) =>
    mistakesOf({
      "parley.yml": withKnowledge(`[{ name: a, folder: x, embeddings: ${model} }]`).replace(
        "teams:",
        `  v: { provider: openai-compatible, model: tiny, baseUrl: "http://127.0.0.1:1/v1" }\nteams:`,
      ),
    }).join("\n");
  expect(said("v")).toBe("");
  expect(said("m")).toContain('"m" is a model of anthropic, which makes no vectors. Name one of openai, azure or openai-compatible.');
  expect(said("w")).toMatch(/there is no model "w"/);
});

test("a team that people make can name no folder", () => {
  const settings = load({ "parley.yml": withKnowledge("[{ name: handbook, folder: . }]") });
  const team = {
    description: "d",
    speakers: { policy: "round-robin" },
    agents: [{ name: "Ana", description: "d", model: "m" }],
    knowledge: [{ name: "etc", folder: "/etc" }],
  };
  expect(checkOwnTeam({ name: "mine", team }, settings)).toMatchObject({
    mistakes: [{ message: expect.stringContaining("can be given to a team of the team file alone, by whoever runs Parley") as string }],
  });
  const { knowledge: _knowledge, ...without } = team;
  expect(checkOwnTeam({ name: "mine", team: without }, settings)).not.toHaveProperty("mistakes");
});

test("a run keeps the sources that it began with", () => {
  const settings = load({ "parley.yml": withKnowledge("[{ name: handbook, folder: . }]") });
  const then = readSnapshot(snapshotOf(settings, "pair", []), settings);
  expect(reachable(then, "pair").teams.get("pair")?.knowledge).toEqual(settings.teams.get("pair")?.knowledge);
});
