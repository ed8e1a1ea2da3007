import { expect, test } from "vitest";
import { LANGUAGES } from "../../../src/slack/language/languages.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { asksSomething, commandIn, isCourtesy } from "../../../src/slack/commands/control-words.ts";

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
  ["please stop", "stop"],
  ["STOP!!!", "stop"],
  ["stooop", "stop"],
  ["stop stop stop", "stop"],
  ["no, stop", "stop"],
  ["No! No… stop!", "stop"],
  ["*Nein*, stopp bitte", "stop"],
  ["No. Stop", "stop"],
  ["wait, stop!", "stop"],
  ["oh sorry, stop right there", "stop"],
  ["Hey Parley, stop it", "stop"],
  ["ok everyone, stop", "stop"],
  ["can you stop, please?", "stop"],
  ["Stop the run", "stop"],
  ["/stop", "stop"],
  ["ｓｔｏｐ", "stop"],
  ["“stop”", "stop"],
  ["‘stop’", "stop"],
  ["cancel", "stop"],
  ["Abort!", "stop"],
  ["Stopp", "stop"],
  ["Bitte stoppen", "stop"],
  ["Abbrechen, bitte!", "stop"],
  ["Hört auf!", "stop"],
  ["Arrêtez, s'il vous plaît", "stop"],
  ["arrête", "stop"],
  ["¡Alto!", "stop"],
  ["Detente, por favor", "stop"],
  ["basta", "stop"],
  ["parem, por favor", "stop"],
  ["Hou op", "stop"],
  ["стоп!", "stop"],
  ["停止してください。", "stop"],
  ["止めて", "stop"],
  ["停！", "stop"],
  ["그만", "stop"],
  ["Pause please", "pause"],
  ["pause the run", "pause"],
  ["mach mal Pause", "pause"],
  ["暂停", "pause"],
  ["resume the discussion", "resume"],
  ["Fortsetzen", "resume"],
  ["skip this turn", "skip"],
  ["skip it", "skip"],
  ["Überspringen", "skip"],
  ["summarize", "summary"],
  ["sum up, please", "summary"],
  ["TL;DR?", "summary"],
  ["Résumé", "summary"],
  ["Zusammenfassung bitte", "summary"],
  ["fass mal zusammen", "summary"],
  ["where are we?", "summary"],
  ["Hilfe!", "help"],
  ["what can you do?", "help"],
  ["help me", "help"],
  ["ayuda", "help"],
  ["🙏 please *stop* 🙏", "stop"],
  ["- stop", "stop"],
  ["1️⃣ stop", undefined],
])("%j means %s, in people's own way", (text, word) => {
  expect(commandIn(text)?.word).toBe(word);
});

test.each([
  ["halt stopp", "stop"],
  ["Stop/stopp!", "stop"],
  ["Stoppez !", "stop"],
  ["Bitte anhalten", "pause"],
  ["Mettez en pause, s’il vous plaît", "pause"],
  ["On reprend !", "resume"],
  ["Passez ce tour.", "skip"],
  ["Résumez, svp", "summary"],
  ["aidez-moi", "help"],
])("%j means %s, in German and French", (text, word) => {
  expect(commandIn(text)?.word).toBe(word);
});

test.each(LANGUAGES)("what stands on a button in %s does as the button does when it is typed", async (language) => {
  const t = await loadTranslator(language);
  for (const word of ["stop", "pause", "resume"] as const) expect(commandIn(t(`cards.button.${word}`))).toEqual({ word, rest: "" });
  expect(commandIn(t("home.button.stop"))?.word).toBe("stop");
  expect(commandIn(t("home.button.resume"))?.word).toBe("resume");
});

test.each(["cancel", "abbrechen", "status", "passe", "para", "sum up"])("%j may be the answer while an agent asks something", (text) => {
  expect(commandIn(text, { asked: true })).toBeUndefined();
  expect(commandIn(text)).toBeDefined();
});

test.each(["stop", "pause", "skip", "please stop", "*Summary*", "Hilfe", "help"])(
  "%j is a command while an agent asks something, too",
  (text) => {
    expect(commandIn(text, { asked: true })).toBeDefined();
  },
);

test.each([
  "stop guessing and ask",
  "*stop* guessing and ask",
  "stop: the second one is wrong",
  "stop:\n- guessing\n- asking",
  "Stop\n- guessing\n- asking",
  "stop\n\n• the second one",
  "skip\n1. the tests\n2. the docs",
  "No pause please",
  "no stop",
  "nein stopp",
  "no help",
  "no-stop",
  "pause? no",
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
  "don't stop",
  "do not stop",
  "never stop",
  "non-stop",
  "stop that",
  "stop this approach",
  "stop after the second one",
  "stop at ten",
  "stop words",
  "the stop button",
  "bus stop",
  "stop or go on?",
  "should we stop?",
  "when do you stop?",
  "please stop guessing",
  "can you stop saying that?",
  "hör auf zu raten",
  "arrête de deviner",
  "nicht stoppen",
  "pause between the words",
  "there is a pause in the song",
  "resume writing tips",
  "my resume",
  "skip the tests",
  "skip to the end",
  "skip the second option",
  "a summary of the law",
  "summary table",
  "status of the build",
  "help the others",
  "cancel the order",
  "abort mission control's request",
  "the word stop",
  "stop = halt",
  "stop\u200bping",
  "no",
  "yes",
  "ok",
  "thanks",
  "hey team",
  "weiter so mit Variante B",
  "```stop the server```",
  "& stop &c.",
])("%j is no command", (text) => {
  expect(commandIn(text)).toBeUndefined();
});

test.each(["How does this work?", "Can you help me?", "can you help?", "help me", "what can you do?"])(
  "%j is a command where nothing was said before",
  (text) => {
    expect(commandIn(text)).toBeDefined();
  },
);

test.each(["How does this work?", "Can you help me?", "can you help, please?", "help me", "what can you do?"])(
  "%j is for the agents while they talk, or have asked something",
  (text) => {
    for (const situation of [{ running: true }, { running: true, asked: true }]) expect(commandIn(text, situation)).toBeUndefined();
  },
);

test("where something was said before, how this works is asked of that, and what one can do of the app", () => {
  expect(commandIn("How does this work?", { amid: true })).toBeUndefined();
  expect(commandIn("What can you do?", { amid: true })).toEqual({ word: "help", rest: "" });
});

test.each(["help", "Help, please!", "Hilfe", "hey parley, help"])("%j is a command while agents talk, too", (text) => {
  for (const situation of [{ running: true }, { running: true, asked: true }]) expect(commandIn(text, situation)?.word).toBe("help");
});

test.each([
  "thanks!",
  "Great, thank you :tada:",
  "perfect",
  "ok",
  "yes",
  "That's it, very good job",
  "No thanks",
  "no worries",
  "Vielen Dank!",
])("%j is people's courtesy", (text) => {
  expect(isCourtesy(text)).toBe(true);
});

test.each([
  "no",
  "No.",
  "nein",
  "no good",
  "is this right?",
  "Is it done?",
  "is that it",
  "thanks, but why 7?",
  "really good?",
  "right?",
  "?",
  "not good",
])("%j is more than a courtesy", (text) => {
  expect(isCourtesy(text)).toBe(false);
});

test("a yes, or an ok, is more than a courtesy where the agents have asked something; a thank-you is none", () => {
  for (const text of ["yes", "ok, thanks", "yes please", "Ja, bitte!", "agreed", "no"])
    expect(isCourtesy(text, { asked: true })).toBe(false);
  for (const text of ["thanks!", "perfect", "great job"]) expect(isCourtesy(text, { asked: true })).toBe(true);
  expect(asksSomething("There are 7. Shall I list them? DONE")).toBe(true);
  expect(asksSomething(`Why 7? ${"Because. ".repeat(30)}`)).toBe(false);
});

test("what is said below a command is for the agents", () => {
  expect(commandIn("stop\nwe have what we need")).toEqual({ word: "stop", rest: "we have what we need" });
  expect(commandIn("*pause* :hand:\n\nI look at it first\nand then we see")).toEqual({
    word: "pause",
    rest: "I look at it first\nand then we see",
  });
});

test.each([
  "continue",
  "Go on!",
  "*weiter*",
  "please continue",
  "ok, let's continue",
  "Weiter geht’s!",
  "mach bitte weiter",
  "continuez, svp",
  "sigue",
  "avanti",
  "ga door",
  "дальше",
  "続けてください",
  "继续",
  "keep going :rocket:",
  "proceed.",
  "yes, go ahead",
])("%j lets a paused run go on, and is an answer otherwise", (text) => {
  expect(commandIn(text, { paused: true })).toEqual({ word: "resume", rest: "" });
  expect(commandIn(text)).toBeUndefined();
});
