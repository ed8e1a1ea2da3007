import { describe, expect, test } from "vitest";
import { codeBlocks, maySayCode, withShownCode } from "../../src/engine/code-blocks.ts";
import { fences } from "../../src/engine/reading/fences.ts";
import type { EventBody } from "../../src/engine/events/events.ts";
import { MARIA } from "../support/scripted.ts";

const F = "```";
const codes = (text: string) => codeBlocks(text).map(({ language, code }) => `${language}: ${code}`);

describe("a block of code", () => {
  test.each<readonly [string, string, readonly string[]]>([
    ["with a label", `a\n${F}python\nx = 1\n${F}\nb`, ["python: x = 1\n"]],
    ["whose label has a blank before it, other letters and words behind it", `${F} Python title="x"\nx\n${F}`, ["python: x\n"]],
    ["whose label ends with a brace", `${F}python{.big}\nx\n${F}`, ["python: x\n"]],
    ["with Windows' line ends", `${F}sh\r\nls\r\n${F}`, ["sh: ls\n"]],
    ["in tildes, with backticks in it", `~~~sh\n${F}\n~~~`, [`sh: ${F}\n`]],
    ["in more ticks than are in it", `${F}${F}sh\n${F}\nls\n${F}${F}`, [`sh: ${F}\nls\n`]],
    ["that is not closed", `${F}sh\nls`, ["sh: ls\n"]],
    ["that is closed at the end of its last line", `${F}sh\nls\npwd ${F}\nThat is all.`, ["sh: ls\npwd\n"]],
    ["that is not closed, with a fence pair in a line", `${F}sh\necho ${F}ls${F}\npwd`, [`sh: echo ${F}ls${F}\npwd\n`]],
    ["in tildes that are not closed, with backticks at the end of a line", `~~~sh\necho ${F}\npwd`, [`sh: echo ${F}\npwd\n`]],
    ["with nothing in it", `${F}sh\n${F}`, ["sh: "]],
    ["without a label, where no other has one", `${F}\nx\n${F}`, ["python: x\n"]],
    ["beside one without, which shows output", `${F}sh\nls\n${F}\n${F}\nout\n${F}`, ["sh: ls\n"]],
    ["behind words that end with a colon", `Run:${F}\nls\n${F}`, ["python: ls\n"]],
    ["with its label behind words", `Here it is: ${F}py\nx\n${F}\n`, ["python: x\n"]],
    ["behind words that hold code themselves", `Use \`ls\` as ${F}sh\nls\n${F}`, ["sh: ls\n"]],
    ["indented by three", `   ${F}sh\n   ls\n     -l\n   ${F}`, ["sh: ls\n  -l\n"]],
    ["in a list's item", `1. Do:\n   ${F}sh\n   ls\n   ${F}`, ["sh: ls\n"]],
    ["that opens a list's item", `- ${F}sh\n  ls\n  ${F}`, ["sh: ls\n"]],
    ["of an item, whose code stands at the beginning of the line", `- Do:\n  ${F}sh\nls\n  pwd\n  ${F}`, ["sh: ls\n  pwd\n"]],
    ["behind a list", `- a\n\nb\n${F}sh\nls\n${F}`, ["sh: ls\n"]],
    ["with a label of a fence within", `${F}md\n${F}sh\nls\n${F}`, [`md: ${F}sh\nls\n`]],
    ["behind whose end words stand", `${F}sh\nls\n${F} and so on it goes\n${F}sh\npwd\n${F}`, ["sh: ls\n", "sh: pwd\n"]],
  ])("%s", (_what, text, found) => {
    expect(codes(text)).toEqual(found);
  });

  test.each<readonly [string, string]>([
    ["one that is quoted", `> ${F}sh\n> ls\n> ${F}`],
    ["behind words without a label or colon", `Run ${F}\nls`],
    ["that begins with the last line", `\ufeff${F}sh\nls\n${F}`],
    ["without a label, before one that begins with the last line", `${F}\nout\n${F}\n${F}sh`],
    ["behind words, never closed", `Run: ${F}sh\nls`],
    ["indented by four", `    ${F}sh\n    ls`],
    ["in one line", `${F}sh ls${F}`],
    ["words alone", "no code"],
    ["thought", `<think>\n${F}sh\nls\n${F}\n</think>\nDone.`],
    ["thought in other letters, with attributes", `<Reasoning depth="2">\n${F}sh\nls\n${F}\n</reasoning>`],
    ["thought without an end", `<thinking>\n${F}sh\nls\n${F}`],
    ["thought, whose beginning the server has eaten", `${F}sh\nls\n${F}\n</think>\nDone.`],
    ["somebody else's", `<blockquote>\n${F}sh\nls\n${F}\n</blockquote>`],
  ])("is none: %s", (_what, text) => {
    expect(codes(text)).toEqual([]);
  });

  test("stands behind thoughts, each of them, and marks of thoughts in a program are its own", () => {
    const thought = `<think>\n${F}sh\nno\n${F}\n</think>\n`;
    expect(codes(`${thought}${thought}${F}sh\nls\n${F}`)).toEqual(["sh: ls\n"]);
    expect(codes(`${F}sh\ncat <<X\n<think>\nX\n${F}\n${F}sh\nls\n${F}`)).toEqual(["sh: cat <<X\n<think>\nX\n", "sh: ls\n"]);
    expect(codes(`${F}sh\nno\n${F}\n</think>\n${F}sh\nls\n${F}`)).toEqual(["sh: ls\n"]);
    expect(codes(`${F}sh\nls\n${F}\n${thought}${F}sh\npwd\n${F}`)).toEqual(["sh: ls\n", "sh: pwd\n"]);
  });

  test("twenty of them are looked at, and a text with a hundred thoughts has none", () => {
    const block = `${F}sh\nls\n${F}\n`;
    expect(codes(block.repeat(25))).toHaveLength(20);
    const thought = "<think>\nx\n</think>\n";
    expect(codes(`${thought.repeat(99)}${block}`)).toEqual(["sh: ls\n"]);
    expect(codes(`${thought.repeat(100)}${block}`)).toEqual([]);
  });

  test.each([
    ["py", "python"],
    ["python3", "python"],
    ["shell", "sh"],
    ["zsh", "bash"],
    ["js", "javascript"],
    ["ts", "typescript"],
    ["c++", "c++"],
  ])("is known by the short name %s", (label, language) => {
    expect(codes(`${F}${label}\nx\n${F}`)).toEqual([`${language}: x\n`]);
  });
});

test("a fence says which lines are its code, and whether it was closed", () => {
  expect(fences(`a\n${F}sh\nls\npwd\n${F}\nb\n~~~\nx`)).toEqual([
    { fence: F, label: "sh", code: "ls\npwd\n", isOpen: false, from: 2, to: 4 },
    { fence: "~~~", label: "", code: "x\n", isOpen: true, from: 7, to: 8 },
  ]);
});

test.each<readonly [EventBody, boolean]>([
  [{ type: "message.posted", agent: "A", text: "" }, true],
  [{ type: "message.posted", person: MARIA, text: "" }, false],
  [{ type: "message.posted", agent: "A", text: "", kind: "stop" }, false],
  [{ type: "message.posted", agent: "A", text: "", kind: "summary" }, false],
  [{ type: "message.posted", agent: "A", text: "", within: "Crowd" } as EventBody, false],
  [{ type: "message.posted", agent: "A", text: "", quiet: true } as EventBody, false],
  [{ type: "message.posted", agent: "A", text: "", outside: true } as EventBody, false],
  [{ type: "handoff.made", agent: "A", to: "B", text: "" }, false],
])("code is taken from an agent's finished message to its team alone: %j", (body, may) => {
  expect(maySayCode({ ...body, seq: 1, at: "" })).toBe(may);
});

test("code is shown in the form in which people see it, with its line ends, and the words around it are as they were", () => {
  expect(withShownCode(`a\r\n${F}sh\nls\n${F}`)).toBe(`a\r\n${F}sh\nls\n${F}`);
  const [hidden] = ["\u202e"];
  const text = `before ${hidden}\r\n${F}sh\r\nls ${hidden}\r\n${F}`;
  const shown = withShownCode(text);
  expect(shown.split("\r\n")[0]).toBe(`before ${hidden}`);
  expect(shown.slice(shown.indexOf("sh"))).not.toContain(hidden);
  expect(shown).toMatch(/```sh\r\nls [^\r]*\n```$/);
});
