import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { askModels } from "../../../src/cli/doctor/questions/ask-models.ts";
import { systemClock } from "../../../src/engine/clock.ts";
import { lessonsIn } from "../../../src/models/refusals/kept-lessons.ts";
import { editNote } from "../../../src/store/notes.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { folderWith } from "../../config/team-files.ts";
import { until } from "../../../src/store/contracts/fake-clock.ts";
import { refuses, chatServer } from "../../models/servers/chat-server.ts";
import { anthropicWire, responsesWire } from "../../models/servers/wires.ts";
import { manualClock } from "../../support/clock.ts";
import { parley, terminal } from "../here.ts";
import { main } from "../../../src/cli/main.ts";
import { ableServer, type Lacks } from "./able-server.ts";

const TEAM = (more: string) => `teams:
  pair:
    description: Two who talk.
    speakers: { policy: round-robin }
    agents:
      - { name: Ana, description: Asks., model: m${more} }
      - { name: Ben, description: Answers., model: m }
    stop: { textMention: DONE }
sandbox: { executor: off }
database: data/log.db
`;
const compatible = (url: string, more = "") => `{ provider: openai-compatible, model: tiny, baseUrl: "${url}"${more} }`;
const fileWith = (model: string, agent = "") => ({ "parley.yml": `models: { m: ${model} }\n${TEAM(agent)}` });

interface Line {
  readonly question: string;
  readonly outcome: string;
  readonly found: string;
  readonly does?: string;
  readonly firstMs?: number;
  readonly wholeMs?: number;
  readonly conceded: readonly string[];
}

/** Asks; the outcome of each question by its name, and the whole lines. */
async function questioned(files: { readonly [name: string]: string }, args: readonly string[] = [], env = {}) {
  const { code, out, err } = await parley(["doctor", "--models", "--json", ...args], { cwd: folderWith(files), env });
  return { code, err, ...answersIn(out) };
}

/** The same, while no time passes: a machine that is busy is no gap of the model's. */
async function questionedAtOnce(files: { readonly [name: string]: string }, env = {}) {
  const here = terminal({ cwd: folderWith(files), env });
  const options = { file: undefined, name: undefined, only: [], seconds: undefined, forget: false, json: true };
  const code = await askModels(options, here.io, manualClock());
  return { code, ...answersIn(here.out()) };
}

function answersIn(out: string) {
  const lines = out
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
  const of = (question: string) => lines.find((line) => line.question === question);
  return { lines, of, outcomes: Object.fromEntries(lines.map(({ question, outcome }) => [question, outcome])) };
}

const ALL_OK = { word: "ok", stream: "ok", tool: "ok", result: "ok", schema: "ok", image: "ok", long: "ok", stop: "ok", after: "ok" };

describe("a model that can everything", () => {
  test.each([
    ["a compatible server", undefined, (url: string) => compatible(url, ", images: true"), {}],
    ["Responses", responsesWire, (url: string) => `{ provider: openai, api: responses, model: gpt-5-mini, baseUrl: "${url}" }`, { OPENAI_API_KEY: "sk-secret" }], // prettier-ignore
    ["Azure", undefined, (url: string) => `{ provider: azure, model: our-gpt, baseUrl: "${url}" }`, { AZURE_OPENAI_API_KEY: "sk-secret" }],
    ["Messages", anthropicWire, (url: string) => `{ provider: anthropic, model: claude-sonnet-5-5, baseUrl: "${url.replace("/v1", "")}" }`, { ANTHROPIC_API_KEY: "sk-secret" }], // prettier-ignore
  ] as const)("is asked nine questions, in the format of %s", async (_, wire, model, env) => {
    const { url } = await ableServer({}, wire);
    const { code, lines, outcomes } = await questionedAtOnce(fileWith(model(url)), env);
    expect(outcomes).toEqual(ALL_OK);
    expect(lines.map(({ conceded }) => conceded)).toEqual(lines.map(() => []));
    expect(lines.every(({ wholeMs = -1 }) => wholeMs >= 0)).toBe(true);
    expect(code).toBe(0);
  });
});

describe("what it cannot is told, with what Parley does about it", () => {
  test.each<[string, Lacks, string, string, RegExp, RegExp]>([
    ["no tools", { tools: "registry.ollama.ai/library/gemma2:latest does not support tools" }, "tool", "gap", /^takes no tools$/, /asks it without them/],
    ["a call that is never made", { calling: "speaks in place of a call" }, "tool", "gap", /^called nothing and said "It is warm in Bern\."$/, /--enable-auto-tool-choice.*--jinja/],
    ["wrong arguments", { calling: "wrong arguments" }, "tool", "gap", /arguments that do not fit/, /lets it call again/],
    ["no schemas", { schemas: "The provided JSON schema contains features not supported by xgrammar." }, "schema", "gap", /in words it gave what fits/, /asks in words, and checks/],
    ["no shape at all", { schemas: "response_format is not supported", shaping: "prose" }, "schema", "gap", /^no JSON that fits: "I would say Ben\."$/, /looked for in its words/],
    ["no images", { images: "this model does not support images" }, "image", "gap", /^takes no images$/, /names alone/],
    ["images that are not seen", { seeing: "says blue" }, "image", "gap", /^took a red image and said "Blue"$/, /images: false/],
    ["no stream", { streaming: "one document" }, "stream", "gap", /^came in one piece$/, /when they are whole/],
    ["a length that is cut", { length: "cut without a word" }, "long", "gap", /lost its beginning/, /context: \{ tokens/],
    ["a length that is refused strangely", { length: "refused in its own words" }, "long", "gap", /refused, but not as too long: .*Nope/, /context: \{ tokens/],
  ])("%s", async (_, lacks, question, outcome, found, does) => {
    const { url } = await ableServer(lacks);
    const { code, of } = await questioned(fileWith(compatible(url, ", images: true")));
    expect(of(question)).toMatchObject({ outcome, found: expect.stringMatching(found) as string, does: expect.stringMatching(does) as string });
    expect(code).toBe(0);
  }); // prettier-ignore

  test("no system role: every answer comes, and the concession is told where it was made", async () => {
    const { url, asked } = await ableServer({ system: "System role not supported" });
    const { code, of, outcomes } = await questionedAtOnce(fileWith(compatible(url, ", images: true")));
    expect(outcomes).toEqual(ALL_OK);
    expect(of("word")?.conceded).toEqual(["takes no system role: its instructions stand in the first message."]);
    expect(asked.filter(({ messages }) => (messages as { role: string }[])[0]?.role === "system")).toHaveLength(1);
    expect(code).toBe(0);
  });

  test("images that the team file keeps from it are told of, either way", async () => {
    const [blind, seeing] = [await ableServer({ images: "this model does not support images" }), await ableServer()];
    expect((await questioned(fileWith(compatible(blind.url)))).of("image")).toMatchObject({ outcome: "gap", does: expect.stringContaining("as the team file says") as string }); // prettier-ignore
    expect((await questioned(fileWith(compatible(seeing.url)))).of("image")).toMatchObject({ outcome: "gap", found: "sees images", does: expect.stringContaining("set images: true") as string }); // prettier-ignore
  });

  test("agents that need tools of a model that takes none are named, and that fails", async () => {
    const { url } = await ableServer({ tools: "this model does not support tools" });
    const { code, of } = await questioned(fileWith(compatible(url), ", handoffs: [Ben]"));
    expect(of("tool")).toMatchObject({ outcome: "fail", does: expect.stringContaining("Ana (pair) need tools of it") as string });
    expect(of("result")).toMatchObject({ outcome: "skipped", found: "there was no call" });
    expect(code).toBe(1);
  });
});

describe("a model that does not answer", () => {
  test("is asked once, and no longer than it is given", async () => {
    const { url, asked } = await ableServer({ answering: "silence" });
    const { code, of, outcomes } = await questioned(fileWith(compatible(url)), ["--seconds", "1"]);
    expect(of("word")).toMatchObject({ outcome: "fail", found: "no whole answer within 1 s" });
    expect(Object.values(outcomes).filter((outcome) => outcome === "skipped")).toHaveLength(8);
    expect(asked).toHaveLength(1);
    expect(code).toBe(1);
  });

  test("because of its key, says so once, without the key", async () => {
    const { url, asked } = await ableServer({ answering: "no key" });
    const { code, of, lines } = await questioned(fileWith(compatible(url, ", apiKeyEnv: OUR_KEY")), [], { OUR_KEY: "sk-proj-secret9" });
    expect(of("word")).toMatchObject({ outcome: "fail", found: expect.stringContaining("check OUR_KEY") as string });
    expect(JSON.stringify(lines)).not.toContain("secret9");
    expect(asked).toHaveLength(1);
    expect(code).toBe(1);
  });

  test("is a web page, and that is said", async () => {
    const { url } = await chatServer((_, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<html><title>Hi</title></html>"),
    );
    const { of } = await questioned(fileWith(compatible(url.replace("/v1", ""))));
    expect(of("word")?.found).toMatch(/a web page came.*is `\/v1` missing/);
  });

  test("Ctrl-C ends the questions at once", async () => {
    const { url, asked } = await ableServer({ answering: "silence" });
    const here = terminal({ cwd: folderWith(fileWith(compatible(url))) });
    const ended = main(["doctor", "--models"], here.io);
    await until(() => asked.length === 1);
    here.interrupt();
    expect(await ended).toBe(1);
    expect(here.out()).toMatch(/what came\n {2}word {4}– .*was stopped\n\n$/);
  });

  test("a scripted one is not asked, and one of an extension is", async () => {
    const scripted = await questioned({ "replies.yml": "replies: {}", ...fileWith("{ provider: replay, file: replies.yml }") });
    expect(scripted).toMatchObject({ code: 0, lines: [{ model: "m", outcome: "skipped" }] });
    const extension = `import { defineModel } from ${JSON.stringify(join(import.meta.dirname, "../../../src/index.ts"))};\nexport default [defineModel({ name: "echo", reply: () => "ready" })];\n`;
    const files = fileWith("{ provider: echo }");
    const own = await questioned({ ...files, "parley.yml": `extensions: [./echo.ts]\n${files["parley.yml"]}`, "echo.ts": extension });
    expect(own.of("word")).toMatchObject({ outcome: "ok", found: '"ready"' });
    expect(own.of("tool")).toMatchObject({ outcome: "gap" });
  });
});

describe("the table", () => {
  test("has a line a question with both times, what was conceded and what Parley does", async () => {
    const { url } = await ableServer({ schemas: "response_format is not supported", images: "no vision: images are not supported" });
    const { out } = await parley(["doctor", "--models", "m"], { cwd: folderWith(fileWith(compatible(url))) });
    expect(out).toMatch(/^m: openai-compatible tiny at http:\/\/127\.0\.0\.1:\d+\/v1\n {2}question {8}first {3}whole {2}what came\n/);
    expect(out).toMatch(/^ {2}word {4}ok {2} +[\d.]+ s +[\d.]+ s {2}"ready"$/m);
    expect(out).toMatch(/^ {2}schema {2}gap {2}.*in words it gave what fits\n {33}it cannot be held to a schema: it is asked in words\.\n {33}→ Parley asks in words, and checks what comes\.$/m); // prettier-ignore
  });

  test("what a model says cannot write on the terminal", async () => {
    const { url } = await chatServer((_, response, path) => {
      if (path.endsWith("/models")) return refuses(response, 200, {});
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ choices: [{ message: { content: "\u001b[31mred\u001b[0m\nline" } }] }));
    });
    const { out } = await parley(["doctor", "--models", "--only", "word"], { cwd: folderWith(fileWith(compatible(url))) });
    expect(out).toContain('"red line"');
    expect(out).not.toContain("\u001b");
  });

  test("some questions alone, by name; a wrong name is guessed", async () => {
    const { url } = await ableServer();
    const cwd = folderWith(fileWith(compatible(url)));
    expect(Object.keys((await questioned(fileWith(compatible(url)), ["--only", "result"])).outcomes)).toEqual(["word", "tool", "result"]);
    const wrong = async (...args: string[]) => (await parley(["doctor", ...args], { cwd })).err;
    expect(await wrong("--models", "--only", "imgae")).toMatch(/There is no question "imgae"\. Did you mean "image"\?/);
    expect(await wrong("--models", "n")).toMatch(/has no model "n"\. .*m/);
    expect(await wrong("--models", "--seconds", "0")).toMatch(/--seconds takes whole seconds, from 1 to 3600/);
    expect(await wrong("--models", "--channel", "C1")).toMatch(/--channel does not belong to parley doctor --models/);
    expect(await wrong("--forget")).toMatch(/belong to parley doctor --models/);
  });
});

describe("what is remembered of a model", () => {
  async function withLesson() {
    const { url } = await ableServer();
    const cwd = folderWith({ ...fileWith(compatible(url)), "data/.keep": "" });
    const opened = openSqlite({ path: join(cwd, "data/log.db"), ...systemClock });
    onTestFinished(() => opened.store.close());
    const { store } = opened;
    const lessons = lessonsIn({ note: (key) => store.note(key), editNote: (key, change) => editNote(store, key, change) });
    const key = `openai-compatible ${url} tiny`;
    const at = new Date().toISOString();
    await lessons.learn(key, { what: "tools", at });
    await lessons.learn(key, { what: "contextTokensMax", value: 8_192, at });
    return { cwd, lessons, key, day: at.slice(0, 10) };
  }

  test("is shown by parley doctor with its days, and beside the questions, which ask as if it were not", async () => {
    const { cwd, day } = await withLesson();
    const { out } = await parley(["doctor"], { cwd });
    expect(out).toContain(`ok   model m: takes no tools: it is asked without them. Agents that need tools, handoffs among them, want another model (remembered since ${day}, until `); // prettier-ignore
    expect(out).toContain("model m: has room for 8192 tokens, question and reply together (remembered since");
    const asked = await parley(["doctor", "--models"], { cwd });
    expect(asked.out).toMatch(/^ {2}tool {4}ok/m);
    expect(asked.out).toMatch(/^ {2}remembered since .*: it takes no tools/m);
    expect(asked.out).toContain("After an upgrade of its server: parley doctor --models m --forget");
  });

  test("is forgotten at a word, also while the database is in use", async () => {
    const { cwd, lessons, key } = await withLesson();
    const { code, out } = await parley(["doctor", "--models", "m", "--forget"], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/^m: forgotten, and asked for again within a minute:\n {2}remembered since .*takes no tools/);
    expect(await lessons.of(key)).toEqual([]);
    expect((await parley(["doctor", "--models", "m", "--forget"], { cwd })).out).toBe("m: nothing was remembered of it.\n");
  });

  test("without a database there is nothing, and none is made", async () => {
    const { url } = await ableServer();
    const cwd = folderWith(fileWith(compatible(url)));
    const { code } = await parley(["doctor", "--models", "--only", "word"], { cwd });
    expect([code, existsSync(join(cwd, "data")), statSync(cwd).isDirectory()]).toEqual([0, false, true]);
  });
});
