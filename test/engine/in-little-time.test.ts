import { expect, test } from "vitest";
import { mentionedTolerantly, nameWritten } from "../../src/engine/agents/leaders/names-as-written.ts";
import { onPlan } from "../../src/engine/agents/leaders/plan-words.ts";
import { codeBlocks, withShownCode } from "../../src/engine/code-blocks.ts";
import { readObject } from "../../src/engine/json-schema.ts";
import { fences } from "../../src/engine/reading/fences.ts";
import { readBack, shown } from "../../src/engine/reading/shown.ts";
import { disagrees, noIn, readStance } from "../../src/engine/stances/stance-words.ts";
import { textMention } from "../../src/engine/stops/text-mention.ts";
import { growthOverEight, LINEAR_GROWTH_MAX } from "../support/growth.ts";
import { openLog } from "../support/scripted.ts";
import { say } from "./stops/firing.ts";

const filled =
  (piece: string, end = "", begin = "") =>
  (chars: number) =>
    begin + piece.repeat(Math.ceil(chars / piece.length)) + end;

function isStopped(text: string): unknown {
  const log = openLog();
  log.start("go");
  log.record(say("agent", text));
  return textMention("TERMINATE")(log.transcript);
}

const F = "```";

test.each<[string, (text: string) => unknown, (chars: number) => string]>([
  ["marks that are shown", (text) => readBack(shown(text)), filled("\u001b\u202e\n ")],
  ["a stop word before many marks and a word", isStopped, filled("*", "x", "TERMINATE")],
  ["a stop word before many blanks and a word", isStopped, filled(" ", "x", "TERMINATE")],
  ["a stop word before many comments and a word", isStopped, filled("<!-- -->", "x", "TERMINATE")],
  ["a stop word behind what begins comments", isStopped, filled("<!--", "TERMINATE")],
  ["a stop word behind comments that nothing begins", isStopped, filled("-->", "TERMINATE")],
  ["fences behind words that nothing closes", fences, filled(`x: ${F}py\n`)],
  ["fences behind words, each with one mark less", fences, (chars) => fewerAndFewer(chars)],
  ["fences within an item far to the right", withShownCode, (chars) => farToTheRight(chars)],
  ["fences with lines that end in no line", fences, filled("`", "\u2028x")],
  ["thoughts, one after another", codeBlocks, filled("<think></think>\n")],
  ["thoughts in one line", codeBlocks, filled("<think></think>")],
  ["thoughts between which code is opened and closed", codeBlocks, filled(`<pre></pre>\nx\n${F}\ny\n${F}\n`)],
  ["thoughts that nothing ends", codeBlocks, filled("<pre\r", "\n")],
  ["code in which raw HTML stands", codeBlocks, filled("<pre>\n", "", `${F}html\n`)],
  ["a verdict with many colons", readStance, filled(":", "x", "verdict")],
  ["a verdict with many lines", readStance, filled("\n", "x", "verdict:")],
  ["many empty lines", (text) => disagrees(text, true), filled("\n-", "x")],
  ["many empty lines and no quotation", readStance, filled("\n", "x", "a")],
  ["words on a plan that belong to each other", onPlan, filled("revise please ", "x")],
  ["words on a plan of many clauses", onPlan, filled("yes - ", "x")],
  ["words on a plan with many marks", onPlan, filled("-", "x", "yes ")],
  ["a no of many adverbs", noIn, filled("ly", "x", "I ")],
  ["words that are hardly sentences", noIn, filled(". ")],
  ["braces that nothing closes", (text) => readObject({}, text), filled("{")],
  ["a name with many marks", (text) => nameWritten(["a"], text), filled("-", "x", "a")],
  ["a name with many brackets", (text) => nameWritten(["a"], text), filled("()", "x", "a")],
  ["names among many marks", (text) => mentionedTolerantly(["a", "b"], text), filled("_-", "x")],
])("%s: a time that grows with the length alone", (_what, work, textOf) => {
  expect(growthOverEight(work, textOf)).toBeLessThan(LINEAR_GROWTH_MAX);
});

/** As long as its many lines: each fence could close what one of those before it opens, had it more marks. */
function fewerAndFewer(chars: number): string {
  const most = Math.floor(Math.sqrt(chars));
  const opened = Array.from({ length: most }, (_, at) => `x: ${"`".repeat(most + 3 - at)}py\n`);
  return opened.join("") + "y\n".repeat(chars / 4);
}

function farToTheRight(chars: number): string {
  const blanks = " ".repeat(chars / 4);
  return `-${blanks}${F}py\n ${blanks}\u202ex\n ${blanks}${F}\n`;
}
