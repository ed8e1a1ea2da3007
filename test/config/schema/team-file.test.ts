import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { loadSettings } from "../../../src/config/load.ts";
import { BUILT_IN } from "../../../src/config/built-in/built-in.ts";
import { jsonSchemaOf } from "../../../src/config/registry/schemas.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

test("the JSON Schema for editors is what the schema in code says; npm run -s parley -- teams schema > teams/parley.schema.json renews it", () => {
  expect(JSON.parse(readFileSync(resolve(ROOT, "teams/parley.schema.json"), "utf8"))).toEqual(
    JSON.parse(JSON.stringify(jsonSchemaOf(BUILT_IN))),
  );
});

test.each([
  "parley.yml",
  "teams/coding.yml",
  "teams/research.yml",
  "teams/debate.yml",
  "teams/swarm-support.yml",
  "teams/graph-review.yml",
  "teams/magentic.yml",
  "teams/offline/offline.yml",
])("%s can be used as it is, by itself, with or without a key", (file) => {
  for (const env of [{}, { ANTHROPIC_API_KEY: "k" }, { OPENAI_API_KEY: "k" }]) {
    const { warnings, teams } = loadSettings({ file, env, cwd: ROOT });
    expect(warnings).toEqual([]);
    expect(teams.size).toBeGreaterThan(0);
  }
  expect(readFileSync(resolve(ROOT, file), "utf8")).toMatch(/^# yaml-language-server: \$schema=\S*parley\.schema\.json/);
});

test("parley.yml names each team file under teams/ and its models are the ones used", () => {
  const { teams, models } = loadSettings({ file: "parley.yml", env: { OPENAI_API_KEY: "k" }, cwd: ROOT });
  expect([...teams.keys()]).toEqual(["coding", "research", "debate", "support", "review", "magentic"]);
  const listed = readdirSync(resolve(ROOT, "teams")).filter((name) => name.endsWith(".yml"));
  expect((parse(readFileSync(resolve(ROOT, "parley.yml"), "utf8")) as { include: string[] }).include.toSorted()).toEqual(
    listed.map((name) => `teams/${name}`).toSorted(),
  );
  expect([...models.values()].map((model) => model.provider)).toEqual(["openai", "openai"]);
});
