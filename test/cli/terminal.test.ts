import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTerminal, harmless, wantsColours } from "../../src/cli/terminal.ts";
import type { Delta, RunEvent } from "../../src/parley.ts";

const recorded = { seq: 1, at: "2026-01-01T00:00:00.000Z" };
const says = (agent: string, text: string): RunEvent => ({ ...recorded, type: "message.posted", agent, text });
const delta = (agent: string, text: string): Delta => ({ type: "text.delta", agent, text });
const shown = (options: { colours?: boolean; live?: boolean }, ...items: readonly (RunEvent | Delta)[]) => {
  const terminal = createTerminal({ colours: false, live: false, ...options });
  return items.map((item) => terminal.show(item)).join("");
};

describe("what a terminal would obey is taken out of what models and code write", () => {
  test.each([
    ["\u001b[31mred\u001b[0m", "red"],
    ["\u001b]0;new title\u0007text", "text"],
    ["\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007", "click"],
    ["safe\rforged", "safeforged"],
    ["\u009b2Jgone", "gone"],
    ["a\u202eb\u2066c", "abc"],
    ["bell\u0007, null\u0000", "bell, null"],
    ["tabs\tand\nlines stay", "tabs\tand\nlines stay"],
  ])("%j", (text, plain) => {
    expect(harmless(text)).toBe(plain);
    expect(shown({}, says("Ana", text))).toBe(`\nAna\n${plain}\n`);
  });

  test("whatever is written, no control character but tab and line break is left", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
        const text = shown({ live: true }, delta("A", one), delta("A", other), says("A", one + other), says(one || "B", other));
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  test("an escape that is cut in two by streaming has no effect either", () => {
    expect(shown({ live: true }, delta("A", "x\u001b"), delta("A", "[2Jy"))).toBe("\nA\nx[2Jy");
  });
});

describe("code is shown as it runs", () => {
  const HIDING = 'print(1)\n#\u001b]0;\nprint("HIDDEN")\n#\u0007\nprint(2)';
  const SHOWN = 'print(1)\n#⟦\\x1b⟧]0;\nprint("HIDDEN")\n#⟦\\x07⟧\nprint(2)';

  test("where a person is asked to allow it, whole, with a word on its marks", () => {
    const asked = (what: string): RunEvent => ({
      ...recorded,
      type: "approval.requested",
      agent: "Runner",
      call: "1",
      what,
      language: "python",
    });
    expect(shown({}, asked(HIDING))).toBe(
      `\n? Runner wants to run this python:\n${SHOWN}\n  What cannot be seen, or looks like something else, stands between ⟦ and ⟧ by its number: it is part of what runs.\n`,
    );
    const long = "print(1)\n".repeat(5_000);
    expect(shown({}, asked(long))).toBe(`\n? Runner wants to run this python:\n${long}`);
  });

  test("in the words of an agent and in a question, also where they were streamed without it", () => {
    const text = `Run\u001b[2J:\n\`\`\`python\n${HIDING}\n\`\`\``;
    expect(shown({}, says("Ana", text))).toBe(`\nAna\nRun:\n\`\`\`python\n${SHOWN}\n\`\`\`\n`);
    expect(shown({ live: true }, delta("Ana", text), says("Ana", text))).toContain(SHOWN);
    expect(shown({}, { ...recorded, type: "handoff.made", agent: "Ana", to: "human", text })).toContain(SHOWN);
  });
});

describe("words as they come", () => {
  test("are written once: the recorded message adds only what is missing", () => {
    expect(shown({ live: true }, delta("Ana", "Hel"), delta("Ana", "lo"), says("Ana", "Hello there"))).toBe("\nAna\nHello there\n");
  });

  test("that were given up are followed by the words that count", () => {
    expect(shown({ live: true }, delta("Ana", "Hmm"), says("Ana", "Hello"))).toBe("\nAna\nHmm\n\nAna\nHello\n");
  });

  test("are not shown where nobody watches", () => {
    expect(shown({ live: false }, delta("Ana", "Hel"), says("Ana", "Hello"))).toBe("\nAna\nHello\n");
  });
});

test("a question shows its options with numbers, a run of code what contained it, the end its reason", () => {
  const text = shown(
    {},
    { ...recorded, type: "speaker.selected", agent: "Runner", by: "selector", reason: "there is code" },
    {
      ...recorded,
      type: "code.ran",
      agent: "Runner",
      source: { seq: 1, block: 0 },
      language: "python",
      outcome: "ok",
      exitCode: 0,
      output: "42",
      elapsedMs: 1234,
      executor: "Docker",
      files: [{ hash: "h", name: "a.png", mediaType: "image/png", bytes: 5 }],
    },
    { ...recorded, type: "handoff.made", agent: "Ana", to: "human", text: "Which?", beside: "There are two.", options: ["tea", "coffee"] },
    {
      ...recorded,
      type: "run.stopped",
      run: "r",
      outcome: "limit",
      reason: "reached 3 turns",
      reasons: [{ kind: "maxTurns", limit: 3, count: 3 }],
    },
  );
  expect(text).toBe(
    "→ Runner: there is code\n  ran python: ok, 1.2 s (Docker)\n  file a.png (image/png, 5 bytes)\n\nAna\n? There are two.\nWhich?\n  1. tea\n  2. coffee\n\n■ limit: reached 3 turns\n",
  );
});

describe("a tool call and what came of it share a line", () => {
  const called = (call: string, args = "{}"): RunEvent => ({ ...recorded, type: "tool.called", agent: "Ana", call, tool: "search", args });
  const returned = (call: string, output: string): RunEvent => ({
    ...recorded,
    type: "tool.returned",
    agent: "Ana",
    call,
    tool: "search",
    output,
  });

  test("also when several run side by side, and when nobody waited for one of them", () => {
    const story = [called("1", '{"q":"x"}'), called("2"), returned("1", "found\nit"), says("Ana", "So.")];
    const stop: RunEvent = { ...recorded, type: "run.stopped", run: "r", outcome: "stopped", reason: "stopped by Maria", reasons: [] };
    const end = "\nAna\nSo.\n  Ana: search {} (not finished)\n\n■ stopped: stopped by Maria\n";
    expect(shown({}, ...story, stop)).toBe(`  Ana: search {"q":"x"} → found it\n${end}`);
    expect(shown({ live: true }, ...story, stop)).toBe(
      `  Ana: search {"q":"x"}\n  Ana: search {}\n  Ana: search {"q":"x"} → found it\n${end}`,
    );
    expect(shown({ live: true }, called("1"), returned("1", ""))).toBe("  Ana: search {} → nothing\n");
  });

  test("and words beside a call are told once, whether they were seen to come or not", () => {
    const call: RunEvent = { ...recorded, type: "tool.called", agent: "Ana", call: "1", tool: "search", args: "{}", text: "Let me see." };
    expect(shown({}, call, returned("1", "it"))).toBe("\nAna\nLet me see.\n  Ana: search {} → it\n");
    const delta = { type: "text.delta", agent: "Ana", text: "Let me see." } as const;
    expect(shown({ live: true }, delta, call, returned("1", "it"))).toBe("\nAna\nLet me see.\n  Ana: search {} → it\n");
    expect(shown({}, { ...call, tool: "transfer_to_human" })).toBe("");
    const asks: RunEvent = {
      ...recorded,
      type: "handoff.made",
      agent: "Ana",
      to: "human",
      text: "Which?",
      beside: "Let me see.",
      call: "1",
    };
    expect(shown({}, { ...call, tool: "ask_maria" }, asks).match(/Let me see/g)).toHaveLength(1);
    expect(shown({}, { ...call, tool: "transfer_to_human" }, asks).match(/Let me see/g)).toHaveLength(1);
  });

  test("and a hand-over, which is a call too, is told once", () => {
    const call = { ...recorded, agent: "Ana", call: "1", tool: "transfer_to_ben" } as const;
    const made: RunEvent = { ...recorded, type: "handoff.made", agent: "Ana", to: "Ben", text: "", call: "1" };
    expect(
      shown({ live: true }, { ...call, type: "tool.called", args: "{}" }, { ...call, type: "tool.returned", output: "ok" }, made),
    ).toBe("  Ana hands over to Ben\n");
  });
});

test("each turn tells what it cost, the choice of its speaker included; a member of a team with the team", () => {
  const usage = { inputTokens: 10, outputTokens: 5, usd: 0.01 };
  const chosen: RunEvent = {
    ...recorded,
    type: "speaker.selected",
    agent: "Ana",
    by: "selector",
    usage: { inputTokens: 2, outputTokens: 0, usd: 0.001 },
  };
  const words: RunEvent = { ...recorded, type: "message.posted", agent: "Ana", text: "a", usage };
  expect(shown({}, chosen, words, { ...words, usage: { inputTokens: 1, outputTokens: 0 } })).toBe(
    "\nAna\na\n  17 tokens, $0.0110\n\nAna\na\n  1 token, cost unknown\n",
  );
  const inner: RunEvent = { ...words, within: "Desk" };
  expect(shown({}, inner, inner, { ...recorded, type: "turn.ended", agent: "Desk", reason: "" })).toBe(
    "\nAna\na\n\nAna\na\n  30 tokens, $0.0200\n",
  );
});

test("each agent has a colour of its own, and NO_COLOR has none", () => {
  const coloured = shown({ colours: true }, says("Ana", "a"), says("Ben", "b"), says("Ana", "c"));
  const heads = [...coloured.matchAll(/\u001b\[(\d+)m(Ana|Ben)/g)].map((match) => `${match[2]} ${match[1]}`);
  expect(heads[0]).toBe(heads[2]);
  expect(heads[0]?.split(" ")[1]).not.toBe(heads[1]?.split(" ")[1]);
  expect(stripVTControlCharacters(coloured)).toBe("\nAna\na\n\nBen\nb\n\nAna\nc\n");
  expect([
    wantsColours({ isTTY: true }, {}),
    wantsColours({ isTTY: true }, { NO_COLOR: "1" }),
    wantsColours({}, {}),
    wantsColours({ isTTY: true }, { TERM: "dumb" }),
  ]).toEqual([true, false, false, false]);
});
