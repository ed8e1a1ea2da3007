import { expect, test } from "vitest";
import type { RunEvent, Source } from "../../../src/engine/events/events.ts";
import { sourcesLine } from "../../../src/slack/search/sources.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";

const t = await loadTranslator("en");

const link = (n: number): string => `https://acme.slack.com/archives/C1/p${n}`;
const searched = (sources: readonly Source[], agent = "Ana"): RunEvent => ({
  type: "tool.returned",
  agent,
  call: "1",
  tool: "slack_search",
  output: "…",
  sources,
  seq: 1,
  at: "2026-11-28T10:00:00.000Z",
});
const numbered = (count: number): Source[] => Array.from({ length: count }, (_, n) => ({ title: `Jonas in #eng ${n}`, link: link(n) }));

test("what the words link to are the sources; without a link, what was found", () => {
  const events = [searched(numbered(3)), searched(numbered(2))];
  expect(sourcesLine(t, "Ana", events, `as [he said](${link(1)}), so`)).toBe(`Sources: <${link(1)}|Jonas in #eng 1>`);
  expect(sourcesLine(t, "Ana", events, "so")).toBe(
    `Found: <${link(0)}|Jonas in #eng 0>, <${link(1)}|Jonas in #eng 1>, <${link(2)}|Jonas in #eng 2>`,
  );
  expect(sourcesLine(t, "Ben", events, "so")).toBeUndefined();
  expect(sourcesLine(t, "Ana", [searched(numbered(7))], "so")).toMatch(/ 4>, and 2 more$/);
});

test("a longer address that begins the same is another one", () => {
  expect(sourcesLine(t, "Ana", [searched(numbered(20))], `see ${link(12)}.`)).toBe(`Sources: <${link(12)}|Jonas in #eng 12>`);
});

test("neither a title nor an address breaks out of its link, and what is no address of the web is none", () => {
  const hostile = [
    { title: "a|b> <!channel> <https://evil.example|x", link: "https://a.example/x|y>z" },
    { title: "script", link: "javascript:alert(1)" },
    { title: "none", link: "no address" },
  ];
  const line = sourcesLine(t, "Ana", [searched(hostile)], "") ?? "";
  expect(line.match(/</g)).toHaveLength(1);
  expect(line.match(/\|/g)).toHaveLength(1);
  expect(line).toMatch(/^Found: <https:\/\/a\.example\/x%7Cy%3Ez\|a b&gt; /);
  expect(line).not.toContain("<!");
});
