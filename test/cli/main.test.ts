import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { folderWith, SMALL } from "../config/team-files.ts";
import { runChild } from "../support/children.ts";
import { parley } from "./here.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const MAIN = resolve(ROOT, "src/cli/main.ts");
const cwd = folderWith({ "parley.yml": SMALL });

test("--help lists every command, and each command explains itself", async () => {
  const { code, out } = await parley(["--help"], { cwd });
  expect(code).toBe(0);
  const names = [...out.matchAll(/^ {2}(\w+) /gm)].map((match) => match[1] ?? "");
  const expected = [
    "start",
    "demo",
    "init",
    "studio",
    "run",
    "eval",
    "tune",
    "doctor",
    "teams",
    "tools",
    "mcp",
    "a2a",
    "runs",
    "costs",
    "audit",
    "backup",
    "migrate",
    "export",
    "import",
    "replay",
    "memory",
    "forget",
    "sandbox",
  ];
  expect(names).toEqual(expected);
  for (const name of names) {
    const help = await parley([name, "--help"], { cwd });
    expect(help.code).toBe(0);
    expect(help.out).toMatch(new RegExp(`^parley ${name}`));
  }
  expect(await parley(["help", "doctor"], { cwd })).toEqual(await parley(["doctor", "--help"], { cwd }));
});

test.each([
  [["strat"], 'There is no command "strat". Did you mean "start"?'],
  [["help", "strat"], 'Did you mean "start"?'],
  [["constructor"], 'There is no command "constructor".'],
  [["run", "--jsn", "x"], "There is no option --jsn. Did you mean --json?"],
  [["run", "--team"], "See --help."],
  [["run"], 'Say what to do: parley run "your task".'],
  [["run", "--team", "pear", "x"], 'parley.yml has no team "pear"; it has pair.'],
  [["teams"], "Say what to do: parley teams validate FILE."],
  [["teams", "check"], 'There is no "parley teams check"'],
  [["teams", "validate", "--json"], "--json belongs to parley teams list."],
  [["runs", "--state", "asleep"], '--state is one of running, waiting, paused, at-limit, done, limit, stopped, failed, not "asleep".'],
  [["runs", "--limit", "0"], '--limit is a number from 1 to 100000, not "0".'],
  [["backup"], "Name one file that is not there yet"],
  [["export"], "Name one run"],
  [["import"], "Name one file"],
  [["replay"], "Name one run"],
  [["export", "x", "--format", "pdf"], '--format is markdown or json, not "pdf".'],
  [["sandbox"], "Name one file"],
  [["sandbox", "notes.txt"], "give --language"],
  [["sandbox", "gone.py"], "gone.py cannot be read (ENOENT)"],
  [["start", "now"], "Unexpected argument"],
])("parley %j is bad usage: it says what is meant and exits with 2", async (args, message) => {
  const { code, out, err } = await parley(args, { cwd });
  expect(err).toContain(message);
  expect(err).not.toContain("    at ");
  expect({ code, out }).toEqual({ code: 2, out: "" });
});

test("without a command the help is shown, and it is bad usage", async () => {
  const { code, err } = await parley([], { cwd });
  expect(code).toBe(2);
  expect(err).toContain("Usage: parley <command>");
});

test("the program itself runs from another folder, and exits with what it says", async () => {
  const { out } = await runChild(process.execPath, [MAIN, "teams", "validate"], { cwd });
  expect(out).toContain("ok   pair, the default: round-robin; Ana (m), Ben (m)");
  const bad = folderWith({ "parley.yml": SMALL.replace("round-robin", "swrm") });
  expect(await runChild(process.execPath, [MAIN, "teams", "validate"], { cwd: bad })).toMatchObject({
    code: 2,
    err: expect.stringContaining("parley.yml:6: teams.pair.speakers.policy:") as string,
  });
});

test("teams validate warns of what is hardly meant and still says that the file can be used", async () => {
  const { code, out } = await parley(["teams", "validate", "parley.yml"], { cwd });
  expect(code).toBe(0);
  expect(out).toContain("warn parley.yml:2: models.m: no key is set: put ANTHROPIC_API_KEY into the environment");
});

test.each(["--version", "-v"])("parley %s says which version it is, and nothing else", async (flag) => {
  const { version } = JSON.parse(readFileSync(resolve(ROOT, "package.json"), "utf8")) as { readonly version: string };
  expect(await parley([flag], { cwd })).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

test("parley teams list says which teams there are and who is in them, as lines or as JSON", async () => {
  const { code, out } = await parley(["teams", "list"], { cwd });
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^pair \(the default\): .*; round-robin\n$/) });
  const lines = (await parley(["teams", "list", "--json"], { cwd })).out.trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ team: "pair", default: true, policy: "round-robin" })]);
});
