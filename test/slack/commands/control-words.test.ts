import { expect, test } from "vitest";
import { commandIn } from "../../../src/slack/commands/control-words.ts";

test.each([
  ["stop", "stop"],
  ["Stop!", "stop"],
  ["!stop", "stop"],
  ["*stop*", "stop"],
  ["_*stop*_", "stop"],
  ["`stop`", "stop"],
  ["stop :octagonal_sign:", "stop"],
  [":wave::skin-tone-3: stop", "stop"],
  ["🛑 Stop 🙏🏽", "stop"],
  ["stop…", "stop"],
  ["stop, please", "stop"],
  ["OK, stop now. Thank you!", "stop"],
  ["> shall we stop here?\nstop", "stop"],
  ["*Pause*", "pause"],
  ["resume :arrow_forward:", "resume"],
  ["skip.", "skip"],
  ["*summary*", "summary"],
  ["help?", "help"],
])("%j means %s", (text, word) => {
  expect(commandIn(text)).toEqual({ word, rest: "" });
});

test.each([
  "stop guessing and ask",
  "*stop* guessing and ask",
  "stop: the second one is wrong",
  "stop:\n- guessing\n- asking",
  "stop_words are in the list",
  "~stop~",
  "> stop",
  "> stop\nno, go on",
  "please",
  ":octagonal_sign:",
  "we said stop",
  "help\nthe build fails",
  "summary\nof the minutes below",
  "stop skip",
  "",
])("%j is no command", (text) => {
  expect(commandIn(text)).toBeUndefined();
});

test("what is said below a command is for the agents", () => {
  expect(commandIn("stop\nwe have what we need")).toEqual({ word: "stop", rest: "we have what we need" });
  expect(commandIn("*pause* :hand:\n\nI look at it first\nand then we see")).toEqual({
    word: "pause",
    rest: "I look at it first\nand then we see",
  });
});

test.each(["continue", "Go on!", "*weiter*", "please continue"])("%j lets a paused run go on, and is an answer otherwise", (text) => {
  expect(commandIn(text, { paused: true })).toEqual({ word: "resume", rest: "" });
  expect(commandIn(text)).toBeUndefined();
});
