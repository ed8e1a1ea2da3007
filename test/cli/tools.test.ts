import { expect, test } from "vitest";
import { folderWith } from "../config/team-files.ts";
import { lineServer } from "../fixtures/mcp-lines.ts";
import { parley } from "./here.ts";

const FILE = JSON.stringify({
  models: { m: { provider: "anthropic", model: "claude-sonnet-5" } },
  tools: {
    lines: { kind: "mcp", ...lineServer({ tools: ["keep", "look"] }), env: ["REGION"] },
    broken: { kind: "mcp", command: process.execPath, args: ["-e", "console.error('no licence file'); process.exit(3)"] },
  },
  teams: {
    t: {
      description: "x",
      speakers: { policy: "round-robin" },
      agents: [{ name: "Ana", description: "a", model: "m", tools: ["lines"] }],
      stop: { maxTurns: 1 },
    },
  },
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

test("tools doctor says how a server starts and what it is given", async () => {
  const { code, out } = await tools("doctor", "lines");
  expect(out).toMatch(
    /^ok {3}tool lines: a program, ".*" …, one session for each thread; it is given REGION.*\nok {3}tool lines: answers in \d+\.\d s, with 2 tools\n$/,
  );
  expect(code).toBe(0);
  expect((await tools("doctor")).code).toBe(1);
});
