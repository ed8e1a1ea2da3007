import { describe, expect, test } from "vitest";
import { heldBack, heldIn as listed, isHeld } from "../../../src/engine/held-code/held-code.ts";
import { holding } from "../../../src/engine/held-code/holding.ts";
import { CALLER, QUESTION_CHARS_MAX, type EventBody } from "../../../src/engine/events/events.ts";
import { cutMiddle } from "../../../src/engine/reading/context.ts";
import { asked, handed, logOf, said, started } from "../../support/facts.ts";

const python = (code: string) => ({ language: "python", code });
const fence = (code: string) => `\`\`\`python\n${code}\n\`\`\``;
const fold = () => holding({ languages: ["python"], runners: [{ name: "Runner", runs: ["Coder"] }] });
const heldIn = (facts: readonly EventBody[], code: string) => heldBack(logOf(started(), ...facts), fold(), python(code));
/** Everything that is held, as a conversation inside is told it. */
const all = (facts: readonly EventBody[]) => listed(logOf(started(), ...facts));

describe("a block in a question", () => {
  const question = handed("Ana", "human", { text: `May I?\n${fence("one")}`, options: ["rm it"], call: "q" });
  test("is held as asked until a plain yes, as refused by a no, as expired where nobody answers", () => {
    expect(heldIn([question], "one")).toMatchObject({ why: "asked", isToBeAsked: false });
    expect(heldIn([question, asked("yes")], "one")).toBeUndefined();
    expect(heldIn([question, asked("no, never")], "one")).toMatchObject({ why: "refused", by: "Maria" });
    expect(heldIn([question, asked("yes, but later")], "one")).toMatchObject({ why: "asked" });
    expect(heldIn([question, { type: "question.expired", agent: "Ana", of: 2 } as EventBody], "one")).toMatchObject({ why: "expired" });
  });

  test("is to be asked for once a person has written behind it; the caller of a tool is none", () => {
    const refused = [question, asked("no")];
    expect(heldIn([...refused, asked("Go on")], "one")).toMatchObject({ isToBeAsked: true });
    const called: EventBody = { type: "message.posted", person: CALLER, text: "Go on" };
    expect(heldIn([...refused, called], "one")).toMatchObject({ isToBeAsked: false });
  });

  test("without a fence, and an answer that was offered, are held where they come in one", () => {
    expect(heldIn([question], "rm it")).toMatchObject({ why: "asked" });
    expect(isHeld(logOf(started(), question), python("rm it"))).toBe(true);
    expect(isHeld(logOf(started(), question), python("something else"))).toBe(false);
    expect(isHeld(logOf(started(), question), python(" \n"))).toBe(false);
  });

  test("is told by the words beside the call, of the reply that asked and of no other", () => {
    const call = (id: string, more: object): EventBody => ({ type: "tool.called", agent: "Ana", call: id, tool: "t", args: "{}", ...more });
    const usage = { inputTokens: 1, outputTokens: 1 };
    const asks = handed("Ana", "human", { text: "May I?", call: "q" });
    expect(heldIn([call("q", { text: fence("one"), usage }), asks], "one")).toMatchObject({ why: "asked" });
    expect(heldIn([call("p", { text: fence("one"), usage }), call("q", { usage }), asks], "one")).toBeUndefined();
    expect(heldIn([call("p", { text: fence("one"), usage }), call("q", {}), asks], "one")).toMatchObject({ why: "asked" });
  });
});

describe("of a question that was cut", () => {
  const long = `print("${"x".repeat(QUESTION_CHARS_MAX)}")\nend()`;
  const cut = (text: string, more: object = {}) => handed("Ana", "human", { text: text.slice(0, QUESTION_CHARS_MAX), call: "q", ...more });
  test.each([
    ["a fence", `May I?\n${fence(long)}`],
    ["a quoted fence", `May I?\n> > ${fence(long).replaceAll("\n", "\n   > > ")}`],
  ])("%s that it breaks off stands for every block that begins so", (_form, text) => {
    expect(heldIn([cut(text)], long)).toMatchObject({ why: "asked" });
    expect(heldIn([cut(text)], `${long}\nmore()`)).toMatchObject({ why: "asked" });
    expect(heldIn([cut(text)], "end()")).toBeUndefined();
    expect(heldIn([cut(text), asked("yes")], long)).toBeUndefined();
    expect(heldIn([cut(text), asked("no")], long)).toMatchObject({ why: "refused" });
  });

  test("a fence that is closed in it, and one that a whole question leaves open, are what they are", () => {
    const closed = cut(`${fence("rm")}\n${"words ".repeat(QUESTION_CHARS_MAX)}`);
    expect(heldIn([closed], "rm")).toMatchObject({ why: "asked" });
    expect(heldIn([closed], "rm -rf x")).toBeUndefined();
    expect(heldIn([cut("May I?\n```python\nrm")], "rm -rf x")).toBeUndefined();
    const full = `${"words ".repeat(QUESTION_CHARS_MAX)}`.slice(0, QUESTION_CHARS_MAX - 20);
    expect(all([cut(`${full}\n\`\`\`python\n1>2${" ".repeat(20)}`)])).toMatchObject([
      { isWithin: true },
      { code: "1>2", isBeginning: true },
    ]);
  });

  test("a person who takes part is asked with the others' last words, of which the middle is left out: all of them count", () => {
    const words = `${"before ".repeat(300)}\n${fence("one()")}\n${"after ".repeat(300)}`;
    const question = handed("Maria", "human", { text: cutMiddle(words, QUESTION_CHARS_MAX), turn: true });
    expect(question).not.toMatchObject({ text: expect.stringContaining("one()") as string });
    expect(heldIn([said("Coder", words), question], "one()")).toMatchObject({ why: "asked" });
    expect(heldIn([said("Coder", words, { within: "Panel", quiet: true }), question], "one()")).toBeUndefined();
    // Put by a call, those words are the question.
    expect(heldIn([said("Coder", words), { ...question, call: "q" } as EventBody], "one()")).toBeUndefined();
  });
});

describe("an answer to a question", () => {
  const question = handed("Ana", "human", { text: `May I?\n${fence("one")}`, call: "q" });
  const then = (words: string) => heldIn([question, asked(words)], "one")?.why;
  const YES = "y,yes,YES,ok,okay,sure,allow,allowed,approve,approved,go,go ahead,run it,do it".split(",");
  test.each(
    YES.concat(
      "  yes \n",
      "Yes!!",
      "Approved.",
      "yes please",
      "yes, please",
      "ok: run it",
      "sure, allow it.",
      "yes, go ahead",
      "yes do it",
    ),
  )("%j is a yes", (words) => {
    expect(then(words)).toBeUndefined();
  });
  const NO = "n,no,No.,nope,never,deny,denied,refuse,refused,stop,don't,do not".split(",");
  test.each(NO.concat("  no", "No, use the other file.", "don't do it", "stop it"))("%j is a no", (words) => {
    expect(then(words)).toBe("refused");
  });
  test.each(["yes, but later", "yes?", "oh yes", "yes no", "yes; run it", "yesterday", "not now", "nothing", "I say no", "nay", "  "])(
    "%j is neither",
    (words) => {
      expect(then(words)).toBe("asked");
    },
  );
});
