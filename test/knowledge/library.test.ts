import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { readDocument } from "../../src/documents/read-document.ts";
import type { KnowledgeAnswer } from "../../src/engine/knowledge.ts";
import { folderSource } from "../../src/knowledge/folder.ts";
import { bringUpToDate } from "../../src/knowledge/indexing.ts";
import { createLibrary, LOOKED_AT_MS_MIN } from "../../src/knowledge/library.ts";
import type { DocumentSource } from "../../src/knowledge/source.ts";
import { redactedPorts } from "../../src/store/redacted.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { docx, pdf } from "../support/documents.ts";
import { manualClock } from "../support/clock.ts";
import { payer } from "../support/payer.ts";

const NEVER = new AbortController().signal;
const ASKED = { thread: "T1/C1/1", person: { id: "U1", name: "Maria" }, limit: 5, payer: payer() };
const SECRET = "sk-planted-0123456789";

/** A folder, and a library over it on a database in memory; what was read as a document is told by name. */
function open(more: Partial<DocumentSource> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "parley-library-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = manualClock();
  const { knowledge, store } = redactedPorts(openSqlite({ path: ":memory:", ...clock }), (text) => text.replaceAll(SECRET, "[secret]"));
  const read: string[] = [];
  const logged: string[] = [];
  const library = createLibrary({
    index: knowledge,
    store,
    clock,
    log: (what) => void logged.push(what),
    read: (file, limits) => {
      read.push(file.name);
      return readDocument(file, limits);
    },
  });
  onTestFinished(async () => {
    await library.close();
    await store.close();
  });
  const source = {
    ...folderSource({
      name: "handbook",
      folder,
      include: ["**/*"],
      exclude: [],
      filesMax: 100,
      mbMax: 10,
      links: "https://example.org/wiki",
      touches: ["private"],
    }),
    ...more,
  };
  const desk = library.of([offered(source)]);
  return {
    clock,
    library,
    knowledge,
    desk,
    source,
    logged,
    /** Since it was last asked. */
    read: () => read.splice(0).toSorted(),
    write: (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content),
    remove: (name: string) => rmSync(join(folder, name)),
    touch: (name: string) => utimesSync(join(folder, name), 1, 1),
    async search(query: string) {
      return foundIn(await desk.search({ ...ASKED, query }));
    },
    later: () => clock.advance(LOOKED_AT_MS_MIN),
  };
}

const offered = (source: DocumentSource) => ({ name: source.name, description: "", ready: async () => source });

function foundIn(answer: KnowledgeAnswer) {
  if (answer.kind === "failed") throw new Error(answer.error.message);
  return answer;
}

test("documents of each kind are found with their place and link, and what comes with their words is told", async () => {
  const { write, search } = open();
  write("leave.md", "\n\n# Leave\n\nThirty days of holidays.\n");
  write("rules.pdf", pdf(["The cover", "Overtime is paid twice"]));
  write("travel.docx", docx(["Trains before planes"]));
  const leave = await search("holidays");
  expect(leave).toEqual({
    kind: "found",
    passages: [
      {
        source: "handbook",
        document: "leave.md",
        passage: 0,
        title: "leave.md",
        place: "Leave, lines 3–5",
        link: "https://example.org/wiki/leave.md",
        text: "# Leave\n\nThirty days of holidays.",
      },
    ],
    notes: [],
    touched: ["private"],
  });
  expect((await search("overtime")).passages).toMatchObject([{ document: "rules.pdf", place: "page 2", text: "Overtime is paid twice" }]);
  expect((await search("trains")).passages).toMatchObject([{ document: "travel.docx", place: "" }]);
  expect(await search("quokkas")).toMatchObject({ passages: [], touched: [] });
});

test("what has not changed is not read again, what has is, and what is gone is found no more; a source is looked at only so often", async () => {
  const { write, remove, touch, search, read, later } = open();
  write("a.md", "blue whales");
  write("b.md", "green whales");
  await search("whales");
  expect(read()).toEqual(["a.md", "b.md"]);
  write("c.md", "red whales");
  expect((await search("whales")).passages).toHaveLength(2);
  await later();
  remove("b.md");
  touch("a.md");
  expect((await search("whales")).passages.map(({ document }) => document).toSorted()).toEqual(["a.md", "c.md"]);
  // Its time is another one, and its content the same.
  expect(read()).toEqual(["c.md"]);
  await later();
  write("a.md", "blue sharks");
  expect((await search("blue")).passages.map(({ text }) => text)).toEqual(["blue sharks"]);
  expect(read()).toEqual(["a.md"]);
});

test("a file that cannot be read is named with its reason, and tried again after a while", async () => {
  const { write, search, read, later, clock } = open();
  write("a.md", "whales");
  write("photo.png", Buffer.from([0x89, 0x50, 0, 0, 1]));
  write("bad.pdf", "%PDF-1.4 nothing of the kind");
  write("empty.md", "");
  const { passages, notes } = await search("whales");
  expect(passages).toHaveLength(1);
  expect(notes).toEqual([
    "In handbook could not be read: bad.pdf (it is damaged, or not what it says it is); empty.md (it is empty); photo.png (it is none of the kinds that hold words).",
  ]);
  read();
  await later();
  await search("whales");
  expect(read()).toEqual([]);
  await clock.advance(3_600_000);
  await search("whales");
  expect(read()).toEqual(["bad.pdf", "photo.png"]);
});

test("whoever may not see it is given nothing and told so, whatever they name, and nothing is looked at for them", async () => {
  const closed = "project is left out: not everybody who reads this thread may see it.";
  const { write, search, desk, read } = open({ closedTo: async () => closed });
  write("a.md", "whales");
  expect(await search("whales")).toEqual({ kind: "found", passages: [], notes: [closed], touched: [] });
  expect(read()).toEqual([]);
  const wanted = { ...ASKED, source: "handbook", document: "a.md", passage: 0 };
  expect(await desk.read(wanted, NEVER)).toEqual({ kind: "failed", error: { kind: "not_allowed", message: closed } });
});

test("a document is read on from a passage, without what is said twice", async () => {
  const { write, desk, search } = open();
  const text = Array.from({ length: 90 }, (_one, at) => `Sentence number ${at} of a long text.`).join(" ");
  write("long.md", text);
  expect((await search("sentence")).passages.length).toBeGreaterThan(1);
  const wanted = { ...ASKED, source: "handbook", document: "long.md", passage: 0 };
  const whole = foundIn(await desk.read({ ...wanted, limit: 10 }, NEVER));
  expect(whole.passages.map((one) => one.text).join("")).toBe(text);
  expect(foundIn(await desk.read({ ...wanted, limit: 1 }, NEVER)).notes).toEqual([
    `There is more of it: passage 1 of ${whole.passages.length - 1} comes next.`,
  ]);
  for (const document of ["../long.md", "/etc/passwd", "LONG.md"])
    expect(await desk.read({ ...wanted, document }, NEVER)).toMatchObject({ kind: "failed", error: { kind: "not_found" } });
});

test("a secret of the environment that stands in a document is in no index and no answer", async () => {
  const { write, search, desk } = open();
  write("keys.md", `The key is ${SECRET}, keep it.`);
  expect((await search("key")).passages.map(({ text }) => text)).toEqual(["The key is [secret], keep it."]);
  expect(JSON.stringify(await desk.search({ ...ASKED, query: SECRET }))).not.toContain(SECRET);
});

test("a secret at the border of two passages breaks nothing, and what is read on is whole", async () => {
  const { write, search, desk } = open();
  const words = `${"x ".repeat(735)}${SECRET} tails`;
  write("keys.md", `${words} quokka`);
  expect((await search("quokka")).passages).toMatchObject([
    { passage: 1, text: expect.stringMatching(/\[secret\] tails quokka$/) as string },
  ]);
  const wanted = { ...ASKED, source: "handbook", document: "keys.md", passage: 0 };
  const [first, second] = foundIn(await desk.read(wanted, NEVER)).passages;
  expect(first?.text).toMatch(/\[secret\] tails $/);
  expect(second?.text).toMatch(/quokka$/);
});

test("a document whose address is too long for an index is named by its path, and harms no other", async () => {
  const { write, search } = open({
    list: async () => ({
      files: [
        { name: "a.md", title: "a.md", link: `https://example.org/${"x".repeat(2_000)}`, version: "1", mediaType: "", hasLines: true },
        { name: "b.md", title: "b.md", link: "https://example.org/b", version: "1", mediaType: "", hasLines: true },
      ],
      leftOut: [],
    }),
  });
  write("a.md", "blue whales");
  write("b.md", "green whales");
  const { passages, notes } = await search("whales");
  expect(passages.map(({ document, link }) => [document, link]).toSorted()).toEqual([
    ["a.md", ""],
    ["b.md", "https://example.org/b"],
  ]);
  expect(notes).toEqual([]);
});

test("the title of what could not be read comes in with its note", async () => {
  const { write, search } = open();
  write("the merger.md", "");
  const { passages, notes, touched } = await search("whales");
  expect([passages, notes[0]?.includes("the merger.md"), touched]).toEqual([[], true, ["private"]]);
});

test("who searches while much is being indexed waits for a while, then is given what is there and told how far it is", async () => {
  const held = Promise.withResolvers<void>();
  const told: string[] = [];
  const { write, source, library, clock, knowledge } = open();
  const { content } = source;
  const slow: DocumentSource = {
    ...source,
    content: async (file, signal) => {
      if (file.name === "z.md") await held.promise;
      return content(file, signal);
    },
  };
  write("a.md", "blue whales");
  write("z.md", "green whales");
  const desk = library.of([offered(slow)]);
  const answer = desk.search({ ...ASKED, query: "whales", tell: (doing) => void told.push(doing) });
  await clock.untilSleeping();
  while ((await knowledge.documents(source.key)).length === 0) await setImmediate();
  await clock.advance(30_000);
  const { passages, notes } = foundIn(await answer);
  expect(passages.map(({ document }) => document)).toEqual(["a.md"]);
  expect(notes).toEqual(["handbook is still being indexed: 1 of 2 documents are in it. Ask again later for the rest."]);
  expect(told).toEqual(["is looking at handbook"]);
  held.resolve();
  expect(foundIn(await desk.search({ ...ASKED, query: "whales" })).passages).toHaveLength(2);
});

test("where a document cannot be kept the look ends once nothing of it goes on", async () => {
  const { source, knowledge, clock } = open();
  const fileOf = (name: string) => ({ name, title: name, link: "", version: "1", mediaType: "", hasLines: true });
  const held = Promise.withResolvers<void>();
  const begun: string[] = [];
  const many: DocumentSource = {
    ...source,
    list: async () => ({ files: ["a", "b", "c", "d"].map(fileOf), leftOut: [] }),
    async content({ name }) {
      begun.push(name);
      if (name === "b") await held.promise;
      return Buffer.from(name);
    },
  };
  const failed = Promise.withResolvers<void>();
  const put: typeof knowledge.put = async (of, document, passages) => {
    if (document.name !== "a") return knowledge.put(of, document, passages);
    failed.resolve();
    throw new Error("the disk is full");
  };
  const parts = { index: { ...knowledge, put }, clock, log: () => undefined };
  let isOver = false;
  const look = bringUpToDate(many, parts, NEVER, () => undefined).finally(() => (isOver = true));
  look.catch(() => undefined);
  await failed.promise;
  await setImmediate();
  expect(isOver).toBe(false);
  held.resolve();
  await expect(look).rejects.toThrow("the disk is full");
  expect(begun).toEqual(["a", "b"]);
  expect((await knowledge.documents(source.key)).map(({ name }) => name)).toEqual(["b"]);
});

test("where a source cannot be looked at, it is searched as it was, with a word about it, and its operator is told", async () => {
  const { write, source, library, logged, clock } = open();
  write("a.md", "blue whales");
  await library.of([offered(source)]).search({ ...ASKED, query: "whales" });
  await clock.advance(LOOKED_AT_MS_MIN);
  const broken = { ...source, list: () => Promise.reject(new Error("secret detail")) };
  const { passages, notes } = foundIn(await library.of([offered(broken)]).search({ ...ASKED, query: "whales" }));
  expect(passages).toHaveLength(1);
  expect(notes).toEqual([
    "handbook is searched as it was when it could last be looked at: something went wrong, which whoever runs Parley is told.",
  ]);
  expect(logged).toEqual(["knowledge handbook could not be looked at"]);
});
