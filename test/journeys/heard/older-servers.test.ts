import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { openLives } from "../../support/crash/lives.ts";
import { GENERAL, JONAS, MARIA, openJourney, type Journey } from "../../support/journey.ts";
import { wordsOf, type Thread } from "../../support/slack/thread.ts";

/** The reference server of the protocol's own house, which speaks 2025-11-25: it asks while it is called. */
const PROGRAM = createRequire(import.meta.url).resolve("@modelcontextprotocol/server-everything/dist/index.js");

const calls = (name: string, args: object = {}) => ({ toolCalls: [{ name: `all__${name}`, args }] });
/** Its tools for clients that can be asked come a moment after the others. */
const first = calls("echo", { message: "hello" });

const parts = (replies: readonly unknown[], { sampling = [], team = {} }: { sampling?: readonly string[]; team?: object } = {}) => ({
  file: {
    models: { scripted: { provider: "replay", file: "replies.yml" } },
    tools: { all: { kind: "mcp", command: process.execPath, args: [PROGRAM], approval: "never" } },
    teams: {
      desk: {
        description: "Asks.",
        agents: [{ name: "Ana", model: "scripted", description: "Asks.", tools: ["all"], toolRoundsMax: 10 }],
        speakers: { policy: "round-robin" },
        stop: { maxTurns: 1 },
        ...team,
      },
    },
  },
  replies: { Ana: [first, ...replies], ...(sampling.length > 0 ? { sampling } : {}) },
});

/** A process of its own has to start. */
const KILLED_MS = 60_000;
const ELICIT = [calls("trigger-elicitation-request"), "It says {{last}}"];

async function asked(journey: Journey): Promise<Thread> {
  const thread = await journey.mention("@parley go");
  await thread.until(() => thread.ofKind("question").length === 1);
  expect(wordsOf(thread.ofKind("question")[0])).toContain('The server "all" asks, in its own words: "Please provide inputs');
  return thread;
}
const ends = async (thread: Thread) =>
  (await thread.log()).filter(({ type }) => type === "tool.returned" || type === "tool.failed").slice(1);

test("what an older server asks in the middle of a call is asked in the thread, and the same call goes on with the answer, or a no", async () => {
  const journey = await openJourney(parts([...ELICIT.slice(0, 1), ...ELICIT]));
  const thread = await asked(journey);
  await thread.reply("name: Ada\ninteger: 7", JONAS);
  await thread.until(() => thread.ofKind("question").length === 2);
  await thread.click("I do not answer that", MARIA);
  await thread.ended();
  const [answered, declined, ...more] = await ends(thread);
  expect(answered).toMatchObject({ type: "tool.returned", output: expect.stringMatching(/Name: Ada[^]*Favorite Integer: 7/) as string });
  expect(declined).toMatchObject({ type: "tool.returned", output: expect.stringContaining("declined") as string });
  expect(more).toEqual([]);
});

test("a question that nobody answers in time is told to the server as such, and the run goes on", async () => {
  const journey = await openJourney(parts(ELICIT, { team: { answerWithinMinutes: 30 } }));
  const thread = await asked(journey);
  journey.pass(31 * 60_000);
  await thread.ended();
  expect(await ends(thread)).toMatchObject([{ type: "tool.returned", output: expect.stringContaining("cancelled") as string }]);
  expect(thread.ofKind("question")).toHaveLength(1);
});

test("after a kill in between, the answer resumes the run, the call is told as interrupted, and nothing is asked twice", async () => {
  const { workspace, live, log } = await openLives(async () => parts(ELICIT));
  const { control } = workspace;
  const { ts } = await control.post({ user: MARIA, channel: GENERAL, text: "@parley go" });
  const words = () => control.thread(GENERAL, ts).map((message) => JSON.stringify([message.text, message.blocks]));
  const questions = () => words().filter((said) => said.includes("Please provide inputs"));
  const first = await live("first");
  await control.until(() => questions().length === 1, KILLED_MS);
  first.child.kill("SIGKILL");
  expect(await first.exited).toEqual([null, "SIGKILL"]);
  const second = await live("second");
  await control.post({ user: JONAS, channel: GENERAL, text: "name: Ada", threadTs: ts });
  await control.until(() => words().some((said) => said.includes("It says")), KILLED_MS);
  second.child.kill("SIGTERM");
  expect(await second.exited).toEqual([0, null]);
  const message = expect.stringContaining("was interrupted while it waited for a person") as string;
  const ended = (await log(GENERAL, ts)).filter(({ type }) => type === "tool.returned" || type === "tool.failed").slice(1);
  expect(ended).toMatchObject([{ type: "tool.failed", error: { kind: "interrupted", message } }]);
  expect(questions()).toHaveLength(1);
});

const SAMPLE = calls("trigger-sampling-request", { prompt: "Say hello." });

test("a model answers for a server after a yes in the thread, one for the run holds for the next, and the log tells what it cost", async () => {
  const journey = await openJourney(parts([SAMPLE, SAMPLE, "Done."], { sampling: ["Hello.", "Hello again."] }));
  const thread = await journey.mention("@parley go");
  await thread.until(() => thread.ofKind("approval").length === 1);
  const card = wordsOf(thread.ofKind("approval")[0]);
  expect(card).toContain("Ana wants to call `all/sampling`");
  expect(card).toContain("Say hello.");
  await thread.click("Allow for this run", MARIA);
  await thread.ended();
  expect(thread.ofKind("approval")).toHaveLength(1);
  const results = await ends(thread);
  expect(results).toMatchObject([
    { type: "tool.returned", output: expect.stringContaining("Hello.") as string, usage: { outputTokens: 1 } },
    { type: "tool.returned", output: expect.stringContaining("Hello again.") as string, usage: { outputTokens: 2 } },
  ]);
});

test("a no to it is told to the server, and the run goes on", async () => {
  const journey = await openJourney(parts([SAMPLE, "Done."]));
  const thread = await journey.mention("@parley go");
  await thread.until(() => thread.ofKind("approval").length === 1);
  await thread.click("Deny", MARIA);
  await thread.ended();
  expect(await ends(thread)).toMatchObject([
    { type: "tool.failed", error: { message: expect.stringContaining("People did not allow it") as string } },
  ]);
});
