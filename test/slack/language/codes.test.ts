import { expect, test } from "vitest";
import { ERROR_CODES, type Reaction } from "../../../src/slack/api/error-codes.ts";
import { codeIn } from "../../../src/slack/language/code-words.ts";
import { LANGUAGES } from "../../../src/slack/language/languages.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { englishIn } from "../../support/slack/english.ts";

const CODES = [...Object.keys(ERROR_CODES), "never_heard_of", "constructor"];
/** Of which people read more than that Slack does not take something. */
const MEANT: ReadonlySet<Reaction> = new Set(["wait", "look", "park", "do-without", "say"]);

test("what a code means is said in each language, whatever the code", async () => {
  for (const language of LANGUAGES) {
    const t = await loadTranslator(language);
    const said = CODES.map((code) => codeIn(t, code));
    for (const words of said) expect(words).toMatch(/^\p{Lu}[^{}]+\.$/u);
    if (language !== "en") expect(englishIn(said)).toEqual([]);
  }
  expect(codeIn(await loadTranslator("de"), "<!here>")).toMatch(
    /^Slack antwortet &lt;.*here&gt;, was Parley nicht kennt; bitte melde das\.$/,
  );
});

test("in English people read what the operator does", async () => {
  const t = await loadTranslator("en");
  const meant = Object.entries(ERROR_CODES).filter(
    ([code, { reaction }]) => MEANT.has(reaction) && !/^(?:team_added|message_limit)/.test(code),
  );
  expect(meant.length).toBeGreaterThan(30);
  for (const [code, { says }] of meant) expect(`${code}: ${codeIn(t, code)}`).toBe(`${code}: ${says}`);
});
