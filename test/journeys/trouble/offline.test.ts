import { afterAll, beforeAll, expect, test } from "vitest";
import { createDemoExecutor } from "../../../src/config/sandbox/demo-executor.ts";
import { loadSettings } from "../../../src/config/load.ts";
import type { Executor } from "../../../src/sandbox/executor.ts";
import { sandboxImage } from "../../support/sandbox/docker.ts";
import { JONAS, openJourney } from "../../support/journey.ts";
import { wordsOf, type Thread } from "../../support/slack/thread.ts";

/** The demo's own team, with Docker where it is and WebAssembly where it is not: what it says is the same, for its code really runs. */
const file = loadSettings({ env: { PARLEY_SANDBOX_IMAGE: sandboxImage() }, cwd: process.cwd(), file: "teams/offline/offline.yml" });
let executor: Executor;
beforeAll(async () => {
  executor = await createDemoExecutor(file.sandbox, { DOCKER_HOST: process.env["DOCKER_HOST"] });
});
afterAll(() => executor.close());
const open = () => openJourney({ file, executor: { ...executor, close: async () => undefined } });

test("the offline team finds the bug in a median function by running it", async () => {
  const thread = await (await open()).mention("@parley Write a median function and find its bug.");
  await thread.ended();
  await expect(readable(thread)).toMatchFileSnapshot("offline/median.txt");
});

test("the offline team counts primes, and its plot is in the thread", async () => {
  const thread = await (await open()).mention("@parley Plot how many primes there are up to 1000.");
  await thread.ended();
  expect(thread.messages().flatMap(({ files }) => files)).toMatchObject([{ name: "plot.png", mimetype: "image/png" }]);
  await expect(readable(thread)).toMatchFileSnapshot("offline/primes.txt");
});

test("the offline team asks how many come, and goes on with the answer of whoever gives it", async () => {
  const thread = await (await open()).mention("@parley Split the costs of our weekend trip.");
  await thread.until(() => thread.ofKind("question").length === 1);
  await thread.click("3", JONAS);
  await thread.ended();
  await thread.until(() => thread.ofKind("question").some((question) => wordsOf(question).includes("answered by")));
  await expect(readable(thread)).toMatchFileSnapshot("offline/trip.txt");
});

test("the offline debate argues one question from two sides, and a judge decides it", async () => {
  const thread = await (await open()).mention("@parley debate: Should a small team write its own design system?");
  await thread.ended();
  await expect(readable(thread)).toMatchFileSnapshot("offline/debate.txt");
});

test("any other task is answered with what the offline team can do, and how to give it a model", async () => {
  const thread = await (await open()).mention("@parley Write a poem.");
  await thread.ended();
  await expect(readable(thread)).toMatchFileSnapshot("offline/anything-else.txt");
});

/** The thread without what differs from machine to machine: times, sizes, tokens, places, and what contains the code. */
function readable(thread: Thread): string {
  return `${thread.text()}\n`
    .replaceAll(executor.capabilities.label, "(sandbox)")
    .replaceAll(/\b(?:\d+ min )?\d+(?:\.\d+)? (s|kB|bytes)\b/g, "… $1")
    .replaceAll(/[\d.]+k? tokens in, [\d.]+k? out/g, "… tokens in, … out")
    .replaceAll(/[\d.]+k? tokens/g, "… tokens")
    .replaceAll(/(?:under )?\$\d+\.\d+/g, "$$…")
    .replaceAll(/File "[^"]+"/g, 'File "…"')
    .replaceAll(/^ *[~^]+ *\n/gm, "")
    .replace(END_IN_ANSWER, "($<why> · … tokens · $…)\n\nParley: $<end>\n$<buttons>\n(1 turn · $<spent> · $<next>)");
}

/**
 * An answer that was all of its run tells the end too where the selector has decided by the time the answer leaves; where it decides later the end
 * has a message of its own. Both are right, and here the first is laid out as the second.
 */
const END_IN_ANSWER =
  /^(?<buttons>\[Continue.*\])\n\((?<why>#1 · .*) · (?<spent>… tokens in, .*) · (?<end>:checkered_flag: .*) · (?<next>mention me .*)\)$/mu;
