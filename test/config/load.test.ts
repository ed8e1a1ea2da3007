import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { folderWith, load, mistakesOf, SMALL } from "./team-files.ts";

describe("a whole file", () => {
  test("a small file gets every default from the schema", () => {
    const settings = load({ "parley.yml": SMALL }, { ANTHROPIC_API_KEY: "k" });
    expect(settings.defaultTeam).toBe("pair");
    expect(settings.teams.get("pair")?.limits).toEqual({ turns: 24, minutes: 20, tokens: 200_000, usd: 1 });
    expect(settings.teams.get("pair")?.agents[0]).toMatchObject({ tools: [], handoffs: [], toolRoundsMax: 8 });
    expect(settings.models.get("m")).toMatchObject({ provider: "anthropic", apiKeyEnv: "ANTHROPIC_API_KEY", outputTokensMax: 8192 });
    expect(settings.sandbox).toMatchObject({ executor: "docker", timeoutSeconds: 60 });
    expect(settings.database).toMatch(/\/data\/parley\.db$/);
    expect(settings.warnings).toEqual([]);
  });

  test("the environment goes before the file for the database and the image", () => {
    const settings = load({ "parley.yml": SMALL }, { ANTHROPIC_API_KEY: "k", PARLEY_DB: ":memory:", PARLEY_SANDBOX_IMAGE: "python:3.99" });
    expect(settings.database).toBe(":memory:");
    expect(settings.sandbox.image).toBe("python:3.99");
  });

  test("PARLEY_FILE names another file, and a named file goes before it", () => {
    const cwd = folderWith({ "one.yml": SMALL, "two.yml": SMALL.replace("pair:", "couple:") });
    expect(loadSettings({ env: { PARLEY_FILE: "two.yml" }, cwd }).defaultTeam).toBe("couple");
    expect(loadSettings({ env: { PARLEY_FILE: "two.yml" }, cwd, file: "one.yml" }).defaultTeam).toBe("pair");
  });
});

describe("mistakes in the shape", () => {
  test("an unknown key is told with its line and the key that was meant", () => {
    expect(mistakesOf({ "parley.yml": SMALL.replace("description: Asks.", "descripton: Asks.") })).toEqual([
      "parley.yml:8: teams.pair.agents[0].description: is missing; give text",
      'parley.yml:8: teams.pair.agents[0].descripton: unknown key "descripton"; did you mean "description"?',
    ]);
  });

  test("every mistake of a file is told at once, in the order of its lines", () => {
    const text = SMALL.replace("anthropic", "antropic")
      .replace("round-robin", "swarn")
      .replace("Ana", "human")
      .replace("textMention: DONE", "maxTurnz: 3");
    expect(mistakesOf({ "parley.yml": text })).toEqual([
      'parley.yml:2: models.m.provider: "antropic" is not known here; did you mean "anthropic"? Known: anthropic, openai, openai-compatible, azure, replay',
      'parley.yml:6: teams.pair.speakers.policy: "swarn" is not known here; did you mean "swarm"? Known: round-robin, selector, swarm, graph, magentic',
      "parley.yml:8: teams.pair.agents[0].name: this name is reserved; take another",
      'parley.yml:10: teams.pair.stop.maxTurnz: unknown key "maxTurnz"; did you mean "maxTurns"?',
    ]);
  });

  test.each([
    ["stop: { textMention: DONE, maxTurns: 3 }", "one condition has one key; put several into a list under `any` or `all`"],
    ["stop: { any: [] }", "too small: at least 1 of them"],
    ["stop: { textMention: { txt: DONE } }", 'unknown key "txt"; did you mean "text"?'],
    ["stop: { textMention: [DONE] }", "expected text or a map of keys"],
    ['stop: { textMention: "  " }', "blanks alone stand in every message; give a word"],
    ['stop: { textMention: { text: " " } }', "blanks alone stand in every message; give a word"],
    ["stop: TERMINATE", 'expected a map of keys, found "TERMINATE"; write { textMention: TERMINATE }'],
    ["stop: maxTurns", 'expected a map of keys, found "maxTurns"; write { maxTurns: … }'],
    ["stop: { maxTurns: many }", 'expected a number, found "many"'],
    ["stop: [{ maxTurns: 2 }]", "expected a map of keys, found a list; write { any: […] }, or { all: […] }"],
    ["guards: secrets", 'expected a list, found "secrets"; write [secrets]'],
    ["knowledge: 'a: b'", 'expected a list, found "a: b"; write ["a: b"]'],
    ["limits: { turns: 100000 }", "too big: at most 500"],
    ["limits: { usd: 0 }", "too small: more than 0"],
  ])("%s is refused with what it should be", (line, message) => {
    expect(mistakesOf({ "parley.yml": SMALL.replace("stop: { textMention: DONE }", line) }).join("\n")).toContain(message);
  });

  test.each([
    ["speakers: { policy: round-robin }", "speakers: round-robin", 'found "round-robin"; write { policy: round-robin }'],
    ["m: { provider: anthropic, model: claude-sonnet-5-5 }", "m: claude-sonnet-5-5", "; write { provider: …, model: claude-sonnet-5-5 }"],
    [
      "m: { provider: anthropic, model: claude-sonnet-5-5 }",
      "m: openai",
      'expected a map of keys, found "openai"; write { provider: openai, model: … }',
    ],
    ["agents:", "agents:\n      - Ana", "; write { name: Ana, description: …, model: … }"],
    [
      "model: claude-sonnet-5-5",
      "model: x, apiKey: KEY",
      'did you mean "apiKeyEnv"? It names a variable of the environment; a secret itself never stands here.',
    ],
  ])("in the place of %s, %s is told with what it is short for", (from, to, message) => {
    expect(SMALL).toContain(from);
    expect(mistakesOf({ "parley.yml": SMALL.replace(from, to) }).join("\n")).toContain(message);
  });

  test.each(["Ana!", "", "9lives", "a".repeat(41), "Ana ", "system", "Slackbot", "<!channel>"])("an agent cannot be called %j", (name) => {
    expect(mistakesOf({ "parley.yml": SMALL.replace("name: Ana", `name: ${JSON.stringify(name)}`) })).toHaveLength(1);
  });

  test("a temperature for a model of Anthropic, whose API takes none, is an unknown key", () => {
    const warm = "model: claude-sonnet-5-5, temperature: 1";
    expect(mistakesOf({ "parley.yml": SMALL.replace("model: claude-sonnet-5-5", warm) })[0]).toContain('unknown key "temperature"');
    expect(mistakesOf({ "parley.yml": SMALL.replace("model: claude-sonnet-5-5", warm).replace("anthropic", "openai") })).toEqual([]);
  });

  test.each(["/v1/chat/completions", "/v1/messages/", "/openai/deployments/x/chat/completions?api-version=1"])(
    "an address that is where requests go (%s) is refused with what to take out; one with a blank behind it is taken",
    (path) => {
      const withUrl = (url: string) => SMALL.replace("model: claude-sonnet-5-5", `model: x, baseUrl: ${JSON.stringify(url)}`);
      expect(mistakesOf({ "parley.yml": withUrl(`http://127.0.0.1:1${path}`) })[0]).toMatch(
        /is where requests go: take \/\S+ and what is behind it out/,
      );
      const settings = load({ "parley.yml": withUrl("http://127.0.0.1:1/messages-api ") }, { ANTHROPIC_API_KEY: "k" });
      expect(settings.models.get("m")).toMatchObject({ baseUrl: "http://127.0.0.1:1/messages-api" });
    },
  );

  test("a key written into apiKeyEnv is not repeated in full by the mistake", () => {
    const secret = `sk-ant-${"x".repeat(90)}`;
    const [line] = mistakesOf({ "parley.yml": SMALL.replace("model: claude-sonnet-5-5", `model: x, apiKeyEnv: ${secret}`) });
    expect(line).toContain("the NAME of an environment variable");
    expect(line).not.toContain("sk-ant");
  });
});

describe("mistakes in the meaning", () => {
  const withAgent = (agent: string) => SMALL.replace("      - { name: Ben", `      - ${agent}\n      - { name: Ben`);

  test("a hand-over to nobody says who is there and who was meant", () => {
    expect(mistakesOf({ "parley.yml": SMALL.replace("Asks., model: m", "Asks., model: m, handoffs: [human, Bne]") })).toEqual([
      'parley.yml:8: teams.pair.agents[0].handoffs[1]: agent "Ana" hands off to "Bne"; the team has Ben, human. Did you mean "Ben"?',
    ]);
  });

  test.each([
    ["{ name: ana, description: x, model: m }", '"ana" and "Ana" are the same name, upper and lower case aside'],
    ["{ name: Cy, description: x, model: n }", 'there is no model "n"; the file has m.'],
    ["{ name: Cy, description: x, model: m, handoffs: [Cy] }", '"Cy" hands off to itself'],
    ["{ name: Cy, description: x, model: m, tools: [search] }", 'there is no tool "search"'],
    ["{ name: Cy, kind: code-runner, description: x, runs: [Annna] }", '"Cy" runs the code of "Annna"; the team has Ana, Cy, Ben.'],
    ["{ name: Cy, kind: code-runner, description: x, runs: [Cy] }", '"Cy" runs code and writes none'],
    ["{ name: Cy, kind: code-runner, description: x, runs: [] }", "name the agents whose code blocks it runs"],
  ])("agent %s is refused", (agent, message) => {
    expect(mistakesOf({ "parley.yml": withAgent(agent) }).join("\n")).toContain(message);
  });

  test.each([
    ["handoff: Cy", 'waits for a hand-over to "Cy"'],
    ["handoff: Ben", 'is never reached: no agent may hand over to "Ben"'],
    ["any: [{ textMention: { text: DONE, agents: [Anna] } }]", 'waits for words of "Anna"; the team has Ana, Ben. Did you mean "Ana"?'],
  ])("stop: { %s } can never be reached and is refused", (stop, message) => {
    expect(mistakesOf({ "parley.yml": SMALL.replace("textMention: DONE", stop) }).join("\n")).toContain(message);
  });

  test("the selector needs a model of the file, and a default team one of its teams", () => {
    expect(mistakesOf({ "parley.yml": SMALL.replace("policy: round-robin", "policy: selector, model: fast") })).toEqual([
      'parley.yml:6: teams.pair.speakers.model: there is no model "fast"; the file has m. Add it under `models`, or fix the name.',
    ]);
    expect(mistakesOf({ "parley.yml": `${SMALL}defaultTeam: pari\n` })).toEqual([
      'parley.yml:11: defaultTeam: there is no team "pari"; there are pair. Did you mean "pair"?',
    ]);
    expect(mistakesOf({ "parley.yml": "models: {}\n" })).toEqual([
      "parley.yml:1: has no teams; add one under `teams`, or a file that has some under `include`.",
    ]);
  });

  test("what works but was hardly meant is a warning", () => {
    const text = SMALL.replace("Answers.", "asks")
      .replace("Asks., model: m", "Asks., model: m, handoffs: [Ben]")
      .replace("textMention: DONE", "maxTurns: 100");
    expect(load({ "parley.yml": text }, { ANTHROPIC_API_KEY: "k" }).warnings.map((warning) => warning.message)).toEqual([
      '"Ben" and "Ana" have the same description; say when to call on which.',
      'round-robin does not follow hand-overs to agents: "Ben" still speaks in its turn.',
      "is never reached: limits.turns is 24 and stops the run first. Raise the limit or lower this.",
    ]);
  });
});

describe("choosing a model by what is in the environment", () => {
  const choice = SMALL.replace(
    "{ provider: anthropic, model: claude-sonnet-5-5 }",
    "{ anyOf: [{ provider: anthropic, model: a }, { provider: openai, model: o }] }",
  );
  const local = choice.replace(
    "model: o }]",
    'model: o }, { provider: openai-compatible, baseUrl: "http://127.0.0.1:11434/v1", model: l }]',
  );

  test("the first whose key is set is used", () => {
    expect(load({ "parley.yml": choice }, { OPENAI_API_KEY: "k" }).models.get("m")).toMatchObject({ provider: "openai" });
    expect(load({ "parley.yml": choice }, { OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k" }).models.get("m")).toMatchObject({
      provider: "anthropic",
    });
    expect(load({ "parley.yml": choice }, { OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: " " }).models.get("m")).toMatchObject({
      provider: "openai",
    });
  });

  test("one that needs no key is used when no key is set", () => {
    expect(load({ "parley.yml": local }).models.get("m")).toMatchObject({ provider: "openai-compatible" });
    expect(load({ "parley.yml": local }).warnings).toEqual([]);
  });

  test("without any, the file can be read, and a warning names the variables", () => {
    const { models, warnings } = load({ "parley.yml": choice });
    expect(models.get("m")).toMatchObject({ provider: "anthropic" });
    expect(warnings.map((warning) => warning.message)).toEqual([
      "no key is set: put ANTHROPIC_API_KEY or OPENAI_API_KEY into the environment or into .env.",
    ]);
  });
});

describe("including other files", () => {
  const env = { ANTHROPIC_API_KEY: "k" };

  test("their teams join, and the including file's models go before theirs", () => {
    const main = "models: { m: { provider: anthropic, model: mine } }\ninclude: [teams/pair.yml]\n";
    const settings = load({ "parley.yml": main, "teams/pair.yml": SMALL }, env);
    expect([...settings.teams.keys()]).toEqual(["pair"]);
    expect(settings.models.get("m")).toMatchObject({ model: "mine" });
  });

  test("a mistake in an included file is told with that file's name and line", () => {
    expect(
      mistakesOf({ "parley.yml": "include: [teams/pair.yml]\n", "teams/pair.yml": SMALL.replace("model: m }", "model: n }") }),
    ).toEqual(['teams/pair.yml:8: teams.pair.agents[0].model: there is no model "n"; the file has m. Did you mean "m"?']);
  });

  test("two files may not have the same team, nor two models of one name", () => {
    const other = SMALL.replace("claude-sonnet-5-5", "other");
    expect(mistakesOf({ "parley.yml": "include: [a.yml, b.yml]\n", "a.yml": SMALL, "b.yml": other })).toEqual([
      'b.yml:2: models.m: a.yml has another model "m"; rename one, or say in parley.yml which it is.',
      'b.yml:5: teams.pair: a.yml has a team "pair" too; rename one.',
    ]);
  });

  test("an included file that is not there is told at the line that names it", () => {
    expect(mistakesOf({ "parley.yml": "defaultTeam: pair\ninclude: [teams/pair.yml]\n" })[0]).toMatch(
      /^parley\.yml:2: include\[0\]: there is no file "teams\/pair\.yml" beside this one \(.+\); fix the path\.$/,
    );
  });

  test("an included file does not include others, and its sandbox is not used", () => {
    expect(mistakesOf({ "parley.yml": "include: [a.yml]\n", "a.yml": `${SMALL}include: [b.yml]\n` })[0]).toContain(
      "list them all in the main file",
    );
    expect(
      load({ "parley.yml": "include: [a.yml]\n", "a.yml": `${SMALL}sandbox: { executor: off }\n` }, env).warnings[0]?.message,
    ).toContain("the file that includes this one decides");
  });

  test.each(["../secret.yml", "/etc/passwd", "a/../../secret.yml"])("%s is outside and is not read", (path) => {
    expect(mistakesOf({ "parley.yml": `include: [${JSON.stringify(path)}]\n` })[0]).toContain("is not in the folder of this file");
  });

  test("a link that leads out of the folder is not followed", () => {
    const cwd = folderWith({ "in/parley.yml": "include: [link.yml]\n", "secret.yml": SMALL });
    symlinkSync(join(cwd, "secret.yml"), join(cwd, "in/link.yml"));
    expect(() => loadSettings({ env: {}, cwd: join(cwd, "in") })).toThrow("is not in the folder of this file");
  });

  test("a replay file is looked for beside the file that names it", () => {
    const scripted = SMALL.replace("{ provider: anthropic, model: claude-sonnet-5-5 }", "{ provider: replay, file: replies.yml }");
    expect(
      load({ "parley.yml": "include: [teams/pair.yml]\n", "teams/pair.yml": scripted, "teams/replies.yml": "replies: {}\n" }).models.get(
        "m",
      ),
    ).toMatchObject({ file: expect.stringMatching(/\/teams\/replies\.yml$/) as string });
    expect(mistakesOf({ "parley.yml": scripted.replace("replies.yml", "../replies.yml") })[0]).toContain("put it beside or below it");
  });
});

describe("hostile files", () => {
  test("an alias bomb is refused before it is unfolded", () => {
    const bomb = Array.from(
      { length: 30 },
      (_, index) => `a${index}: &a${index} [${index === 0 ? "x" : `*a${index - 1}, *a${index - 1}`}]`,
    ).join("\n");
    expect(mistakesOf({ "parley.yml": bomb })[0]).toContain("uses aliases too often");
  });

  test.each([
    ["deep", `a: ${"[".repeat(100_000)}`],
    ["deep and closed", `a: ${"[".repeat(60)}${"]".repeat(60)}`],
    ["megabyte of brackets", "[".repeat(1024 * 1024)],
    ["megabyte of braces", "{".repeat(1024 * 1024)],
    ["megabyte of list marks", "- ".repeat(512 * 1024)],
    ["megabyte of map marks", "? ".repeat(512 * 1024)],
  ])("a %s nest is refused", (_, text) => {
    expect(mistakesOf({ "parley.yml": text })).toEqual(["parley.yml: is nested more than 30 deep; no team file needs that"]);
  });

  test.each([
    ["anchors", "&a ".repeat(340_000)],
    ["tags", "! ".repeat(500_000)],
    ["quotes", '"'.repeat(1024 * 1024)],
    ["entries", "-\n".repeat(500_000)],
  ])("a megabyte of %s is refused unread", (_, text) => {
    expect(mistakesOf({ "parley.yml": text })).toEqual(["parley.yml: has far more entries than a team file needs; is it the right file?"]);
  });

  test("brackets in a text are only a text", () => {
    const text = SMALL.replace("description: Two who talk.", `description: ${JSON.stringify("[{".repeat(40))}`);
    expect(load({ "parley.yml": text }, { ANTHROPIC_API_KEY: "k" }).teams.get("pair")?.description).toContain("[{[{");
  });

  test("keys of a prototype are only unknown keys", () => {
    expect(mistakesOf({ "parley.yml": `${SMALL}__proto__: { polluted: 1 }\n` })[0]).toContain('unknown key "__proto__"');
    expect(mistakesOf({ "parley.yml": SMALL.replace("pair:", "constructor:") })[0]).toContain("this name cannot be used");
    expect(mistakesOf({ "parley.yml": SMALL.replace("pair:", "__proto__:") })).not.toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test.each([
    ["too big", "# ".padEnd(1024 * 1024 + 1, "x"), "at most 1048576 are read"],
    ["not UTF-8", new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0xfe]), "is not UTF-8 text"],
    ["with a foreign tag", 'teams: !!js/function "x"', "Unresolved tag"],
    ["with a key twice", "teams: {}\nteams: {}\n", "Map keys must be unique"],
    ["with two documents", "teams: {}\n---\nteams: {}\n", "parley.yml:2: begins a second document here; take the line --- out"],
    ["a list", "- 1\n", "expected a map of keys, found a list"],
    [
      "with a colon in a text",
      "teams: { }\ndefaultTeam: note: x\n",
      'parley.yml:2: not valid YAML: Nested mappings are not allowed in compact mappings; a text with ": " in it stands in quotes',
    ],
  ])("a file that is %s is refused", (_, content, message) => {
    expect(mistakesOf({ "parley.yml": content }).join("\n")).toContain(message);
  });

  test("a missing file and a folder are told apart", () => {
    const cwd = folderWith({});
    mkdirSync(join(cwd, "folder"));
    expect(() => loadSettings({ env: {}, cwd })).toThrow("parley.yml: there is no such file; `parley init` makes one");
    expect(() => loadSettings({ env: {}, cwd, file: "folder" })).toThrow("folder: is a folder; name a file");
    writeFileSync(join(cwd, "parley.yml"), "");
    expect(() => loadSettings({ env: {}, cwd })).toThrow("has no teams");
  });
});
