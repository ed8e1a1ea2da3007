import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { folderWith } from "../config/team-files.ts";
import { lineServer } from "../fixtures/mcp-lines.ts";
import { FOUND, startEngine } from "../tools/search/engines.ts";
import { parley, terminal } from "./here.ts";

const teamWith = (tool: string) => ({
  t: {
    description: "x",
    speakers: { policy: "round-robin" },
    agents: [{ name: "Ana", description: "a", model: "m", tools: [tool] }],
    stop: { maxTurns: 1 },
  },
});

const FILE = JSON.stringify({
  models: { m: { provider: "anthropic", model: "claude-sonnet-5" } },
  tools: {
    lines: { kind: "mcp", ...lineServer({ tools: ["keep", "look"] }), env: ["REGION"] },
    broken: { kind: "mcp", command: process.execPath, args: ["-e", "console.error('no licence file'); process.exit(3)"] },
  },
  teams: teamWith("lines"),
});

const cwd = folderWith({ "parley.yml": FILE });
const env = { REGION: "eu", ANTHROPIC_API_KEY: "k", PATH: process.env["PATH"] ?? "" };
const tools = (...args: readonly string[]) => parley(["tools", ...args], { cwd, env });

test("tools list shows what each server offers, and says which cannot be had", async () => {
  const { code, out } = await tools("list");
  expect(code).toBe(1);
  expect(out).toContain("lines__keep  keep\nlines__look  look\n");
  expect(out).toMatch(/The tools of "broken" cannot be had now: .*It ended with exit code 3\. It wrote last: no licence file/);
});

test("tools call calls one by its name on the server", async () => {
  expect(await tools("call", "lines/keep", '{"what":"milk"}')).toMatchObject({ code: 0, out: "keep ran\n" });
});

test.each([
  [["call", "lines/keep", "{"], "The arguments are no JSON"],
  [["call", "lines"], "Name the tool too"],
  [["list", "line"], 'There is no MCP server "line"'],
  [[], "Say what to do"],
])("tools %j says what is wrong with it", async (args, message) => {
  const { code, err } = await tools(...args);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test("tools doctor says where there is nothing to look at", async () => {
  const here = folderWith({
    "replies.yml": "replies: {}",
    "parley.yml": `models: { m: { provider: replay, file: replies.yml } }
teams:
  t: { description: x, speakers: { policy: round-robin }, agents: [{ name: Ana, description: a, model: m }], stop: { maxTurns: 1 } }
`,
  });
  expect(await parley(["tools", "doctor"], { cwd: here })).toMatchObject({
    code: 0,
    out: "The team file has no tool to look at; add an MCP server, or a web search, under `tools`.\n",
  });
});

test("tools doctor says how a server starts and what it is given", async () => {
  const { code, out } = await tools("doctor", "lines");
  expect(out).toMatch(
    /^ok {3}tool lines: a program, ".*" …, one session for each thread; it is given REGION.*\nok {3}tool lines: answers in \d+\.\d s, with 2 tools\n$/,
  );
  expect(code).toBe(0);
  expect((await tools("doctor")).code).toBe(1);
});

describe("Ctrl-C while a server starts", () => {
  const program = "require('fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1000)";
  const silent = (folder: string) => ({ silent: { kind: "mcp", command: process.execPath, args: ["-e", program], cwd: folder } });
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test.each([
    ["tools", "doctor"],
    ["doctor", "--live"],
  ])("%s %s ends it, and says that it was stopped", async (...args) => {
    const data = folderWith({});
    const file = JSON.stringify({ ...(JSON.parse(FILE) as object), tools: silent(data), teams: teamWith("silent") });
    const slack = { SLACK_BOT_TOKEN: "x", SLACK_APP_TOKEN: "x", SLACK_API_URL: "http://127.0.0.1:1/" };
    const here = terminal({ cwd: folderWith({ "parley.yml": file }), env: { ...env, ...slack } });
    const code = main(args, here.io);
    const at = join(data, "pid");
    await expect.poll(() => existsSync(at) && readFileSync(at, "utf8"), { timeout: 10_000 }).toMatch(/^\d+$/);
    here.interrupt();
    expect(await code).toBe(1);
    expect(here.out()).toMatch(/^fail tool silent: .*was stopped/m);
    expect(isAlive(Number(readFileSync(at, "utf8")))).toBe(false);
  });
});

test("doctor --live shows no secret of .env that a server writes", async () => {
  const args = ["-e", "console.error('bad key ' + process.env.OUR_PLACE); process.exit(3)"];
  const leaky = { kind: "mcp", command: process.execPath, args, secretsEnv: { OUR_PLACE: "OUR_PLACE" } };
  const file = JSON.stringify({ ...(JSON.parse(FILE) as object), tools: { leaky }, teams: teamWith("leaky") });
  const slack = { SLACK_BOT_TOKEN: "x", SLACK_APP_TOKEN: "x", SLACK_API_URL: "http://127.0.0.1:1/" };
  const here = folderWith({ "parley.yml": file, ".env": "OUR_PLACE=hidden-in-the-file-77\n" });
  const { out } = await parley(["doctor", "--live"], { cwd: here, env: { PATH: env.PATH, ...slack } });
  expect(out).toMatch(/^fail tool leaky: .*bad key /m);
  expect(out).not.toContain("hidden-in-the-file-77");
});

describe("a search of the web", () => {
  const doctor = async (search: object, variables: { readonly [name: string]: string } = {}) => {
    const file = JSON.stringify({
      models: { m: { provider: "anthropic", model: "claude-sonnet-5" } },
      tools: { search: { kind: "web-search", ...search } },
      teams: teamWith("search"),
    });
    const at = { cwd: folderWith({ "parley.yml": file }), env: { ANTHROPIC_API_KEY: "k", ...variables } };
    return { ...(await parley(["tools", "doctor", "search"], at)), teams: (await parley(["teams", "validate"], at)).out };
  };

  test("is made once, and says who was asked; what is in its way is named", async () => {
    const engine = await startEngine();
    try {
      engine.answers({ json: FOUND.tavily });
      const there = await doctor({ provider: "tavily", url: engine.url }, { TAVILY_API_KEY: "tvly-secret-1" });
      expect(there.out).toMatch(
        /^ok {3}tool search: searches the web by Tavily at http:\/\/127\.0\.0\.1:\d+, with the key in TAVILY_API_KEY\nok {3}tool search: answers in \d+\.\d s\n$/,
      );
      expect(there).toMatchObject({ code: 0, teams: expect.stringMatching(/tool search: searches the web by Tavily at http/) as string });
      engine.answers({ status: 403, text: "Forbidden" });
      const closed = await doctor({ provider: "searxng", url: engine.url });
      expect(closed).toMatchObject({ code: 1, out: expect.stringContaining("add `json` to `search.formats`") as string });
    } finally {
      await engine.close();
    }
  });

  test("without what it needs says which variable, and where to get what belongs into it", async () => {
    const named = await doctor({ provider: "exa" });
    expect(named.out).toMatch(/^fail tool search: there is nothing to search with: put EXA_API_KEY \(a key of Exa, from https:/);
    expect(named).toMatchObject({
      code: 1,
      teams: expect.stringMatching(/warn .*tools\.search: there is nothing to search with/) as string,
    });
    const open = await doctor({});
    expect(open.out).toMatch(/^warn tool search: there is nothing to search with: put BRAVE_API_KEY .*, or SEARXNG_URL/);
    expect(open).toMatchObject({ code: 0, teams: expect.not.stringMatching(/warn .*tools\.search/) as string });
  });
});
