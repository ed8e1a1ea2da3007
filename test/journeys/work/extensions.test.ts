import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadSettings, type Settings } from "../../../src/config/load.ts";
import { defineGuard, defineModel, defineTool, z, type Definition, type ModelRequest, type Reply } from "../../../src/index.ts";
import { openJourney } from "../../support/journey.ts";
import { wordsOf } from "../../support/slack/thread.ts";

/** Put together here, so that no scanner takes this file for a leak. */
const KEY = ["npm_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("");
const CARD = "4111 1111 1111 1111";

/** A team of one whose model says these replies, and remembers what it was asked. */
function desk(replies: readonly Reply[], guards: readonly object[], extensions: readonly Definition[] = [], tools: readonly string[] = []) {
  const requests: ModelRequest[] = [];
  const model = defineModel({
    name: "scripted",
    reply(request) {
      requests.push(request);
      return replies[requests.length - 1] ?? "Nothing more to say. DONE";
    },
  });
  const data = {
    models: { m: { provider: "scripted" } },
    guards,
    teams: {
      desk: {
        description: "Answers.",
        speakers: { policy: "round-robin" },
        agents: [{ name: "Desk", description: "Answers.", model: "m", tools }],
        stop: { maxTurns: 1 },
      },
    },
    sandbox: { executor: "off" },
  };
  return { requests, file: settingsOf(data, [model, ...extensions]) };
}

function settingsOf(data: object, definitions: readonly Definition[]): Settings {
  const cwd = mkdtempSync(join(tmpdir(), "parley-extension-journey-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  return loadSettings({ env: {}, cwd, data, definitions });
}

test("a key that a person posts reaches no model, and one that an agent writes reaches neither people nor the log", async () => {
  const { file, requests } = desk([`Yours begins as mine does: ${KEY}. DONE`], [{ guard: "secrets" }]);
  const journey = await openJourney({ file });
  const thread = await journey.mention(`@parley Is ${KEY} a good key?`);
  await thread.ended();
  expect(JSON.stringify(requests)).not.toContain(KEY);
  expect(JSON.stringify(requests)).toContain("Is [secret: npm secret] a good key?");
  expect(thread.turns()).toEqual(["Desk: Yours begins as mine does: [secret: npm secret]. DONE"]);
  const own = (await thread.log()).filter((event) => "agent" in event);
  expect(JSON.stringify(own)).not.toContain(KEY);
});

test("a guard that stops what goes to a model ends the run with its reason in the thread, and the model is not asked", async () => {
  const { file, requests } = desk([], [{ guard: "personal-data", found: "stop", at: ["model"] }]);
  const journey = await openJourney({ file });
  const thread = await journey.mention(`@parley Charge ${CARD}.`);
  const end = await thread.ended();
  expect(requests).toEqual([]);
  expect(wordsOf(end)).toContain('The guard "personal-data" stopped this on its way to the model of Desk: it holds one card number.');
  expect((await thread.log()).find(({ type }) => type === "turn.failed")).toMatchObject({ error: { kind: "guarded" } });
});

test("a guard that stops what goes to people puts its reason in the place of the words, whose cost stays told", async () => {
  const reply = { text: `The number is ${CARD}.`, usage: { inputTokens: 7, outputTokens: 5 } };
  const { file } = desk([reply], [{ guard: "personal-data", found: "stop", at: ["people"] }]);
  const journey = await openJourney({ file });
  const thread = await journey.mention("@parley What is the number?");
  await thread.ended();
  expect(thread.text()).not.toContain("4111");
  expect((await thread.log()).find(({ type }) => type === "turn.failed")).toMatchObject({
    agent: "Desk",
    error: { kind: "guarded", message: expect.stringContaining("on its way to people") as string },
    usage: { inputTokens: 7, outputTokens: 5 },
  });
});

test("a tool is called without what a guard takes out, and not at all where it stops: the agent reads why", async () => {
  const heard: unknown[] = [];
  const send = defineTool({
    name: "send",
    description: "Sends.",
    input: z.object({ text: z.string(), count: z.number() }),
    run(args) {
      heard.push(args);
      return "Sent.";
    },
  });
  const noBluebird = defineGuard({
    name: "no-bluebird",
    look: (words, { to }) => (to === "tool" && words.includes("Bluebird") ? { stop: "it names a project." } : undefined),
  });
  const call = (text: string, count: number) => ({
    text: "",
    toolCalls: [{ call: "", tool: "send", args: JSON.stringify({ text, count }) }],
  });
  const { file, requests } = desk(
    [call(`mail a.b@example.com`, 2), call("Bluebird is late", 1), "Done. DONE"],
    [{ guard: "personal-data", at: ["tool"] }, { guard: "no-bluebird" }],
    [send, noBluebird],
    ["send"],
  );
  const journey = await openJourney({ file });
  const thread = await journey.mention("@parley Send them.");
  await thread.ended();
  expect(heard).toEqual([{ text: "mail [personal data: email address]", count: 2 }]);
  expect((await thread.log()).find(({ type }) => type === "tool.failed")).toMatchObject({
    error: { kind: "guarded", message: 'The guard "no-bluebird" stopped this on its way to the tool send: it names a project.' },
  });
  expect(JSON.stringify(requests.at(-1)?.messages)).toContain("it names a project.");
});

test("a guard that breaks stops what it could not look at", async () => {
  const broken = defineGuard({
    name: "broken",
    look() {
      throw new Error("no dictionary");
    },
  });
  const { file, requests } = desk([], [{ guard: "broken", at: ["model"] }], [broken]);
  const journey = await openJourney({ file });
  const thread = await journey.mention("@parley Go.");
  expect(wordsOf(await thread.ended())).toContain(
    'The guard "broken" stopped this on its way to the model of Desk: it broke (no dictionary).',
  );
  expect(requests).toEqual([]);
});

test("a picture that a tool of one's own gives stands under the turn of the agent that called it", async () => {
  const draw = defineTool({
    name: "draw",
    description: "Draws.",
    input: z.object({}),
    run: () => ({ text: "Drawn.", files: [{ name: "dot.png", mediaType: "image/png", content: PNG }] }),
  });
  const { file } = desk([{ text: "", toolCalls: [{ call: "", tool: "draw", args: "{}" }] }, "Here it is. DONE"], [], [draw], ["draw"]);
  const journey = await openJourney({ file });
  const thread = await journey.mention("@parley Draw a dot.");
  await thread.ended();
  expect((await thread.log()).find(({ type }) => type === "tool.returned")).toMatchObject({
    output: "Drawn.",
    files: [{ name: "dot.png", mediaType: "image/png", bytes: PNG.byteLength }],
  });
  const posted = thread.messages().flatMap(({ files }) => files.map(({ name }) => name));
  expect(posted).toEqual(["dot.png"]);
});

/** One pixel. */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
