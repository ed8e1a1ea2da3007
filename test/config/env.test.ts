import { expect, test } from "vitest";
import { readEnv } from "../../src/config/env.ts";
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
