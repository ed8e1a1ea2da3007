import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CONTROL_WORDS } from "../../../src/slack/words/control-phrases.ts";
import { commandIn } from "../../../src/slack/commands/control-words.ts";
import { SLASH_COMMANDS, slashWord } from "../../../src/slack/words/slash-table.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { commandsText, helpText } from "../../../src/slack/render/help-text.ts";

const ROOT = join(import.meta.dirname, "../../..");
const t = await loadTranslator("en");
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
  expect(rows("README.md", "Word")).toEqual(CONTROL_WORDS.map(({ word }) => [`\`${word}\``, t(`help.text.word.${word}`)]));
  const help = helpText(t, "U0PARLEY", TEAMS);
  expect(help.split("\n").filter((line) => line.startsWith("• `"))).toEqual(
    CONTROL_WORDS.map(({ word }) => `• \`${word}\` ${t(`help.text.word.${word}`)}`),
  );
  for (const { word } of CONTROL_WORDS) expect(commandIn(word)).toEqual({ word, rest: "" });
});

test("the words that a line of the table names besides do what it says", () => {
  const named = [...t("help.text.word.resume").matchAll(/`([^`]+)`/g)].map(([, one = ""]) => one);
  expect(named).toEqual(["continue", "go on", "weiter"]);
  for (const one of named) expect(commandIn(one, { paused: true })?.word).toBe("resume");
});

test("the page on ways in, the help and the code have one table of what /parley takes", () => {
  expect(rows("docs/doors.md", "Command")).toEqual(SLASH_COMMANDS.map(({ word, usage }) => [`\`${usage}\``, t(`help.text.slash.${word}`)]));
  expect(commandsText(t).split("\n").slice(1)).toEqual(
    SLASH_COMMANDS.map(({ word, usage }) => `\`/parley ${usage}\` ${t(`help.text.slash.${word}`)}`),
  );
  for (const { word, usage } of SLASH_COMMANDS) expect(slashWord(usage.split(" ")[0] ?? "")).toBe(word);
});
