import fc from "fast-check";
import { expect, test } from "vitest";
import { editable, editedTo, editForm, editModal } from "../../../src/slack/buttons/approval-modals.ts";
import { readBack } from "../../../src/engine/reading/shown.ts";
import type { EventBody, RunEvent } from "../../../src/engine/events/events.ts";
import { plan, render } from "../../../src/slack/render/render.ts";
import { excerptOf, shownWhole } from "../../../src/slack/render/code-excerpt.ts";
import { blockProblems } from "../../../local-slack/blocks/blocks.ts";
import { asks, logOf, started } from "../log.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";

const t = await loadTranslator("en");

const TEAM = { name: "coding", agents: [], stopWords: [] } as never;
const request = (what: string, more: object = { language: "python" }): EventBody =>
  ({ type: "approval.requested", agent: "Runner", call: "code-3-0", what, ...more }) as EventBody;

/** The card's frames, as Slack is given them. */
function cardOf(event: EventBody) {
  const log = logOf(started(), asks("x"), event);
  const card = render(t, { seq: 3, kind: "approval", part: 0 }, log, TEAM);
  if (card.kind !== "message") throw new Error("no card");
  const frames = card.blocks.flatMap((block) =>
    block.type === "rich_text"
      ? block.elements.flatMap((part) => ("elements" in part ? part.elements.map((one) => ("text" in one ? String(one.text) : "")) : []))
      : [],
  );
  return { card, frames, words: JSON.stringify(card.blocks), log };
}
const fileOf = (event: EventBody) => {
  const file = render(t, { seq: 3, kind: "approval-file", part: 0 }, logOf(started(), asks("x"), event), TEAM);
  return file.kind === "file" && "text" in file.content ? { name: file.name, text: file.content.text } : undefined;
};
const kinds = (event: EventBody) => plan({ ...event, seq: 3, at: "" } as RunEvent, logOf(started(), asks("x"))).map(({ kind }) => kind);

const TITLE = 'print(1)\n#\u001b]0;\nprint("HIDDEN")\n#\u0007\nprint(2)\n';

test("a terminal sequence in the code hides nothing of it on its card", () => {
  const { frames, words } = cardOf(request(TITLE));
  expect(frames).toEqual(['print(1)\n#⟦\\x1b⟧]0;\nprint("HIDDEN")\n#⟦\\x07⟧\nprint(2)\n']);
  expect(words).toContain("stands between ⟦ and ⟧ by its number: it is part of what runs");
  expect(words).toContain("wants to run 5 lines of python");
});

test.each([
  [
    "code",
    { language: "python" },
    Array.from({ length: 151 }, (_, line) => `print(${line}, "${"x".repeat(40)}")`).join("\n"),
    "code-to-run-3.py",
  ],
  ["arguments", { tool: "pay" }, `pay {"note":"${"y".repeat(9_000)}"}`, "call-3.txt"],
])("%s that does not fit is in a file whole, above the card, which counts truly and allows it once only", (_name, more, what, name) => {
  const event = request(what, more);
  const { frames, words, card } = cardOf(event);
  expect(kinds(event)).toEqual(["approval-file", "approval"]);
  expect(fileOf(event)).toEqual({ name, text: `${what}\n` });
  expect(words).toContain(`all of it is in the file ${name} above`);
  expect(words).not.toContain("Allow for this run");
  expect(words).toContain("Run once");
  expect(blockProblems(card.blocks, "message", "/blocks")).toEqual([]);
  const [head = "", tail = ""] = frames;
  expect(what.startsWith(head) && what.endsWith(tail)).toBe(true);
  const hidden = what.slice(head.length, what.length - tail.length);
  if ("language" in more) {
    expect(words).toContain("wants to run 151 lines of python");
    expect(words).toContain(
      `Left out here, in the middle: ${hidden.split("\n").length - 1} lines (${t.number(hidden.length)} characters); all of it`,
    );
  } else expect(words).toContain(`Left out here, in the middle: ${t.number(hidden.length)} characters; all of it`);
});

test("a tool that is asked for once for the thread is allowed once, where its arguments are not shown whole", () => {
  const { words } = cardOf(request(`pay ${"z".repeat(7_000)}`, { tool: "pay", lasting: true }));
  expect(words).toContain("Run once");
  expect(words).not.toContain("Allow in this thread");
});

test("of logs of older versions, which hold the beginning alone, no more is allowed than once", () => {
  expect(cardOf(request(`print(1)\n… cut: 12 more characters`)).words).not.toContain("Allow for this run");
});

const parts = fc.constantFrom(
  "<!channel>", "<@U0MARIA>", "@here", "&lt;!here&gt;", "<https://a.example|b>", "⟦", "⟦U+202E⟧", "\u001b[2J", "\u202e", "\u200b", "`".repeat(60), "\r\n", "\n", " ", "x", "print(1)", "🙂",
); // prettier-ignore
const code = fc.oneof(
  fc.array(parts, { maxLength: 40 }).map((all) => all.join("")),
  fc.string({ unit: "binary", maxLength: 80 }),
);

test("property: what runs can be read back from the card, and from the form in which it is changed", () => {
  fc.assert(
    fc.property(code, (what) => {
      const { frames, card } = cardOf(request(what));
      expect(readBack(frames.join(""))).toBe(what);
      expect(blockProblems(card.blocks, "message", "/blocks")).toEqual([]);
      expect(JSON.stringify(frames)).not.toMatch(/<[@!#]|<https:[^>]*\||\u200b/);
      const asked = logOf(started(), asks("x"), request(what)).events[2];
      if (asked?.type !== "approval.requested") throw new Error("no request");
      const form = editForm(asked) ?? "";
      expect(editedTo(asked, form)).toBeUndefined();
      expect(editedTo(asked, `${form}#`)).toBe(`${editable(asked)}#`);
      expect(editedTo(asked, `⟦\\xa0⟧${form}`)).toBe(`\u00a0${editable(asked)}`);
    }),
    { numRuns: 500 },
  );
});

test("property: of what is too long, the beginning, the end and what is said to be hidden are all of it, and no mark is cut in two", () => {
  const long = fc.array(fc.oneof(parts, fc.constant("y".repeat(700)), fc.constant(`${"line\n".repeat(120)}`)), {
    minLength: 20,
    maxLength: 60,
  });
  fc.assert(
    fc.property(long, (all) => {
      const what = all.join("");
      const excerpt = excerptOf(what);
      if (excerpt.kind === "whole") return;
      const text = shownWhole(what);
      expect(text.startsWith(excerpt.head) && text.endsWith(excerpt.tail)).toBe(true);
      const hidden = text.slice(excerpt.head.length, text.length - excerpt.tail.length);
      expect(readBack(excerpt.head) + readBack(hidden) + readBack(excerpt.tail)).toBe(what);
      expect(excerpt.hiddenChars).toBe(readBack(hidden).length);
      expect(excerpt.hiddenLines).toBeLessThanOrEqual(hidden.split("\n").length);
    }),
    { numRuns: 200 },
  );
});

test("the form for a change says what its marks are, and only where there are some", () => {
  const [marked, plain] = [TITLE, "print(1)"].map((what) => {
    const asked = logOf(started(), asks("x"), request(what)).events[2];
    return asked?.type === "approval.requested" ? JSON.stringify(editModal(t, { thread: "t", seq: 3 }, asked, editForm(asked) ?? "")) : "";
  });
  expect(marked).toContain("⟦\\\\x1b⟧]0;");
  expect(marked).toContain("stands between");
  expect(plain).not.toContain("stands between");
});
