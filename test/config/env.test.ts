import { expect, test } from "vitest";
import { notSet, readEnv, unreadInEnv } from "../../src/config/env.ts";
import { folderWith } from "./team-files.ts";

test(".env adds what is not set, and what is set goes before it", () => {
  const cwd = folderWith({ ".env": "# keys\nA=from file\nB='quoted # not a comment'\nexport C=3 # a comment\nD=\n" });
  expect(readEnv(cwd, { A: "set", E: "kept" })).toEqual({ A: "set", B: "quoted # not a comment", C: "3", D: "", E: "kept" });
});

test("without .env the environment is as it is", () => {
  expect(readEnv(folderWith({}), { A: "1" })).toEqual({ A: "1" });
});

test("a file that is too big to be .env is not read", () => {
  expect(() => readEnv(folderWith({ ".env": "A=1\n".repeat(20_000) }), {})).toThrow("at most 65536 are read");
});

test("a line of .env that sets nothing is told with its number, and takes no other variable with it", () => {
  const cwd = folderWith({
    ".env": "SLACK_BOT_TOKEN: xoxb-1\nSLACK_APP_TOKEN=xapp-1\n\n=5\nKEY='over\ntwo lines'\nOPEN=\"never closed\nLAST=1\n",
  });
  expect(readEnv(cwd, {})).toEqual({ SLACK_APP_TOKEN: "xapp-1", KEY: "over\ntwo lines", OPEN: '"never closed', LAST: "1" });
  expect(unreadInEnv(cwd)).toEqual(
    [1, 4].map((line) => ({ file: ".env", line, path: "", message: "sets nothing. A line is NAME=value, or a comment behind #." })),
  );
});

test("a mark with which an editor begins the file is no part of the first name", () => {
  const cwd = folderWith({ ".env": "\uFEFFSLACK_BOT_TOKEN=xoxb-1\r\nSLACK_APP_TOKEN=xapp-1\r\n" });
  expect(readEnv(cwd, {})).toEqual({ SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" });
  expect(unreadInEnv(cwd)).toEqual([]);
});

test("a variable that a quote has swallowed is told", () => {
  const cwd = folderWith({ ".env": 'SLACK_BOT_TOKEN="xoxb-1\nSLACK_APP_TOKEN="xapp-1"\n' });
  expect(readEnv(cwd, {})["SLACK_APP_TOKEN"]).toBeUndefined();
  expect(unreadInEnv(cwd)).toMatchObject([{ line: 2, message: expect.stringContaining("the value that begins in line 1") as string }]);
});

test("a variable that is missing is told with one that is called nearly so, and with none that is another", () => {
  expect(notSet("SLACK_BOT_TOKEN", { SLACK_BOT_TOKN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" })).toContain("(SLACK_BOT_TOKN is; fix its name");
  expect(notSet("SLACK_BOT_TOKEN", { SLACK_BOT_TOKN: "", SLACK_APP_TOKEN: "xapp-1" })).toBe("is not set");
});
