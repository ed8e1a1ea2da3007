import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { describe, expect, test } from "vitest";
import { codeBlocks } from "../../src/engine/code-blocks.ts";
import { runsOf } from "../support/chance.ts";

const found = (text: string) => codeBlocks(text).map(({ language, code }) => [language, code]);
const one = (language: string, code = "x\n") => [[language, code]];

describe("what stands behind a fence names its language", () => {
  test.each([
    ["```{bash}\nx\n```", "bash"],
    ["```{.bash .numberLines}\nx\n```", "bash"],
    ["```{r, echo=FALSE}\nx\n```", "r"],
    ["```python:main.py\nx\n```", "python"],
    ["```rust,no_run\nx\n```", "rust"],
    ["```python {highlight: [1]}\nx\n```", "python"],
    ['```Python title="a.py"\nx\n```', "python"],
    ["```c++\nx\n```", "c++"],
    ["```c#\nx\n```", "c#"],
    ["~~~ python `old` name\nx\n~~~", "python"],
    ["``` \t py\nx\n```", "python"],
  ])("%j", (text, language) => {
    expect(found(text)).toEqual(one(language));
  });
});

describe("a tab is as wide as it reaches", () => {
  test.each([
    ["in a list's item", "-\t```python\n\tx\n\t```", "x\n"],
    ["in a numbered one", "1.\t```python\n\tif a:\n\t\tx\n\t```", "if a:\n\tx\n"],
    ["beyond the item", "- a\n\n  ```python\n\tx\n  ```", "  x\n"],
    ["in the code itself", "```python\n\tx\n```", "\tx\n"],
  ])("%s", (_where, text, code) => {
    expect(found(text)).toEqual(one("python", code));
  });

  test("and before a fence it makes code that is indented, which is none to run", () => {
    expect(found("Look:\n\n\t```python\n\tx\n\t```")).toEqual([]);
  });
});

describe("raw HTML is no code to run", () => {
  test.each([
    "<!--\n```python\nx\n```\n-->",
    "<!-- an older one:\n```python\nx\n```",
    "<pre>\n```python\nx\n```\n</pre>",
    '<script type="text/markdown">\n```python\nx\n```\n</script>',
  ])("%j", (text) => {
    expect(found(text)).toEqual([]);
    if (text.includes("-->")) expect(found(`${text}\n\`\`\`python\ny\n\`\`\``)).toEqual(one("python", "y\n"));
  });

  test("but what stands in a program is part of it, and what can be folded away is shown", () => {
    expect(found("```html\n<!--\n<p>\n```\n```python\nx\n```")).toEqual([
      ["html", "<!--\n<p>\n"],
      ["python", "x\n"],
    ]);
    expect(found("<details>\n<summary>Code</summary>\n\n```python\nx\n```\n</details>")).toEqual(one("python"));
  });
});

/** A well-formed document, as lines. */
type Lines = readonly string[];
const words = fc.constantFrom<Lines>(["Some words."], ["Two lines", "of `words`."], ["## A heading"], ["Use `` ` `` here."]);
const codeLine = fc.constantFrom("x = 1", "    y", "", "\tz", "# no heading", "- no item", "`` ` ``", "<b>");
const fenced = fc
  .record({
    mark: fc.constantFrom("```", "~~~", "`````", "~~~~"),
    indent: fc.nat(3),
    code: fc.array(codeLine, { minLength: 1, maxLength: 4 }),
  })
  .map(({ mark, indent, code }): Lines => {
    const blanks = " ".repeat(indent);
    return [`${blanks}${mark}python`, ...code.map((line) => (line === "" ? line : blanks + line)), `${blanks}${mark}`];
  });
const { block } = fc.letrec<{ block: Lines; blocks: Lines }>((tie) => ({
  blocks: fc
    .array(tie("block"), { minLength: 1, maxLength: 3 })
    .map((all) => all.flatMap((lines, at) => (at === 0 ? lines : ["", ...lines]))),
  block: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    words,
    fenced,
    fenced,
    // An item begins with words: a fence that is indented beside its mark would be further in.
    fc.record({ mark: fc.constantFrom("- ", "* ", "1. ", "12) "), first: words, rest: tie("blocks") }).map(({ mark, first, rest }) => {
      const inner = " ".repeat(mark.length);
      return [...first, "", ...rest].map((line, at) => (at === 0 ? mark + line : line === "" ? line : inner + line));
    }),
    tie("blocks").map((lines) => lines.map((line) => `> ${line}`)),
    fc.oneof(words, fenced).map((lines) => ["<!--", ...lines, "-->"]),
  ),
}));

interface Node {
  readonly type: string;
  readonly lang?: string | null;
  readonly value?: string;
  readonly children?: readonly Node[];
}
/** The labelled blocks of code that a parser of CommonMark finds outside of quotations. */
const labelled = ({ type, lang, value, children = [] }: Node): readonly string[] =>
  type === "blockquote" ? [] : type === "code" && lang ? [`${value ?? ""}\n`] : children.flatMap(labelled);

test("of any well-formed document the blocks are those that a parser of CommonMark finds", () => {
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 4 }), (blocks) => {
      const text = blocks.map((lines) => lines.join("\n")).join("\n\n");
      expect(codeBlocks(text).map(({ code }) => code)).toEqual(labelled(fromMarkdown(text) as Node).slice(0, 20));
    }),
    { numRuns: runsOf(300) },
  );
});
