import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/engine/events/events.ts";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadSettings } from "../../src/config/load.ts";
import { checkOwnTeam } from "../../src/config/own-team.ts";
import { runChild } from "../support/children.ts";

const ROOT = resolve(import.meta.dirname, "../..");

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "parley-extensions-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (file: string, text: string) => writeFileSync(join(folder, file), text);
const load = () => loadSettings({ env: {}, cwd: folder });

function mistakes(): string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes.map(({ line, path, message }) => `${line} ${path}: ${message}`);
    throw error;
  }
  return [];
}

async function played(task: string) {
  const { out, err } = await runChild(process.execPath, [join(ROOT, "src/cli/main.ts"), "run", "--json", task], { cwd: folder });
  const events = out.trim().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as RunEvent); // prettier-ignore
  return {
    events,
    err,
    said: events.flatMap((event) => (event.type === "message.posted" && "agent" in event ? [`${event.agent}: ${event.text}`] : [])),
  };
}

const TEAM = `extensions: [./ours.ts]
teams:
  echoes:
    description: Less and less.
    speakers: { policy: backwards }
    agents: [{ name: Ana, kind: echo, description: Echoes. }, { name: Ben, kind: echo, description: Echoes. }]
    stop: { shortMessage: 2 }
`;

const OURS = `import { defineAgent, definePolicy, defineStop, z } from "@parley-team/parley";

export const backwards = definePolicy({
  name: "backwards",
  next: ({ lastSpeaker }, { agents }) => agents.at(Math.max(agents.findIndex(({ name }) => name === lastSpeaker), 0) - 1)?.name,
});

export const shortMessage = defineStop({
  name: "shortMessage",
  schema: z.int().positive(),
  reached: ({ messages }, words) => {
    const last = messages.at(-1);
    return last && !last.isPerson && last.text.split(" ").length <= words ? \`\${last.from} has no more to say\` : undefined;
  },
});

export const echo = defineAgent({
  name: "echo",
  reply: ({ messages }) => (messages.at(-1)?.text ?? "").split(" ").slice(1).join(" "),
});
`;

test("a policy, a stop and an agent kind of one's own are one file of TypeScript beside the team file", async () => {
  put("ours.ts", OURS);
  put("parley.yml", TEAM);
  const { said, events } = await played("one two three four");
  expect(said).toEqual(["Ben: two three four", "Ana: three four"]);
  expect(events.at(-1)).toMatchObject({ type: "run.stopped", outcome: "done", reason: "Ana has no more to say" });
});

test("their settings are checked as those of Parley's own are, and a misspelt name is guessed at", () => {
  put("ours.ts", OURS);
  put("parley.yml", TEAM.replace("shortMessage: 2", "shortMessage: 0").replace("policy: backwards", "policy: backward"));
  expect(mistakes()).toEqual([
    expect.stringMatching(/teams\.echoes\.speakers\.policy: .*backwards/),
    expect.stringMatching(/teams\.echoes\.stop\.shortMessage: too small/),
  ]);
});

test("a tool of one's own: named without an entry, its arguments checked, its answer to a call", async () => {
  put(
    "ours.ts",
    `import { defineModel, defineTool, z } from "@parley-team/parley";
export default defineTool({
  name: "roll_dice",
  description: "Rolls dice.",
  input: z.object({ sides: z.int().min(2) }),
  run: ({ sides }, { agent }) => ({ rolled: sides, by: agent }),
});
export const calm = defineModel({
  name: "calm",
  reply: ({ messages, tools }) =>
    messages.some(({ role }) => role === "tool")
      ? "It says " + messages.at(-1)!.text
      : { text: "", toolCalls: [{ call: "1", tool: tools[0]!.name, args: '{"sides":6}' }] },
});
`,
  );
  put(
    "parley.yml",
    `extensions: [./ours.ts]
models: { calm: { provider: calm } }
teams:
  dice:
    description: Rolls.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, model: calm, description: Rolls., tools: [roll_dice] }]
    stop: { maxTurns: 1 }
`,
  );
  const { said, events } = await played("Roll.");
  expect(events.find(({ type }) => type === "tool.returned")).toMatchObject({ output: '{"rolled":6,"by":"Ana"}' });
  expect(said).toEqual(['Ana: It says [output] {"rolled":6,"by":"Ana"}']);
});

describe("what is wrong is told with file, line, export and mend:", () => {
  const withFile = (text: string) => {
    put("ours.ts", text);
    put("parley.yml", TEAM);
    return mistakes();
  };

  test("no such file", () => {
    put("parley.yml", TEAM);
    expect(mistakes()).toEqual([
      expect.stringMatching(/^1 extensions\[0\]: there is no file "\.\/ours\.ts" beside this one .*; fix the path\.$/),
    ]);
  });

  test("a name that is no path", () => {
    put("parley.yml", TEAM.replace("./ours.ts", "ours"));
    expect(mistakes()).toEqual([`1 extensions[0]: "ours" is no path from this file; write it as ./our-tools.ts.`]);
  });

  test("nothing to name in it", () => {
    expect(withFile("export const x = 1;")).toEqual([
      expect.stringMatching(/exports nothing that can be named here; export what defineTool/),
    ]);
  });

  test("code that throws", () => {
    expect(withFile('throw new Error("no luck");\nexport {};')).toEqual([
      expect.stringMatching(/"\.\/ours\.ts" cannot be loaded: line 1: Error: no luck/),
    ]);
  });

  test("the line at which it throws", () => {
    expect(withFile('import "node:fs";\n\nthrow new Error("no luck");')).toEqual([
      '1 extensions[0]: "./ours.ts" cannot be loaded: line 3: Error: no luck',
    ]);
  });

  test("the line at which a file throws that it imports", () => {
    put("helper.ts", '\nthrow new Error("no luck");');
    expect(withFile('import "./helper.ts";')).toEqual(['1 extensions[0]: "./ours.ts" cannot be loaded: helper.ts, line 2: Error: no luck']);
  });

  test("the line that cannot be read", () => {
    expect(withFile("export const x = {\n  y: 1,\n")).toEqual([
      expect.stringMatching(/"\.\/ours\.ts" cannot be loaded: line [23]: SyntaxError: /),
    ]);
  });

  test("a file that is not there", () => {
    expect(withFile('import "./no-such-file.ts";')).toEqual([
      expect.stringMatching(/Cannot find module '.*no-such-file\.ts'.*\. Fix the path\.$/),
    ]);
  });

  test("a misspelt import", () => {
    expect(withFile('import { defineTol } from "@parley-team/parley";\nexport default defineTol;')).toEqual([
      expect.stringMatching(/does not provide an export named 'defineTol'\. Did you mean defineTool\?$/),
    ]);
  });

  test.each(["./helper.js", "./helper"])("a file that is there, and imported as compilers write it (%s)", (path) => {
    put("helper.ts", "export const x = 1;");
    expect(withFile(`import "${path}";`)).toEqual([expect.stringMatching(/\. Fix the path: helper\.ts is there\.$/)]);
  });

  test("a folder", () => {
    mkdirSync(join(folder, "parts"));
    expect(withFile('import "./parts";')).toEqual([expect.stringMatching(/Directory import .* Name a file in it, such as index\.ts\.$/)]);
  });

  test("a type that is imported as a value", () => {
    expect(withFile('import { ToolOutput } from "@parley-team/parley";\nexport const given: ToolOutput | undefined = undefined;')).toEqual([
      expect.stringMatching(/export named 'ToolOutput'\. If ToolOutput is a type, write import type \{ ToolOutput \}$/),
    ]);
  });

  test("a file that Node takes for CommonJS", () => {
    put("package.json", '{ "type": "commonjs" }');
    expect(withFile(OURS)).toEqual([
      expect.stringMatching(/import statement outside a module\. Put "type": "module" into the package\.json/),
    ]);
  });

  test.each([
    ["defineTool", '{ name: "x", input: z.object({}), run: () => 1 }', 'the tool "x" has no `description`; write description: "…"'],
    ["defineTool", '{ name: "x", description: "X.", input: z.object({}) }', 'the tool "x" has no `run`; write run: (…) => …'],
    [
      "defineTool",
      '{ name: "x", description: "X.", input: z.object({}), runs: () => 1 }',
      'the tool "x" has no `run`; did you mean it by `runs`?',
    ],
    [
      "defineTool",
      '{ name: "x", description: "X.", input: { sides: "number" }, run: () => 1 }',
      '`input` of the tool "x" is no object of Parley\'s zod; write input: z.object({ … }), with the z of @parley-team/parley',
    ],
    ["definePolicy", '{ name: "x", next: "Ana" }', '`next` of the policy "x" is no function; write next: (…) => …'],
    [
      "defineStop",
      '{ name: "x", reached: () => undefined }',
      'the stop "x" has no `schema`; write schema: z.int(), or the like, with the z of @parley-team/parley',
    ],
    [
      "defineAgent",
      '{ name: "x", schema: { model: 1 }, reply: () => "" }',
      '`schema` of the agent kind "x" is no object of Parley\'s zod; write schema: z.object({ … }), with the z of @parley-team/parley',
    ],
    ["defineModel", '{ name: "x", replay: () => "" }', 'the model provider "x" has no `reply`; did you mean it by `replay`?'],
    ["defineGuard", '{ name: "x", looks: () => undefined }', 'the guard "x" has no `look`; did you mean it by `looks`?'],
    ["defineScorer", '{ name: "x" }', 'the scorer "x" has no `score`; write score: (…) => …'],
    ["defineStore", '{ name: "xx" }', 'the store "xx" has no `open`; write open: (address, clock) => …'],
    [
      "defineTool",
      '{ name: "x", description: "X.", input: z.object({}), run: () => 1, approval: "allways" }',
      '`approval` of the tool "x" is none of "never", "always", "first-time"; did you mean "always"?',
    ],
    [
      "defineTool",
      '{ name: "x", description: "X.", input: z.object({}), run: () => 1, aproval: "always" }',
      'the tool "x" has `aproval`; did you mean `approval`?',
    ],
    [
      "defineGuard",
      '{ name: "x", look: () => undefined, lookAtFiles: () => undefined }',
      'the guard "x" has `lookAtFiles`; did you mean `lookAtFile`?',
    ],
    ["definePolicy", '{ name: "x", next: () => "Ana", onlyinFile: true }', 'the policy "x" has `onlyinFile`; did you mean `onlyInFile`?'],
    [
      "defineTool",
      '{ name: "x", description: "X.", input: z.object({}), run: () => 1, schema: z.object({ kind: z.string() }) }',
      '`schema` of the tool "x" has a key `kind`, which Parley itself reads there; give it another name',
    ],
    [
      "defineAgent",
      '{ name: "x", reply: () => "", schema: z.object({ icon: z.string() }) }',
      '`schema` of the agent kind "x" has a key `icon`, which Parley itself reads there; give it another name',
    ],
    [
      "defineTool",
      '{ name: "two words", description: "X.", input: z.object({}), run: () => 1 }',
      '"two words" is no name for a tool; take a letter and then at most 39 letters, digits, - and _.',
    ],
  ])("a part of %s(%s) that is missing, or none", (define, given, says) => {
    expect(withFile(`import { ${define}, z } from "@parley-team/parley";\nvoid z;\nexport default ${define}(${given});`)).toEqual([
      `1 extensions[0]: "./ours.ts" cannot be loaded: line 3: TypeError: ${says}`,
    ]);
  });

  test("a package that is not there", () => {
    expect(withFile('import "no-such-package-at-all";')).toEqual([
      expect.stringMatching(/Cannot find package.*Install what it imports beside the team file/),
    ]);
  });

  test("more than types", () => {
    expect(withFile("export enum Colour { Red }")).toEqual([expect.stringMatching(/enum.*write it without enum/)]);
  });

  test("a wait outside of a function", () => {
    expect(withFile("export const x = await Promise.resolve(1);")).toEqual([
      expect.stringMatching(/it waits \(`await`\) outside of a function/),
    ]);
  });

  test("a name of Parley's own", () => {
    expect(withFile(OURS.replaceAll('"backwards"', '"swarm"'))).toEqual([
      '1 extensions: there is a policy "swarm" already; take another name.',
    ]);
  });

  test("an object that only looks like a definition", () => {
    expect(withFile('export const fake = { defines: "policy", name: "fake", schema: {}, build() {} };')).toContainEqual(
      expect.stringMatching(/"\.\/ours\.ts", export fake: it is not what defineTool/),
    );
  });
});

test("a policy that throws, or names nobody of the team, ends the run with a reason that people read", async () => {
  put("ours.ts", OURS.replace(/next: .*\n/, 'next: () => "Bob",\n'));
  put("parley.yml", TEAM);
  const { events } = await played("one two three four");
  expect(events.at(-1)).toMatchObject({
    type: "run.stopped",
    outcome: "failed",
    reason: expect.stringContaining('The policy "backwards" failed: it chose "Bob"; the team has Ana, Ben.') as string,
  });
});

test("a team that people make can use what the file offers, but what is for the file alone, and can name no code", () => {
  put("ours.ts", OURS.replace('name: "echo",', 'name: "echo",\n  onlyInFile: true,'));
  put("parley.yml", TEAM);
  const settings = load();
  const team = {
    description: "Ours.",
    speakers: { policy: "backwards" },
    agents: [{ name: "Cleo", kind: "human", description: "Asks." }],
    stop: { shortMessage: 3 },
  };
  expect(checkOwnTeam({ name: "ours", team }, settings)).toMatchObject({ team: { speakers: { policy: "backwards" } } });
  const echoing = { ...team, agents: [{ name: "Cleo", kind: "echo", description: "Echoes." }] };
  expect(checkOwnTeam({ name: "ours", team: echoing }, settings)).toMatchObject({ mistakes: [{ path: "agents[0].kind" }] });
  expect(checkOwnTeam({ name: "ours", team: { ...team, extensions: ["./evil.ts"] } }, settings)).toMatchObject({
    mistakes: [{ path: "extensions" }],
  });
});

test("an included file names no code: the file that includes it decides", () => {
  put("ours.ts", OURS);
  put("parley.yml", `include: [more.yml]\n${TEAM}`);
  put("more.yml", "extensions: [./never.ts]\nmodels: {}\n");
  put("never.ts", 'throw new Error("was loaded");');
  expect(load().warnings.map(({ file, path }) => `${file} ${path}`)).toContain("more.yml extensions");
});

/** A policy is tens of lines: what needs more is an agent that leads, or two policies. */
const POLICY_LINES_MAX = 90;

test("a policy of the engine is one small file, which one line of the registry names", () => {
  const read = (file: string) => readFileSync(join(ROOT, "src", file), "utf8");
  const files = readdirSync(join(ROOT, "src/engine/policies"));
  const named = read("config/built-in/policies.ts") + read("config/build/speakers.ts");
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter((file) => read(`engine/policies/${file}`).split("\n").length > POLICY_LINES_MAX)).toEqual([]);
  expect(files.filter((file) => named.split(`engine/policies/${file}"`).length < 2)).toEqual([]);
});
