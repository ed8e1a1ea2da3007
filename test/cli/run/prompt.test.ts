import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { openLines, openPrompt } from "../../../src/cli/run/prompt.ts";
import { terminal } from "../here.ts";

/** Somebody at a terminal; what was heard of them, in order. */
function sitting() {
  const here = terminal({ cwd: "/", tty: true });
  const heard: string[] = [];
  const prompt = openPrompt(here.io, {
    line: (text) => heard.push(text),
    closed: () => heard.push("(closed)"),
    interrupted: () => heard.push("(interrupted)"),
  });
  /** Types, and lets the terminal take it. */
  const type = async (keys: string) => {
    here.stdin.write(keys);
    for (let turn = 0; turn < 5; turn++) await eventLoopTurn();
  };
  return { ...here, heard, prompt, type };
}

test("while a line is typed, what agents say is held back; it is shown when the line ends, in order", async () => {
  const { prompt, type, out, heard } = sitting();
  prompt.write("Ana\nHel");
  await type("be b");
  prompt.write("lo ");
  prompt.write("Ben.\n");
  expect(out()).toBe("Ana\nHel\n"); // The typed line begins on a row of its own.
  await type("rief\r");
  expect(heard).toEqual(["be brief"]);
  expect(out()).toBe("Ana\nHel\nlo Ben.\n");
  prompt.close();
});

test("a line that is taken back lets the agents go on", async () => {
  const { prompt, type, out, heard } = sitting();
  await type("x");
  prompt.write("Hello.\n");
  expect(out()).toBe("");
  await type("\u007f");
  expect(out()).toBe("Hello.\n");
  expect(heard).toEqual([]);
  prompt.close();
});

test("who leaves a line half typed is shown all the same before it grows without bound, and at the end", async () => {
  const { prompt, type, out } = sitting();
  await type("x");
  prompt.write("a".repeat(100_001));
  expect(out()).toHaveLength(100_001);
  prompt.write("b");
  expect(out()).toHaveLength(100_001);
  prompt.close();
  expect(out()).toHaveLength(100_002);
});

test("a label stands before the cursor until the next line; empty lines say nothing, Ctrl-C and Ctrl-D are told", async () => {
  const { prompt, type, err, heard } = sitting();
  prompt.ask("answer: ");
  expect(err()).toContain("answer: ");
  await type("\r");
  await type("  yes \r");
  await type("\u0003");
  await type("\u0004");
  expect(heard).toEqual(["yes", "(interrupted)", "(closed)"]);
});

test("a question that comes while a line is typed is shown at once, and the line goes on behind its label", async () => {
  const { prompt, type, out, err, heard } = sitting();
  await type("be b");
  prompt.write("Ana asks: which?");
  prompt.ask("answer: ");
  expect(out()).toBe("Ana asks: which?\n");
  expect(err()).toMatch(/answer: be b/);
  await type("rief\r");
  expect(heard).toEqual(["be brief"]);
  prompt.close();
});

test("lines of an input where nobody sits come one by one, and end", async () => {
  const here = terminal({ cwd: "/", typed: "one\n\n two \n" });
  const lines = openLines(here.io);
  expect([await lines.next(), await lines.next(), await lines.next()]).toEqual(["one", "two", undefined]);
  lines.close();
});
