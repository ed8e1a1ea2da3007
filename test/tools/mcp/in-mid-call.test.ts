import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import type { CallOrigin, Sample, ThreadFile, ToolResult, ToolVerdict } from "../../../src/engine/tool.ts";
import { hereAndNow } from "../../../src/processes/place.ts";
import { connectMcp } from "../../../src/tools/mcp/server.ts";
import { removeOrphanFolders } from "../../../src/tools/mcp/thread-folder.ts";
import { fakeClock } from "../../../src/store/contracts/fake-clock.ts";
import { failureOf, outputOf } from "../../contracts/tool.ts";
import { lineServer, type LineServer } from "../../fixtures/mcp-lines.ts";
import { aside } from "../../support/turn.ts";

const never = new AbortController().signal;
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A server of 2025-11-25 or, with `only`, of the newest protocol, whose `ask` asks in the middle of its call. */
async function opened(more: Partial<LineServer> & { readonly roots?: boolean } = {}) {
  const { roots, ...server } = more;
  const clock = fakeClock();
  const kept: Uint8Array[] = [];
  const logged: string[] = [];
  const made = connectMcp(
    {
      name: "s",
      ...lineServer({ tools: ["ask", "slow", "finish", "forget"], ...server }),
      callTimeoutMs: 3_000,
      ...(roots ? { roots } : {}),
    },
    {
      env: { PATH: process.env.PATH },
      clock,
      log: (line) => void logged.push(line),
      keepFile: async (content) => `hash-${kept.push(content)}`,
    },
  );
  ends.push(() => made.close());
  expect(await made.connect(never)).toBeUndefined();
  const call = (tool: string, args: object = {}, { thread = "t", ...origin }: Partial<CallOrigin> & { thread?: string } = {}) => {
    const found = made.tool(tool);
    if (!found) throw new Error(`no ${tool}`);
    return found.run(args, aside(never, thread), { run: "r", agent: "Ana", call: "c", askedBy: { id: "U1", name: "Maria" }, ...origin });
  };
  return { server: made, clock, kept, logged, call };
}

const SIZE = { method: "elicitation/create", schema: { properties: { size: { type: "string", enum: ["S", "L"] } }, required: ["size"] } };

function questionOf(result: ToolResult) {
  if (result.kind !== "asks") throw new Error(JSON.stringify(result));
  return result.question;
}
function wishOf(result: ToolResult) {
  if (result.kind !== "wishes") throw new Error(JSON.stringify(result));
  return result.wish;
}

test.each([
  ["the answer", "L", { action: "accept", content: { size: "L" } }],
  ["the answer behind its name", "size: l", { action: "accept", content: { size: "L" } }],
  ["a no", "I do not answer that", { action: "decline" }],
  ["nothing in time", undefined, { action: "cancel" }],
])("a server of 2025 that asks people in the middle of a call is told %s, in the same call", async (_, text, result) => {
  const { call, clock } = await opened();
  const question = questionOf(await call("ask", SIZE));
  expect(question).toMatchObject({ text: expect.stringContaining('"Which size?"') as string, options: ["S", "L", "I do not answer that"] });
  // A person takes longer than any call may.
  await clock.advance(3_600_000);
  expect(outputOf(await call("ask", SIZE, { answers: [{ state: question.state, text }] }))).toBe(JSON.stringify(result));
});

test("what does not answer it is asked for again, and the call waits on; a page is told of with its address", async () => {
  const { call } = await opened();
  const first = questionOf(await call("ask", SIZE));
  const again = questionOf(await call("ask", SIZE, { answers: [{ state: first.state, text: "huge" }] }));
  expect(again.text).toContain('"huge" is no size');
  const answers = [
    { state: first.state, text: "huge" },
    { state: again.state, text: "S" },
  ];
  expect(outputOf(await call("ask", SIZE, { answers }))).toContain('"size":"S"');
  const page = { method: "elicitation/create", url: "https://pay.example/1" };
  const link = questionOf(await call("ask", page));
  expect(link.text).toContain("https://pay.example/1");
  const answered = [{ state: link.state, text: link.options?.[0] ?? "" }];
  expect(outputOf(await call("ask", page, { answers: answered }))).toBe('{"action":"accept"}');
});

test("what buttons do not say is told in words, as far as it can be read at once; a longer form is put to nobody", async () => {
  const { call } = await opened();
  const asks = (properties: object) => call("ask", { method: "elicitation/create", schema: { properties } });
  const textOf = async (properties: object) => questionOf(await asks(properties)).text;
  expect(await textOf({ size: { type: "string", enum: ["S", "L"] } })).not.toContain("`size`");
  expect(await textOf({ size: { type: "string", enum: ["XS", "S", "M", "L", "XL"] } })).toContain("• `size`: XS, S, M, L, XL,");
  expect(await textOf({ sure: { type: "boolean", description: "Delete all of it" } })).toContain("(Delete all of it)");
  expect(await textOf({ mail: { type: "string", format: "email" } })).toContain("• `mail`: string (email),");
  const sizes = [{ const: "s", title: "Small" }, { const: "l", title: "Large" }]; // prettier-ignore
  expect(await textOf({ size: { type: "string", oneOf: sizes, default: "l" } })).toContain(
    "Small, Large, may be left out (Large when left out)",
  );
  expect(await textOf({ some: { type: "array", items: { type: "string", enum: ["a", "b"] } } })).toContain("some of a, b");
  const values = Array.from({ length: 3_000 }, (_, nth) => `v${nth}`);
  expect(await textOf({ one: { type: "string", enum: values } })).toContain("v19, and 2980 more");
  const long = { type: "string", title: "t".repeat(300), description: "d".repeat(300) };
  const form = Object.fromEntries(values.slice(0, 20).map((name) => [name, long]));
  expect(outputOf(await asks(form))).toBe('{"action":"cancel"}');
});

test("an answer to a call that is not under way any more is told as an interruption, and nothing is called again", async () => {
  const before = await opened();
  const { state } = questionOf(await before.call("ask", SIZE));
  await before.server.close();
  const { call } = await opened();
  const failure = failureOf(await call("ask", SIZE, { answers: [{ state, text: "L" }] }));
  expect(failure).toMatchObject({ kind: "interrupted", message: expect.stringContaining("It may have had an effect") as string });
});

test("a server that waits no more has its call over, whatever is answered later", async () => {
  const { call } = await opened();
  const { state } = questionOf(await call("ask", SIZE));
  await call("forget");
  expect(failureOf(await call("ask", SIZE, { answers: [{ state, text: "L" }] })).message).toContain("nobody in time");
});

test("a call that waits for a person is given up with the run of its thread, and the session need not stay for it", async () => {
  const { call, server } = await opened();
  const { state } = questionOf(await call("ask", SIZE));
  server.runEnded("another thread");
  expect(server.waits).toBe(true);
  server.runEnded("t");
  expect(server.waits).toBe(false);
  expect(failureOf(await call("ask", SIZE, { answers: [{ state, text: "L" }] })).kind).toBe("interrupted");
  // Nothing is left of it: another thread may be asked.
  questionOf(await call("ask", SIZE, { thread: "other" }));
});

test("what a process that crashed left of its threads' folders is removed, and nothing that may be another's", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-orphans-"));
  ends.push(async () => rmSync(folder, { recursive: true }));
  const here = hereAndNow() ?? "";
  // A process of this number that has begun at another time is gone.
  const gone = here.replace(/\d+$/, "1");
  const elsewhere = here.replace(/^[^.]+/, crypto.randomUUID());
  const names = [here, gone, elsewhere, ""].map((place) => `parley-thread-${place}-abc`);
  for (const name of [...names, "other"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, names[1] ?? "", "note.txt"), "milk");
  symlinkSync(join(folder, "other"), join(folder, `parley-thread-${gone}-def`));
  await removeOrphanFolders(folder);
  const left = [names[0], names[2], names[3], `parley-thread-${gone}-def`, "other"];
  expect(readdirSync(folder).toSorted()).toEqual(left.toSorted());
});

test("while calls of two threads are under way nobody is asked, since nobody knows in whose", async () => {
  const { call } = await opened();
  const slow = call("slow", {}, { thread: "other" });
  expect(outputOf(await call("ask", SIZE))).toBe('{"action":"cancel"}');
  outputOf(await call("finish"));
  outputOf(await slow);
});

const asked = (content: object, more: object = {}) => ({
  method: "sampling/createMessage",
  params: { messages: [{ role: "user", content }], maxTokens: 100, systemPrompt: "Be brief.", ...more },
});
const HELLO = asked({ type: "text", text: "Say hello." }, { includeContext: "allServers" });
const yes = (wish: string, more: Partial<ToolVerdict> = {}): readonly ToolVerdict[] => [
  { wish, tool: "s/sampling", args: "", approved: true, person: { id: "U1", name: "Maria" }, ...more },
];
const answering = (): { readonly sample: Sample; readonly requests: unknown[] } => {
  const requests: unknown[] = [];
  return {
    requests,
    sample: async (request) => {
      requests.push(request);
      return { kind: "answer", text: "Hello.", model: "m-1", usage: { inputTokens: 7, outputTokens: 2, calls: 1 } };
    },
  };
};

test.each([["2025"], ["2026-07-28"]])(
  "a model answers for a server of %s after a yes, and what it cost is told with the result",
  async (age) => {
    const { call } = await opened(age === "2025" ? {} : { only: age });
    const { sample, requests } = answering();
    const wish = wishOf(await call("ask", HELLO, { sample }));
    expect(wish).toMatchObject({ tool: "s/sampling" });
    expect(JSON.parse(wish.args)).toEqual({ system: "Be brief.", messages: [{ role: "user", text: "Say hello." }], maxTokens: 100 });
    expect(requests).toEqual([]);
    const result = await call("ask", HELLO, { sample, verdicts: yes(wish.id) });
    expect(outputOf(result)).toContain('"text":"Hello."');
    expect(outputOf(result)).toContain('"model":"m-1"');
    expect(result).toMatchObject({ usage: { inputTokens: 7, outputTokens: 2 } });
    // Of the conversation it is told nothing, whatever the server would like.
    expect(requests).toEqual([{ system: "Be brief.", messages: [{ role: "user", text: "Say hello." }], outputTokensMax: 100 }]);
  },
);

test("what a person has made of it is what the model is asked, and a no is told with its reason", async () => {
  const { call } = await opened();
  const { sample, requests } = answering();
  const first = wishOf(await call("ask", HELLO, { sample }));
  const edited = JSON.stringify({ system: "", messages: [{ role: "user", text: "Say bye." }], maxTokens: 5 });
  outputOf(await call("ask", HELLO, { sample, verdicts: yes(first.id, { edited }) }));
  expect(requests).toMatchObject([{ system: "", messages: [{ text: "Say bye." }], outputTokensMax: 5 }]);
  const second = wishOf(await call("ask", HELLO, { sample }));
  const no = failureOf(await call("ask", HELLO, { sample, verdicts: yes(second.id, { approved: false, reason: "not today" }) }));
  expect(no.message).toContain("People did not allow it: not today");
  expect(requests).toHaveLength(1);
});

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

test("pictures go to the model; what none is given is refused by name", async () => {
  const { call, kept } = await opened();
  const { sample, requests } = answering();
  const picture = asked({ type: "image", data: PNG, mimeType: "image/png" });
  const wish = wishOf(await call("ask", picture, { sample }));
  outputOf(await call("ask", picture, { sample, verdicts: yes(wish.id) }));
  expect(requests).toMatchObject([{ messages: [{ text: "[image sampling-1.png]", images: [{ mediaType: "image/png", bytes: 70 }] }] }]);
  expect(Buffer.from(kept[0] ?? []).toString("base64")).toBe(PNG);
  const refused = async (args: object) => failureOf(await call("ask", args, { sample })).message;
  expect(await refused(asked({ type: "audio", data: PNG, mimeType: "audio/wav" }))).toContain("words and pictures, not audio");
  expect(await refused(asked({ type: "image", data: PNG, mimeType: "image/tiff" }))).toContain("pictures of the type image/tiff");
  expect(await refused(asked({ type: "text", text: "x".repeat(100_001) }))).toContain("more than 100000");
  expect(failureOf(await call("ask", HELLO)).message).toContain("No model answers here");
});

test("a budget that is used up refuses it by name, and one call has so many answers and no more", async () => {
  const { call } = await opened();
  const spent: Sample = async () => ({ kind: "failed", error: { kind: "limit", message: "nothing is left of $1.00" } });
  const wish = wishOf(await call("ask", HELLO, { sample: spent }));
  expect(failureOf(await call("ask", HELLO, { sample: spent, verdicts: yes(wish.id) })).message).toContain("nothing is left of $1.00");
  const { sample, requests } = answering();
  const verdicts: ToolVerdict[] = [];
  const again = () => call("ask", { ...HELLO, times: 11 }, { sample, verdicts });
  let result = await again();
  while (result.kind === "wishes") {
    verdicts.push(...yes(result.wish.id));
    result = await again();
  }
  expect([verdicts.length, requests.length]).toEqual([10, 10]);
  expect(failureOf(result).message).toContain("at most 10 times in one call");
});

test("what a provider says of a failure is for whoever runs Parley; what cannot be asked at all leaves no call waiting", async () => {
  const { call, logged } = await opened();
  const failing = async (sample: Sample) => {
    const wish = wishOf(await call("ask", HELLO, { sample }));
    return failureOf(await call("ask", HELLO, { sample, verdicts: yes(wish.id) })).message;
  };
  const refused = await failing(async () => ({ kind: "failed", error: { kind: "rate_limited", message: "org-77 has no tokens left" } }));
  expect(refused).toContain("The model gave no answer (rate_limited).");
  const broken = await failing(async () => Promise.reject(new Error("no disk")));
  expect(broken).toContain("Something went wrong here");
  expect(logged).toEqual([
    'A model gave no answer for the MCP server "s": org-77 has no tokens left',
    'What the MCP server "s" would have a model answer could not be put to one.',
  ]);
});

test("a call that asks a model and then people goes on after both, also where the model's answer is of another process", async () => {
  const { sample } = answering();
  const args = { ...HELLO, next: SIZE };
  const before = await opened({ only: "2026-07-28" });
  const wish = wishOf(await before.call("ask", args, { sample }));
  const verdicts = yes(wish.id);
  const { state } = questionOf(await before.call("ask", args, { sample, verdicts }));
  const answers = [{ state, text: "L" }];
  for (const { call } of [before, await opened({ only: "2026-07-28" })])
    expect(JSON.parse(outputOf(await call("ask", args, { sample, verdicts, answers })))).toEqual({
      requestState: "next",
      inputResponses: { q: { action: "accept", content: { size: "L" } } },
    });
});

test("a local server finds the thread's files in a folder of its own, which goes with its session", async () => {
  const { call, server } = await opened({ roots: true });
  const given: ThreadFile[] = [];
  const files: CallOrigin["files"] = async (known) => given.filter(({ key }) => !known.has(key));
  const roots = async () =>
    (JSON.parse(outputOf(await call("ask", { method: "roots/list" }, { files }))) as { roots: { uri: string }[] }).roots;
  expect(await roots()).toEqual([]);
  given.push({ key: "1", name: "../note.txt", content: Buffer.from("milk") });
  const [root] = await roots();
  const folder = fileURLToPath(root?.uri ?? "");
  expect(readFileSync(join(folder, "_note.txt"), "utf8")).toBe("milk");
  given.push({ key: "2", name: "more.txt", content: Buffer.from("bread") });
  expect(await roots()).toEqual([root]);
  expect(readFileSync(join(folder, "more.txt"), "utf8")).toBe("bread");
  given.push({ key: "3", name: `${"ü".repeat(200)}.txt`, content: Buffer.from("eggs") });
  await roots();
  expect(readdirSync(folder).toSorted()).toEqual(["_note.txt", "more.txt", `${"ü".repeat(125)}.txt`]);
  // A call goes on without what cannot be given.
  const broken: CallOrigin["files"] = async () => Promise.reject(new Error("the disk is full"));
  expect(outputOf(await call("ask", { method: "roots/list" }, { files: broken }))).toContain("Files of the thread");
  await server.close();
  expect(existsSync(folder)).toBe(false);
});
