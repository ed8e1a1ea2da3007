import { expect, test } from "vitest";
import { join } from "node:path";
import { stringify } from "yaml";
import { loadSettings } from "../../src/config/load.ts";
import { readCases, readEvaluation } from "../../src/eval/eval-room.ts";
import { folderWith, SMALL } from "../config/team-files.ts";

/** The cases of a table as an evaluation reads them. */
function casesOf(table: string, name = "cases.csv", expected = "answer") {
  const evaluation = { cases: { file: name, input: "question", expected }, score: [{ kind: "number" }] };
  const cwd = folderWith({ "parley.yml": SMALL, [name]: table, "suite.yml": stringify(evaluation) });
  const teamFile = loadSettings({ env: { OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k" }, cwd });
  return readCases(readEvaluation(join(cwd, "suite.yml"), { cwd, teamFile })).map(({ input, expected }) => [input, expected]);
}

test.each([
  ["as most write it", 'question,answer\n"1, or 2?",3\n'],
  ["with a mark of its encoding and Windows' lines", '\uFEFFquestion,answer\r\n"1, or 2?",3\r\n'],
  ["as spreadsheets of half of Europe write it", "question;answer\n1, or 2?;3\n"],
  ["with a semicolon in a name", '"question";"answer";"a,b"\n"1, or 2?";"3";"x"\n'],
  ["with tabs", "question\tanswer\n1, or 2?\t3\n"],
  ["with spaces around its names", 'question , answer\n"1, or 2?",3\n'],
])("a table %s", (_, table) => {
  expect(casesOf(table)).toEqual([["1, or 2?", "3"]]);
});

test("a line of JSON that another follows behind a comma names its line and the mend", () => {
  const lines = '{"question":"q","answer":1}\n{"question":"r","answer":2},\n';
  expect(() => casesOf(lines, "cases.jsonl")).toThrow(/cases\.jsonl:2: is no JSON object: each line holds one, with no comma behind it/);
});

test.each(["Final answer (USD)", "{{ Final answer (USD) }}", "Final answer (USD) | trim"])("a name with blanks is one: %s", (expected) => {
  expect(casesOf("question,Final answer (USD)\nq,3\n", "cases.csv", expected)).toEqual([["q", "3"]]);
});

test("two columns of one name are told apart by nobody", () => {
  expect(() => casesOf("question,answer,answer\nq,1,2\n")).toThrow(/cases\.csv: is no table: two columns are called "answer"/);
});
