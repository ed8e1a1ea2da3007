import { expect, test } from "vitest";
import { LANGUAGES } from "../../../src/slack/language/languages.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { whatIsOther } from "../../../src/slack/render/fork-words.ts";
import { englishIn } from "../../support/slack/english.ts";

const word = (seq: number) => ({ seq, text: "otherwise" });

test.for([
  [{ team: "pair", speaker: "Cy" }, "*Cy* speaks next"],
  [{ team: "solo" }, "the team *solo* goes on"],
  [{ team: "pair", words: [word(2)] }, "one message of it reads otherwise"],
  [{ team: "pair", words: [word(2), word(4)] }, "2 messages of it read otherwise"],
  [{ team: "pair", snapshot: "{}" }, "its agents have other instructions"],
  [
    { team: "solo", words: [word(2)], snapshot: "{}" },
    "the team *solo* goes on; one message of it reads otherwise; its agents have other instructions",
  ],
  [{ team: "pair" }, "the same team goes on"],
] as const)("what a fork of a run of the team pair does otherwise is said, and no more: %j", async ([wish, words]) => {
  expect(whatIsOther(await loadTranslator("en"), wish, "pair")).toBe(words);
  for (const language of LANGUAGES.filter((one) => one !== "en"))
    expect(englishIn([whatIsOther(await loadTranslator(language), wish, "pair")])).toEqual([]);
});
