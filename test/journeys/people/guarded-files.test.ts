import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadSettings } from "../../../src/config/load.ts";
import { defineGuard, defineModel, defineTool, z, type Definition, type GuardedFile, type Reply } from "../../../src/index.ts";
import type { Executor, SandboxFile } from "../../../src/sandbox/executor.ts";
import { GENERAL, MARIA, openJourney, type Journey } from "../../support/journey.ts";
import { wordsOf, type Thread } from "../../support/slack/thread.ts";

/** Put together here, so that no scanner takes this file for a leak. */
const KEY = ["npm_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("");
const MASKED = "[secret: npm secret]";
/** One pixel. */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

const file = (name: string, mediaType: string, content: string | Uint8Array): SandboxFile => ({
  name,
  mediaType,
  content: Buffer.from(content),
});

/** Keeps what it is given, and leaves these files behind whatever is run. */
function sandbox(made: readonly SandboxFile[]): Executor & { readonly given: SandboxFile[] } {
  const given: SandboxFile[] = [];
  return {
    given,
    capabilities: { grade: "container", label: "a box", languages: ["python"], hint: "" },
    open: async () => ({
      put: async (files) => void given.push(...files),
      run: async () => ({
        outcome: "ok",
        exitCode: 0,
        output: "done",
        stdout: "done",
        stderr: "",
        outputBytesCut: 0,
        elapsedMs: 1,
        files: made,
        notices: [],
      }),
      end: async () => {},
    }),
    close: async () => {},
  };
}

const CODE: Reply = "```python\nprint(open('in/notes.txt').read())\n```";

async function open(
  guards: readonly object[],
  {
    made = [],
    extensions = [],
    tools = [],
    replies = [CODE, "That is all. DONE"],
  }: {
    readonly made?: readonly SandboxFile[];
    readonly extensions?: readonly Definition[];
    readonly tools?: readonly string[];
    readonly replies?: readonly Reply[];
  } = {},
) {
  let asked = 0;
  const model = defineModel({ name: "scripted", reply: () => replies[asked++] ?? "Nothing more. DONE" });
  const data = {
    models: { m: { provider: "scripted" } },
    guards,
    teams: {
      coding: {
        description: "Writes code and runs it.",
        speakers: { policy: "round-robin" },
        agents: [
          { name: "Coder", description: "Writes Python.", model: "m", tools },
          { name: "Runner", kind: "code-runner", runs: ["Coder"], description: "Runs it." },
        ],
        stop: { any: [{ textMention: "DONE" }, { maxTurns: 4 }] },
      },
    },
    sandbox: { executor: "docker" },
  };
  const cwd = mkdtempSync(join(tmpdir(), "parley-guarded-files-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const executor = sandbox(made);
  const journey = await openJourney({ file: loadSettings({ env: {}, cwd, data, definitions: [model, ...extensions] }), executor });
  return { journey, executor };
}

async function post(
  journey: Journey,
  text: string,
  files: readonly { readonly name: string; readonly content: Uint8Array }[],
): Promise<Thread> {
  const { ts } = await journey.slack.control.post({ user: MARIA, channel: GENERAL, text, files });
  const thread = journey.thread(GENERAL, ts);
  await thread.ended();
  return thread;
}

/** What people find when they open the files of a thread. */
async function shared(journey: Journey, thread: Thread): Promise<{ readonly [name: string]: string }> {
  const found: [string, string][] = [];
  for (const { files } of thread.messages())
    for (const { id, name } of files) found.push([name, await (await fetch(`${journey.slack.url}files/${id}/${name}`)).text()]);
  return Object.fromEntries(found);
}

test("a key in a posted file reaches no sandbox, and one in a file that code leaves reaches neither people nor the log", async () => {
  const { journey, executor } = await open([{ guard: "secrets" }], {
    made: [file("env.txt", "text/plain", `token=${KEY}\n`), file("dot.png", "image/png", PNG)],
  });
  const thread = await post(journey, "@parley read it", [{ name: "notes.txt", content: Buffer.from(`the key is ${KEY}, keep it`) }]);
  expect(executor.given.map(({ name, content }) => [name, Buffer.from(content).toString()])).toEqual([
    ["notes.txt", `the key is ${MASKED}, keep it`],
  ]);
  const files = await shared(journey, thread);
  expect(files["env.txt"]).toBe(`token=${MASKED}\n`);
  expect(Object.keys(files)).toContain("dot.png");
  for (const event of await thread.log())
    for (const { hash } of event.type === "code.ran" ? event.files : [])
      expect(Buffer.from((await journey.parley.store.file(hash)) ?? []).toString()).not.toContain(KEY);
});

test("a guard that stops says which file, in the thread; what is not put into the sandbox is told to the agents", async () => {
  const stop = { guard: "secrets", found: "stop" };
  const { journey, executor } = await open([{ ...stop, at: ["people"] }], { made: [file("env.txt", "text/plain", KEY)] });
  const thread = await post(journey, "@parley read it", []);
  expect(wordsOf(await thread.ended())).toContain(
    'The guard "secrets" stopped the file env.txt on its way to people: it holds one npm secret.',
  );
  expect(await shared(journey, thread)).not.toHaveProperty("env.txt");
  expect(executor.given).toEqual([]);

  const inside = await open([{ ...stop, at: ["tool"] }]);
  const other = await post(inside.journey, "@parley read it", [{ name: "notes.txt", content: Buffer.from(KEY) }]);
  expect(inside.executor.given).toEqual([]);
  expect(JSON.stringify(await other.log())).toContain("stopped the file notes.txt on its way to the sandbox: it holds one npm secret");
});

test("a guard of one's own sees what an image is, and passes it, puts another in its place, or stops it", async () => {
  const seen: (Omit<GuardedFile, "content"> & { readonly to: string; readonly first: number | undefined })[] = [];
  const eyes = defineGuard({
    name: "eyes",
    look: () => undefined,
    lookAtFile({ name, mediaType, bytes, content }, { to }) {
      seen.push({ name, mediaType, bytes, to, first: content[0] });
      if (name === "private.png") return { stop: "it shows somebody." };
      return name === "wide.png" ? { file: { name: "small.png", content: PNG } } : undefined;
    },
  });
  const chart = defineTool({
    name: "chart",
    description: "Draws.",
    input: z.object({ name: z.string() }),
    run: ({ name }) => ({ text: "Drawn.", files: [{ name, mediaType: "image/png", content: Buffer.concat([PNG, Buffer.alloc(9)]) }] }),
  });
  const call = (name: string): Reply => ({ text: "", toolCalls: [{ call: "", tool: "chart", args: JSON.stringify({ name }) }] });
  const { journey } = await open([{ guard: "eyes", at: ["people"] }], {
    extensions: [eyes, chart],
    tools: ["chart"],
    replies: [call("plain.png"), call("wide.png"), call("private.png")],
  });
  const thread = await post(journey, "@parley draw", []);
  expect(wordsOf(await thread.ended())).toContain('The guard "eyes" stopped the file private.png on its way to people: it shows somebody.');
  expect(seen.slice(0, 2)).toEqual([
    { name: "plain.png", mediaType: "image/png", bytes: PNG.length + 9, to: "people", first: 0x89 },
    { name: "wide.png", mediaType: "image/png", bytes: PNG.length + 9, to: "people", first: 0x89 },
  ]);
  const made = (await thread.log()).flatMap((event) => (event.type === "tool.returned" ? (event.files ?? []) : []));
  expect(made.map(({ name, bytes }) => [name, bytes])).toEqual([
    ["plain.png", PNG.length + 9],
    ["small.png", PNG.length],
  ]);
});
