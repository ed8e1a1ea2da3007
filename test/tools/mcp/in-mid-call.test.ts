import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import type { CallOrigin, Sample, ThreadFile, ToolResult, ToolVerdict } from "../../../src/engine/tool.ts";
import { connectMcp } from "../../../src/tools/mcp/server.ts";
import { fakeClock, until } from "../../../src/store/contracts/fake-clock.ts";
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
  const made = connectMcp(
    {
      name: "s",
      ...lineServer({ tools: ["ask", "slow", "finish", "forget"], ...server }),
      callTimeoutMs: 3_000,
      ...(roots ? { roots } : {}),
    },
    { env: { PATH: process.env.PATH }, clock, log: () => undefined, keepFile: async (content) => `hash-${kept.push(content)}` },
  );
  ends.push(() => made.close());
  expect(await made.connect(never)).toBeUndefined();
  const call = (tool: string, args: object = {}, { thread = "t", ...origin }: Partial<CallOrigin> & { thread?: string } = {}) => {
    const found = made.tool(tool);
    if (!found) throw new Error(`no ${tool}`);
    return found.run(args, aside(never, thread), { run: "r", agent: "Ana", call: "c", askedBy: { id: "U1", name: "Maria" }, ...origin });
  };
  return { server: made, clock, kept, call };
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
  const sample: Sample = async () => ({ kind: "failed", error: { kind: "limit", message: "nothing is left of $1.00" } });
  const wish = wishOf(await call("ask", HELLO, { sample }));
  expect(failureOf(await call("ask", HELLO, { sample, verdicts: yes(wish.id) })).message).toContain("nothing is left of $1.00");
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
  await until(() => existsSync(folder));
  await server.close();
  expect(existsSync(folder)).toBe(false);
});
