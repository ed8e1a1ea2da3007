import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import type { Embedder, Payer } from "../../src/engine/knowledge.ts";
import { createBudget } from "../../src/engine/limits/budget.ts";
import { createGates } from "../../src/models/gated.ts";
import { folderSource } from "../../src/knowledge/folder.ts";
import { createLibrary, LOOKED_AT_MS_MIN } from "../../src/knowledge/library.ts";
import { fused, nearest } from "../../src/knowledge/vectors.ts";
import { createEmbedder } from "../../src/models/create.ts";
import { embedders, openKnowledge } from "../../src/open-knowledge.ts";
import type { FoundPassage } from "../../src/store/knowledge/knowledge-index.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { folderWith, SMALL } from "../config/team-files.ts";
import { manualClock } from "../support/clock.ts";
import { payer } from "../support/payer.ts";
import { IDLE_STAYS } from "../support/idle-connections.ts";

const ASKED = { thread: "T1/C1/1", person: { id: "U1", name: "Maria" }, limit: 5, payer: payer() };

test("the nearest are those at the smallest angle, and none of another length or without a direction", () => {
  const vector = (...values: number[]) => Float32Array.from(values);
  const all = [
    { id: 1, vector: vector(0, 1) },
    { id: 2, vector: vector(10, 1) },
    { id: 3, vector: vector(1, 1) },
    { id: 4, vector: vector(1, 1, 1) },
    { id: 5, vector: vector(0, 0) },
    { id: 6, vector: vector(-1, 0) },
  ];
  expect(nearest(vector(1, 0), all, 5)).toEqual([2, 3]);
  expect(nearest(vector(1, 0), all, 1)).toEqual([2]);
  expect(nearest(vector(0, 0), all, 5)).toEqual([]);
});

test("of several lists, what stands in both goes before what is first in one", () => {
  const one = (id: number): FoundPassage => ({
    id,
    source: "",
    document: "",
    title: "",
    link: "",
    position: 0,
    place: "",
    text: "",
    overlap: 0,
  });
  const ids = (lists: number[][], limit: number) => fused(lists.map((list) => list.map(one)), limit).map(({ id }) => id); // prettier-ignore
  expect(ids([[1, 2], [3, 2]], 3)).toEqual([2, 1, 3]); // prettier-ignore
  expect(ids([[], [3, 2]], 1)).toEqual([3]); // prettier-ignore
});

/** A server whose vectors say how often some words stand in a text, and that some words mean the same. */
async function vectorServer(broken: () => boolean) {
  const asked: { readonly path: string; readonly key: string | undefined; readonly input: readonly string[] }[] = [];
  const server = createServer(IDLE_STAYS, (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { input } = JSON.parse(Buffer.concat(parts).toString()) as { input: string[] };
      asked.push({ path: request.url ?? "", key: request.headers.authorization, input });
      const of = (text: string) => [/vacation|holiday|leave/i, /money|pay/i].map((words) => (words.test(text) ? 1 : 0.01));
      const data = input.map((text, index) => ({ object: "embedding", index, embedding: of(text) }));
      response
        .writeHead(broken() ? 400 : 200, { "content-type": "application/json" })
        .end(JSON.stringify({ object: "list", data: data.toReversed(), model: "tiny", usage: { prompt_tokens: 10, total_tokens: 10 } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const embedder = createEmbedder(
    {
      provider: "openai-compatible",
      model: "tiny",
      baseUrl,
      apiKeyEnv: "TINY_KEY",
      price: { inputPerMTokUsd: 1_000, outputPerMTokUsd: 0 },
    },
    { env: { TINY_KEY: "key-1" }, clock: manualClock() },
  );
  return { asked, embedder, baseUrl };
}

function libraryWith(embedder: Embedder, files: { readonly [name: string]: string }, max = 100) {
  const folder = mkdtempSync(join(tmpdir(), "parley-vectors-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const { knowledge, store } = openSqlite({ path: ":memory:" });
  const logged: string[] = [];
  const clock = manualClock();
  const library = createLibrary({ index: knowledge, store, clock, log: (what) => void logged.push(what) });
  onTestFinished(async () => {
    await library.close();
    await store.close();
  });
  const settings = { name: "handbook", folder, include: ["**/*"], exclude: [], filesMax: 100, mbMax: 10, touches: [] };
  const source = { ...folderSource(settings), vectors: { embedder, max } };
  const desk = library.of([{ name: "handbook", description: "", ready: async () => source }]);
  const search = async (query: string, by: Partial<Payer> = {}) => {
    const answer = await desk.search({ ...ASKED, query, payer: { ...payer(), ...by } });
    if (answer.kind === "failed") throw new Error(answer.error.message);
    return answer;
  };
  return { search, logged, later: () => clock.advance(LOOKED_AT_MS_MIN) };
}

test("a passage is found that means it in other words; what it has cost is told once, indexing included", async () => {
  const { asked, embedder } = await vectorServer(() => false);
  const { search } = libraryWith(embedder, {
    "a.md": "Everybody has thirty days of leave.",
    "b.md": "Salaries: we pay on the 25th.",
    "c.md": "The kitchen.",
  });
  const first = await search("vacation");
  expect(first.passages[0]).toMatchObject({ document: "a.md" });
  // Three passages in one call, and the query.
  expect(asked.map(({ input }) => input.length)).toEqual([3, 1]);
  expect(asked[0]).toMatchObject({ path: "/v1/embeddings", key: "Bearer key-1" });
  expect(first.usage).toMatchObject({ inputTokens: 20, calls: 2, usd: 0.02 });
  const second = await search("money");
  expect(second.passages[0]).toMatchObject({ document: "b.md" });
  expect(second.usage).toMatchObject({ inputTokens: 10, usd: 0.01 });
  // What has the word goes before what only means it.
  expect((await search("kitchen")).passages[0]).toMatchObject({ document: "c.md" });
});

test("no more vectors are made than so many, and the rest is found by its words", async () => {
  const { asked, embedder } = await vectorServer(() => false);
  const { search } = libraryWith(embedder, { "a.md": "leave", "b.md": "pay", "c.md": "holiday kitchen" }, 2);
  const { passages } = await search("kitchen");
  expect(asked[0]?.input).toHaveLength(2);
  expect(passages.map(({ document }) => document)).toContain("c.md");
});

test("a search pays for no more vectors than it may; later ones go on with the rest, and those who wait pay in turn", async () => {
  const { asked, embedder } = await vectorServer(() => false);
  const { search, later, logged } = libraryWith(embedder, { "a.md": "pay", "b.md": "off", "c.md": "tea" });
  // Of a text of three letters two tokens are held to be possible: enough for two of these, whichever were read first. The server counts ten for a call.
  const indexing = { tokens: 5, usd: 1 };
  const first = await search("holiday", { indexing });
  const texts = () => asked.map(({ input }) => input).filter(([text]) => text !== "holiday");
  expect(texts().map(({ length }) => length)).toEqual([2]);
  expect(asked[1]?.input).toEqual(["holiday"]);
  expect(first.usage).toMatchObject({ inputTokens: 20, calls: 2 });
  expect(first.notes).toEqual(["Not all of handbook is found by its meaning yet, the rest by its words: later searches go on with it."]);
  await later();
  expect((await search("holiday", { indexing: { tokens: 100, usd: 0 } })).usage).toMatchObject({ inputTokens: 10 });
  await later();
  const last = await search("holiday", { indexing });
  expect(asked.slice(2).map(({ input }) => input.length)).toEqual([1, 1, 1]);
  expect(texts().flat().toSorted()).toEqual(["off", "pay", "tea"]);
  expect(last.notes).toEqual([]);
  expect(logged).toEqual([]);
});

test("the vectors of an index and of a question keep within what the run has left, which is no fault of the model's", async () => {
  const { asked, embedder } = await vectorServer(() => false);
  const { search, logged } = libraryWith(embedder, { "a.md": "thirty days of leave" });
  const { within } = createBudget({ tokens: 1_000, usd: 0.001 }, 0);
  const { passages, notes, usage } = await search("leave", { held: within });
  expect(asked).toEqual([]);
  expect(passages).toHaveLength(1);
  expect(notes).toEqual([
    "Not all of handbook is found by its meaning just now, only by its words.",
    "It was looked for by words alone: the run has nothing left for the model that knows meanings.",
  ]);
  expect([usage, logged]).toEqual([undefined, []]);
});

test("calls for vectors wait at the gate of their provider, with all others", async () => {
  const { asked, baseUrl } = await vectorServer(() => false);
  const clock = manualClock();
  const gates = createGates({ "openai-compatible": { concurrency: 1 } }, clock);
  const embedder = createEmbedder(
    { provider: "openai-compatible", model: "tiny", baseUrl, apiKeyEnv: "TINY_KEY" },
    { env: { TINY_KEY: "key-1" }, clock, gates },
  );
  const gate = gates.of({ provider: "openai-compatible", host: new URL(baseUrl).origin, keyName: "TINY_KEY" });
  const other = await gate.enter({ thread: "t", tokens: 1 }, new AbortController().signal);
  const made = embedder.embed(["leave"], payer());
  expect([gate.running, gate.waiting, asked.length]).toEqual([1, 1, 0]);
  if (other.kind === "entered") other.leave();
  expect((await made).vectors).toHaveLength(1);
  expect([gate.running, gate.waiting]).toEqual([0, 0]);
});

test("where the model does not answer, words alone find it, and the agent and the operator are told", async () => {
  const { embedder } = await vectorServer(() => true);
  const { search, logged } = libraryWith(embedder, { "a.md": "thirty days of leave" });
  const { passages, notes } = await search("leave");
  expect(passages).toHaveLength(1);
  expect(notes).toEqual([
    "Not all of handbook is found by its meaning just now, only by its words.",
    "It was looked for by words alone: the model that knows meanings did not answer.",
  ]);
  expect(logged).toEqual(["knowledge handbook: tiny made no vectors of it", "tiny made no vector of a query"]);
});

test("of one folder with two models each has its vectors, which are made once", async () => {
  const { asked, embedder } = await vectorServer(() => false);
  const folder = folderWith({ "a.md": "Everybody has thirty days of leave." });
  const { knowledge, store } = openSqlite({ path: ":memory:" });
  const clock = manualClock();
  const { lookUp, close } = openKnowledge({
    knowledge,
    store,
    sources: [],
    filesIn: async () => undefined,
    embedder: (model) => ({ ...embedder, model }),
    clock,
    log: () => undefined,
  });
  onTestFinished(async () => {
    await close();
    await store.close();
  });
  const common = { description: "", folder, include: ["**/*"], exclude: [], filesMax: 10, mbMax: 1, vectorsMax: 10 };
  const desk = lookUp(["one", "other"].map((name) => ({ ...common, name, embeddings: name })), "t"); // prettier-ignore
  const search = (source: string) => desk.search({ ...ASKED, query: "vacation", source });
  for (const source of ["one", "other", "one", "other"]) {
    expect(await search(source)).toMatchObject({ passages: [{ document: "a.md", source }] });
    await clock.advance(LOOKED_AT_MS_MIN);
  }
  // The passage for each model, and four queries.
  expect(asked.map(({ input }) => input[0])).toEqual([
    "Everybody has thirty days of leave.",
    "vacation",
    "Everybody has thirty days of leave.",
    "vacation",
    "vacation",
    "vacation",
  ]);
});

test("a team file names the model; what it has cost is by the model's price there", async () => {
  const { asked, baseUrl } = await vectorServer(() => false);
  const cwd = folderWith({
    "handbook/a.md": "Everybody has thirty days of leave.",
    "parley.yml": SMALL.replace(
      "teams:",
      `  v: { provider: openai-compatible, model: tiny, baseUrl: "${baseUrl}", price: { inputPerMTokUsd: 1000, outputPerMTokUsd: 0 } }\nteams:`,
    ).replace("    stop:", "    knowledge: [{ name: handbook, folder: handbook, embeddings: v }]\n    stop:"),
  });
  const settings = loadSettings({ env: {}, cwd });
  const { knowledge, store } = openSqlite({ path: ":memory:" });
  const { lookUp, close } = openKnowledge({
    knowledge,
    store,
    sources: [],
    filesIn: async () => undefined,
    embedder: embedders(settings, { env: {}, clock: manualClock(), gates: () => undefined }),
    clock: manualClock(),
    log: () => undefined,
  });
  onTestFinished(async () => {
    await close();
    await store.close();
  });
  const answer = await lookUp(settings.teams.get("pair")?.knowledge ?? [], "t").search({ ...ASKED, query: "vacation" });
  expect(answer).toMatchObject({ passages: [{ document: "a.md" }], usage: { usd: 0.02, calls: 2 } });
  expect(asked.map(({ key }) => key)).toEqual([undefined, undefined]);
});
