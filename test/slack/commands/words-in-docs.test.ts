import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CONTROL_WORDS } from "../../../src/slack/words/control-phrases.ts";
import { commandIn } from "../../../src/slack/commands/control-words.ts";
import { SLASH_COMMANDS, slashWord } from "../../../src/slack/words/slash-table.ts";
import { commandsText, helpText } from "../../../src/slack/render/help-text.ts";

const ROOT = join(import.meta.dirname, "../../..");
const TEAMS = { cards: [], default: "pair" };

/** The rows of the table below these headings: `word` and what stands beside it. */
function rows(file: string, heading: string): readonly (readonly string[])[] {
  const lines = readFileSync(join(ROOT, file), "utf8").split("\n");
  const at = lines.findIndex((line) => line.startsWith(`| ${heading} `));
  expect(at, `${file} has a table with the heading ${heading}`).toBeGreaterThan(-1);
  const end = lines.findIndex((line, index) => index > at && !line.startsWith("|"));
  return lines.slice(at + 2, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("the README, the help and the code have one table of the words that are heard in a thread", () => {
  expect(rows("README.md", "Word")).toEqual(CONTROL_WORDS.map(({ word, does }) => [`\`${word}\``, does]));
  const help = helpText("U0PARLEY", TEAMS);
  expect(help.split("\n").filter((line) => line.startsWith("• `"))).toEqual(CONTROL_WORDS.map(({ word, does }) => `• \`${word}\` ${does}`));
  for (const { word } of CONTROL_WORDS) expect(commandIn(word)).toEqual({ word, rest: "" });
});

test("the words that a line of the table names besides do what it says", () => {
  const { does = "" } = CONTROL_WORDS.find(({ word }) => word === "resume") ?? {};
  const named = [...does.matchAll(/`([^`]+)`/g)].map(([, one = ""]) => one);
  expect(named).toEqual(["continue", "go on", "weiter"]);
  for (const one of named) expect(commandIn(one, { paused: true })?.word).toBe("resume");
});

test("the page on ways in, the help and the code have one table of what /parley takes", () => {
  expect(rows("docs/doors.md", "Command")).toEqual(SLASH_COMMANDS.map(({ usage, does }) => [`\`${usage}\``, does]));
  expect(commandsText().split("\n").slice(1)).toEqual(SLASH_COMMANDS.map(({ usage, does }) => `\`/parley ${usage}\` ${does}`));
  for (const { word, usage } of SLASH_COMMANDS) expect(slashWord(usage.split(" ")[0] ?? "")).toBe(word);
});
