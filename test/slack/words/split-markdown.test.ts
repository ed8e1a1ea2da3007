import fc from "fast-check";
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { expect, test } from "vitest";
import { splitMarkdown } from "../../../src/slack/words/split-markdown.ts";

const split = (text: string, charsMax: number, partsMax = 1_000) => splitMarkdown(text, { charsMax, partsMax });
const parse = (text: string) => fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

test("a text that fits stays one part, as it is", () => {
  const text = "# Title\n\nSome words.\n\n```py\nprint(1)\n```";
  expect(split(text, 200)).toEqual({ parts: [text], rest: "" });
});

test.each(["Some words.", "A list:\n\n- one\n- `two`", "Indented:\n\n    a = 1\n    b = 2", "Deep:\n" + "> ".repeat(200) + "x"])(
  "what fits and has no fence stays as it is: %j",
  (text) => {
    expect(splitMarkdown(text, { charsMax: 1_000, partsMax: 3 })).toEqual({ parts: [text], rest: "" });
  },
);

test("a fence that the model left open is closed", () => {
  expect(split("Look:\n\n```py\nprint(1)", 200).parts).toEqual(["Look:\n\n```py\nprint(1)\n```"]);
});

test("a long text is divided between its blocks, and a heading stays with what it heads", () => {
  const { parts } = split(`${"word ".repeat(30).trim()}\n\n## Next\n\n${"more ".repeat(20).trim()}`, 180);
  expect(parts).toHaveLength(2);
  expect(parts[1]).toMatch(/^## Next\n\nmore/);
});

test("a link that has its address from a line elsewhere keeps it, in whatever part it comes to stand", () => {
  const cited = Array.from({ length: 20 }, (_, index) => `Some words of source [${index}] and [the *page*][ref ${index}].`);
  const lines = cited.map(
    (_, index) => `[${index}]: https://x.example/${index}\n[Ref ${index}]: https://x.example/a_(${index}) "Its title"`,
  );
  const { parts, rest } = split(`${cited.join("\n\n")}\n\nNo [link] here.\n\n${lines.join("\n")}`, 300);
  const urls: string[] = [];
  const look = (node: Nodes): void => {
    if (node.type === "link") urls.push(node.url);
    if ("children" in node) node.children.forEach(look);
  };
  for (const part of parts) look(parse(part));
  expect(urls).toEqual(cited.flatMap((_, index) => [`https://x.example/${index}`, `https://x.example/a_(${index})`]));
  // The lines themselves are seen by nobody, and would be a message without words.
  expect(parts.at(-1)).toMatch(/No \[link\] here\.$/);
  expect(rest).toBe("");
});

test("a link that gets its address from elsewhere calls nobody by it, hides nothing in it, and stays a link", () => {
  const lines = ["!channel", "@U0JONAS", "#C0GENERAL", "https://x.example/|Label", "&excl;here", "a>b"].map(
    (to, index) => `[${index}]: ${to}`,
  );
  const { parts } = split(`${"Some words. ".repeat(40)}\n\n[a][0] [b][1] [c][2] [d][3] [e][4] [f][5]\n\n${lines.join("\n")}`, 300);
  expect(parts.join("\n").match(/<(?!\u200b)(?:[!@#]|[^<>]*\|)[^>]*>/g) ?? []).toEqual([]);
  expect(parts.join("\n")).toContain("[f](<a%3Eb>)");
});

test("an address that is meant again and again does not make a text of any length", () => {
  const text = `${"[a][b] ".repeat(300)}\n\n[b]: https://x.example/${"y".repeat(10_000)}`;
  const { parts, rest } = split(text, 5_000);
  expect(parts.join("").length + rest.length).toBeLessThanOrEqual(text.length + 100);
});

test("a long fence is closed at the end of a part and opened again with its language", () => {
  const lines = Array.from({ length: 40 }, (_, index) => `print(${index})`);
  const { parts } = split(`\`\`\`python\n${lines.join("\n")}\n\`\`\``, 200);
  expect(parts.length).toBeGreaterThan(2);
  for (const part of parts) expect(part).toMatch(/^```python\n[^`]*\n```$/);
  expect(parts.flatMap((part) => part.split("\n").slice(1, -1))).toEqual(lines);
});

test("a long table is divided between rows and has its header in each part", () => {
  const rows = Array.from({ length: 40 }, (_, index) => `| row ${index} | value ${index} |`);
  const { parts } = split(`| a | b |\n| - | - |\n${rows.join("\n")}`, 200);
  expect(parts.length).toBeGreaterThan(2);
  for (const part of parts) expect(part.startsWith("| a | b |\n| - | - |\n| row ")).toBe(true);
  expect(parts.flatMap((part) => part.split("\n").slice(2))).toEqual(rows);
});

test("a fence inside a list item is still a fence of that item in the next part", () => {
  const code = Array.from({ length: 30 }, (_, index) => `    line ${index}`).join("\n");
  const { parts } = split(`1. First\n10. Then\n\n    \`\`\`sh\n${code}\n    \`\`\`\n11. Last`, 200);
  expect(parts.length).toBeGreaterThan(2);
  for (const part of parts) expect(openFences(part)).toBe(0);
  expect(codeOf(parts.join("\n\n"))).toEqual(code.split("\n").map((line) => line.trim()));
  expect(parts.at(-1)).toContain("11. Last");
});

test("a long paragraph is divided after a sentence, and never inside a link, code or angle brackets", () => {
  const sentence = "This is one sentence of the paragraph. ";
  expect(split(sentence.repeat(10).trim(), 200).parts.every((part) => part.endsWith("."))).toBe(true);

  const atoms = "`a b c d e f` [see the page](https://example.com/a) <https://example.com/b?q=1 x> ";
  for (const part of split(atoms.repeat(12).trim(), 210).parts) {
    expect((part.match(/`/g) ?? []).length % 2).toBe(0);
    expect((part.match(/</g) ?? []).length).toBe((part.match(/>/g) ?? []).length);
    expect((part.match(/\[/g) ?? []).length).toBe((part.match(/\]\(https:[^)]*\)/g) ?? []).length);
  }
});

test("what does not fit into the parts that may be had is left over, word for word", () => {
  const text = Array.from({ length: 100 }, (_, index) => `Paragraph ${index} says something.`).join("\n\n");
  const { parts, rest } = split(text, 300, 2);
  expect(parts).toHaveLength(2);
  expect(words([...parts, rest].join("\n\n"))).toEqual(words(text));
});

test("text that no person writes is divided all the same, and soon", () => {
  for (const text of [
    ">".repeat(30_000),
    "`".repeat(30_000),
    "- ".repeat(15_000),
    "**a*b".repeat(6_000),
    "😀".repeat(15_000),
    "<".repeat(30_000),
    "|".repeat(30_000),
  ]) {
    const { parts } = split(text, 11_500, 3);
    expect(parts.length).toBeGreaterThan(0);
    expect(parts.every((part) => part.length <= 11_500 && part.isWellFormed())).toBe(true);
  }
});

const word = fc.stringMatching(/^[a-z]{1,9}$/);
const prose = fc.array(word, { minLength: 1, maxLength: 60 }).map((list) => `${list.join(" ")}.`);
const codeLines = fc.array(
  fc.array(word, { minLength: 1, maxLength: 6 }).map((list) => list.join(" ")),
  { minLength: 1, maxLength: 30 },
);
const fence = fc
  .tuple(fc.constantFrom("```", "````", "~~~"), fc.constantFrom("", "py", "ts"), codeLines)
  .map(([marks, language, lines]) => `${marks}${language}\n${lines.join("\n")}\n${marks}`);
const table = fc
  .array(fc.tuple(word, word), { minLength: 2, maxLength: 30 })
  .map((rows) => `| h | k |\n| --- | --- |\n${rows.map(([a, b]) => `| ${a} | ${b} |`).join("\n")}`);
const indented = (text: string) => text.replaceAll("\n", "\n  ");
const list = fc
  .array(fc.oneof(prose, fence), { minLength: 1, maxLength: 6 })
  .map((items) => items.map((item) => `- x\n\n  ${indented(item)}`).join("\n"));
const quote = fc.oneof(prose, fence).map((text) => `> ${text.replaceAll("\n", "\n> ")}`);
const heading = fc.array(word, { minLength: 1, maxLength: 5 }).map((list) => `## ${list.join(" ")}`);
const documents = fc
  .array(fc.oneof(prose, fence, table, list, quote, heading), { minLength: 1, maxLength: 12 })
  .map((blocks) => blocks.join("\n\n"));

test("every part is within the limit, its fences are balanced, and no word is lost or made up", () => {
  fc.assert(
    fc.property(documents, fc.integer({ min: 150, max: 600 }), (text, charsMax) => {
      const { parts, rest } = split(text, charsMax);
      expect(rest).toBe("");
      for (const part of parts) {
        expect(part.length).toBeLessThanOrEqual(charsMax);
        expect(openFences(part)).toBe(0);
      }
      expect(plainWords(parts.join("\n\n"))).toEqual(plainWords(text));
    }),
    { numRuns: 150 },
  );
});

test("any text at all is divided into parts within the limit", () => {
  const noise = fc.string({
    unit: fc.constantFrom("`", "~", "|", "-", ">", "<", " ", "\n", "a", "*", "[", "]", "(", "😀", "\t", "1."),
    maxLength: 800,
  });
  fc.assert(
    fc.property(noise, (text) => {
      const { parts, rest } = split(text, 100);
      expect(rest).toBe("");
      expect(parts.every((part) => part.length <= 100)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

const words = (text: string) => text.match(/\S+/g) ?? [];
/** Words without the marks that are repeated: table headers, list markers, fences. */
const plainWords = (text: string) =>
  text
    .replaceAll(/^[> ]*(?:```+|~~~+).*$/gm, "")
    .match(/[a-z]{1,9}/g)
    ?.filter((found) => !["h", "k", "x"].includes(found)) ?? [];

function* nodesOf(node: Nodes): Generator<Nodes> {
  yield node;
  if ("children" in node) for (const child of node.children) yield* nodesOf(child);
}

/** Fenced blocks that the end of their surroundings closes and no line of marks does. */
function openFences(text: string): number {
  return [...nodesOf(parse(text))].filter((node) => {
    if (node.type !== "code") return false;
    const raw = text.slice(node.position?.start.offset, node.position?.end.offset);
    return /^(?:```|~~~)/.test(raw) && !/\n[> ]*(?:```+|~~~+)$/.test(raw);
  }).length;
}

const codeOf = (text: string) =>
  [...nodesOf(parse(text))].flatMap((node) => (node.type === "code" ? node.value.split("\n").map((line) => line.trim()) : []));
