import type { ForkOptions } from "node:child_process";
import { EventEmitter } from "node:events";
import { join, resolve } from "node:path";
import { deflateSync } from "node:zlib";
import { strToU8 } from "fflate";
import { expect, test } from "vitest";
import { parsing, TooLarge, unreadFor } from "../../src/documents/failures.ts";
import { readDocument, type PostedFile, type StartReader } from "../../src/documents/read-document.ts";
import { markdownTable } from "../../src/documents/tables.ts";
import { runChild } from "../support/children.ts";
import { docx, pdf, xlsx } from "../support/documents.ts";

const read = (
  name: string,
  content: Uint8Array | string,
  more: { mediaType?: string; charsMax?: number; memoryBytesMax?: number } = {},
) => {
  const { mediaType = "application/octet-stream", ...limits } = more;
  return readDocument(
    { name, mediaType, content: typeof content === "string" ? Buffer.from(content) : content },
    { charsMax: 5_000, ...limits },
  );
};

test("a PDF is read page by page, as far as there is room, and says how far", async () => {
  expect(await read("a.pdf", pdf(["Deploy 417\nexit 137", "Page two (of two)"]))).toEqual({
    kind: "read",
    text: "Deploy 417\nexit 137\n\nPage two (of two)",
    starts: [0, 21],
  });
  const long = pdf(Array.from({ length: 30 }, (_, nth) => `page ${nth} ${"word ".repeat(40)}`));
  expect(await read("a.pdf", long, { charsMax: 1_000 })).toMatchObject({
    text: expect.stringMatching(/^page 0/),
    part: expect.stringMatching(/^pages 1–\d+ of 30$/),
  });
});

test("a Word document is read with its tables", async () => {
  const report = docx(["Quarter three", [["item", "sum"], ["A", "99"]], "It adds up."]); // prettier-ignore
  const found = await read("report.docx", report);
  expect(found).toMatchObject({
    kind: "read",
    text: expect.stringMatching(/^Quarter three[^]*item \| sum[^]*A \| 99[^]*It adds up\.$/),
  });
});

test("a workbook is read sheet by sheet as tables, with what was left out", async () => {
  const book = xlsx({ Sums: [["item", "sum"], ["A|B", 99.5]], Empty: [], Notes: [["why"], ["because"]] }); // prettier-ignore
  expect(await read("book.xlsx", book)).toEqual({
    kind: "read",
    text: "## Sums\n\n| item | sum |\n| --- | --- |\n| A\\|B | 99.5 |\n\n## Notes\n\n| why |\n| --- |\n| because |",
  });
  const rows = Array.from({ length: 300 }, (_, nth) => [`row ${nth}`, nth]);
  const part = 'of "Long" rows 1–49 of 300; sheets 1–1 of 2';
  expect(await read("book.xlsx", xlsx({ Long: rows, Other: [["a"]] }), { charsMax: 800 })).toMatchObject({ part });
});

test.each([
  ["commas", 'a,b\n1,"x, y"\n', "| a | b |\n| --- | --- |\n| 1 | x, y |"],
  ["a comma in a quoted head", '"Name, first";"Age"\n"X, y";3\n', "| Name, first | Age |\n| --- | --- |\n| X, y | 3 |"],
  ["a comma in a head", "Name, first;Age\nX;3\nY;4\n", "| Name, first | Age |\n| --- | --- |\n| X | 3 |\n| Y | 4 |"],
  ["a title above it", "Report 2025, Q1\n\na;b\n1;2\n", "| Report 2025, Q1 |  |\n| --- | --- |\n| a | b |\n| 1 | 2 |"],
  ["Excel's own line", "sep=;\r\na;b\r\n1;2\r\n", "| a | b |\n| --- | --- |\n| 1 | 2 |"],
  ["lines that end as on old Macs", "a;b\r1,5;2\r", "| a | b |\n| --- | --- |\n| 1,5 | 2 |"],
  ["a quotation that nobody ends", 'a,b\n"x,2\n3,4\n', '| a | b |\n| --- | --- |\n| "x | 2 |\n| 3 | 4 |'],
  ["semicolons", "a;b\n1;2,5\n", "| a | b |\n| --- | --- |\n| 1 | 2,5 |"],
  ["tabs", "a\tb\r\n1\t2\r\n", "| a | b |\n| --- | --- |\n| 1 | 2 |"],
  ["a quote in the middle, and rows of different lengths", 'a,b\n1 "big",2,3\n', '| a | b |  |\n| --- | --- | --- |\n| 1 "big" | 2 | 3 |'],
  [
    "a mark of UTF-16",
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("ä,b\n1,2", "utf16le")]),
    "| ä | b |\n| --- | --- |\n| 1 | 2 |",
  ],
  ["the encoding of Windows", Buffer.from("M\xfcller,b\n1,2", "latin1"), "| Müller | b |\n| --- | --- |\n| 1 | 2 |"],
])("a CSV with %s is a table", async (_name, content, text) => {
  expect(await read("a.csv", content)).toEqual({ kind: "read", text });
});

test("a long CSV is cut at a row, and says so", async () => {
  const found = await read("a.csv", `n,v\n${Array.from({ length: 500 }, (_, nth) => `${nth},x`).join("\n")}`, { charsMax: 200 });
  expect(found).toMatchObject({ part: expect.stringMatching(/^rows 1–\d+ of 501$/) });
  expect(found?.kind === "read" ? found.text.endsWith("|") : false).toBe(true);
});

test("text is read as it is, whatever its name; what is none is not read", async () => {
  expect(await read("deploy.log", "step 7: exit 137\r\ndone")).toEqual({ kind: "read", text: "step 7: exit 137\ndone" });
  expect(await read("x.bin", Uint8Array.from([1, 0, 2]))).toBeUndefined();
  expect(await read("a.png", "no picture", { mediaType: "image/png" })).toBeUndefined();
  expect(await read("long.txt", "a".repeat(9_000))).toMatchObject({ part: "the first 5000 of 9000 characters" });
});

test("what is damaged, empty or locked is said to be so", async () => {
  expect(await read("a.pdf", "%PDF-1.4 and nothing behind")).toMatchObject({ kind: "unread", why: expect.stringContaining("damaged") });
  expect(await read("a.docx", docx(["x"]).slice(0, 300))).toBeUndefined();
  expect(await read("a.pdf", pdf([""]))).toMatchObject({ kind: "unread", why: expect.stringContaining("holds no text") });
  expect(await read("a.xlsx", xlsx({ Empty: [] }))).toMatchObject({ kind: "unread", why: "its sheets are empty" });
});

test("an archive that grows beyond all measure when it is unpacked is put down, whatever it says of itself", async () => {
  const filled = docx(["x"], { "word/more.xml": strToU8(" ".repeat(50 * 1024 * 1024)) });
  expect(filled.byteLength).toBeLessThan(1024 * 1024);
  expect(await read("a.docx", filled)).toEqual({ kind: "unread", why: "it is larger than 48 MiB when it is unpacked" });
  const parts = Object.fromEntries(Array.from({ length: 2_100 }, (_, nth) => [`word/${nth}.xml`, strToU8("x")]));
  expect(await read("a.docx", docx(["x"], parts))).toMatchObject({ kind: "unread", why: "it has more than 2000 parts" });
});

test("a page that grows beyond all measure ends with the process in which it is read, and the next file is read", async () => {
  const page = deflateSync(Buffer.alloc(400 * 1024 * 1024, " "), { level: 1 });
  const found = await read("a.pdf", pdf(["x"], page), { memoryBytesMax: 300 * 1024 * 1024 });
  expect(found).toEqual({ kind: "unread", why: "reading it takes too much memory" });
  expect(await read("b.pdf", pdf(["as before"]))).toMatchObject({ text: "as before" });
});

test("several at once are read one after the other, each to its end", async () => {
  const all = await Promise.all(Array.from({ length: 6 }, (_, nth) => read(`${nth}.pdf`, pdf([`number ${nth}`]))));
  expect(all.map((one) => (one?.kind === "read" ? one.text : one))).toEqual(Array.from({ length: 6 }, (_, nth) => `number ${nth}`));
});

test("a PDF is one by its beginning; behind something else only where that is no text", async () => {
  const book = pdf(["Ship on Friday"]);
  expect(await read("a.bin", book)).toMatchObject({ text: "Ship on Friday" });
  expect(await read("a.pdf", Buffer.concat([Buffer.from("sent by a scanner\n"), book]))).toMatchObject({ text: "Ship on Friday" });
  expect(await read("a.bin", Buffer.concat([Buffer.from([0, 1, 2]), book]))).toMatchObject({ text: "Ship on Friday" });
  const notes = "A file of this kind begins with %PDF-1.7.";
  expect(await read("notes.md", notes)).toEqual({ kind: "read", text: notes });
  expect(await read("kinds.csv", "kind,begins\nPDF,%PDF-1.7\n")).toMatchObject({ text: expect.stringContaining("| PDF | %PDF-1.7 |") });
});

test("a workbook with more rows than a call takes arguments is a table", () => {
  const rows = Array.from({ length: 200_000 }, (_, nth) => [nth]);
  expect(markdownTable(rows).slice(0, 29)).toBe("| 0 |\n| --- |\n| 1 |\n| 2 |\n| 3");
});

/** A process that is started in a reader's place, and what becomes of it. */
const started = (then: (child: EventEmitter) => void) => {
  const starts: ForkOptions[] = [];
  const start: StartReader = (_path, options) => {
    starts.push(options);
    const child = Object.assign(new EventEmitter(), { kill: () => true, send: () => true });
    queueMicrotask(() => then(child));
    return child;
  };
  return { starts, start };
};
const posted = (content: Uint8Array | string, name = "a.pdf"): PostedFile => ({
  name,
  mediaType: "application/octet-stream",
  content: Buffer.from(content),
});

test("long text is read in a process of its own, so that nobody waits for it; what holds a zero is none, however long", async () => {
  const { start, starts } = started((child) => child.emit("message", { kind: "no text" }));
  expect(await readDocument(posted("x ".repeat(4_000_000), "a.log"), { charsMax: 10 }, start)).toBeUndefined();
  expect(starts).toHaveLength(1);
  expect(await readDocument(posted("x", "a.log"), { charsMax: 10 }, start)).toMatchObject({ text: "x" });
  expect(await readDocument(posted(Buffer.alloc(1_000_000), "a.bin"), { charsMax: 10 }, start)).toBeUndefined();
  expect(starts).toHaveLength(1);
  expect(await read("a.log", `${"long ".repeat(100_000)}`, { charsMax: 11 })).toEqual({
    kind: "read",
    text: "long long l",
    part: "the first 11 of 499999 characters",
  });
});

test.each<[string, (child: EventEmitter) => void, string, string | undefined]>([
  ["the system's end for want of memory", (child) => child.emit("exit", null, "SIGKILL"), "reading it takes too much memory", undefined],
  ["V8's own", (child) => child.emit("exit", null, "SIGABRT"), "reading it takes too much memory", undefined],
  [
    "a crash",
    (child) => child.emit("exit", null, "SIGSEGV"),
    "the program that reads it has failed",
    "Error: its process ended with SIGSEGV",
  ],
  ["a mistake", (child) => child.emit("exit", 1, null), "the program that reads it has failed", "Error: its process ended with 1"],
  ["no process", (child) => child.emit("error", new Error("EAGAIN")), "no process could be started to read it", "Error: EAGAIN"],
])("%s is told as what it is, and the operator of what is not the file's fault", async (_what, then, why, failure) => {
  const found = await readDocument(posted("%PDF-1.7"), { charsMax: 10 }, started(then).start);
  expect(found).toMatchObject({ kind: "unread", why });
  expect(found?.kind === "unread" ? found.failure?.slice(0, failure?.length) : "read").toBe(failure);
});

test("where starting a process throws, that is told, and the next file is read", async () => {
  const start: StartReader = () => {
    throw new Error("spawn EMFILE");
  };
  for (let nth = 0; nth < 3; nth++)
    expect(await readDocument(posted("%PDF-1.7"), { charsMax: 10 }, start)).toMatchObject({
      why: "no process could be started to read it",
      failure: expect.stringContaining("Error: spawn EMFILE"),
    });
  expect(await read("b.pdf", pdf(["as before"]))).toMatchObject({ text: "as before" });
});

test("whoever waits for their turn longer than there is time is told so, and the others are read", async () => {
  const open: EventEmitter[] = [];
  const { start } = started((child) => void open.push(child));
  const read = (wholeMsMax: number) => readDocument(posted("%PDF-1.7"), { charsMax: 10, wholeMsMax }, start);
  const [first, second, late] = [read(60_000), read(60_000), read(1)];
  expect(await late).toEqual({ kind: "unread", why: "other files were being read for 0 s" });
  for (const child of open) child.emit("message", { kind: "read", text: "read" });
  expect(await Promise.all([first, second])).toEqual([
    { kind: "read", text: "read" },
    { kind: "read", text: "read" },
  ]);
});

test("what nobody waits for any more is read no further, and its place is the next one's", async () => {
  const open: EventEmitter[] = [];
  const ended: EventEmitter[] = [];
  const start: StartReader = () => {
    const child: EventEmitter & ReturnType<StartReader> = Object.assign(new EventEmitter(), {
      kill: () => ended.push(child) > 0,
      send: () => true,
    });
    open.push(child);
    return child;
  };
  const gone = new AbortController();
  const read = (signal?: AbortSignal) => readDocument(posted("%PDF-1.7"), { charsMax: 10, ...(signal ? { signal } : {}) }, start);
  const [first, second, waiting, next] = [read(gone.signal), read(), read(gone.signal), read()];
  await expect.poll(() => open.length).toBe(2);
  gone.abort();
  expect(await Promise.all([first, waiting, read(gone.signal)])).toMatchObject([
    { kind: "unread" },
    { kind: "unread" },
    { kind: "unread" },
  ]);
  await expect.poll(() => open.length).toBe(3);
  expect(ended).toEqual([open[0]]);
  for (const child of open) child.emit("message", { kind: "read", text: "read" });
  expect(await Promise.all([second, next])).toMatchObject([{ text: "read" }, { text: "read" }]);
});

test("what a package says of a file is the file's fault; what the program does wrong is told to its operator", async () => {
  const said = (work: () => never) => parsing(work).then(() => undefined, unreadFor);
  const damaged = "it is damaged, or not what it says it is";
  const whys: readonly [error: Error, why: string, failure: string | undefined][] = [
    [new Error("Could not find main document part"), damaged, undefined],
    [new Error("No password given"), "it is locked by a password", undefined],
    [new RangeError("Array buffer allocation failed"), "reading it takes too much memory", undefined],
    [new TooLarge("it has more than 2000 parts"), "it has more than 2000 parts", undefined],
    [new TypeError("undefined is\nno function"), damaged, "TypeError: undefined is no function"],
  ];
  for (const [error, why, failure] of whys) {
    const found = await said(() => {
      throw error;
    });
    expect(found).toMatchObject({ kind: "unread", why });
    expect(found?.failure?.slice(0, failure?.length)).toBe(failure);
  }
  expect(unreadFor(new RangeError("Maximum call stack size exceeded"))).toMatchObject({
    why: "the program that reads it has failed",
    failure: expect.stringMatching(/^RangeError: Maximum call stack size exceeded at .*read-document\.test/),
  });
});

test("the reader may read its code, and no file beside it", async () => {
  const { start, starts } = started((child) => child.emit("message", { kind: "read", text: "" }));
  await readDocument(posted("%PDF-1.7"), { charsMax: 10 }, start);
  const [options] = starts;
  const script = 'for (const path of process.argv.slice(1)) console.log(process.permission.has("fs.read", path))';
  const root = resolve(import.meta.dirname, "../..");
  const paths = ["src/documents/pdf.ts", "node_modules/unpdf/package.json", "package.json", ".env", "src/config/env.ts", "../x"];
  const asked = await runChild(process.execPath, [...(options?.execArgv ?? []), "-e", script, ...paths.map((path) => join(root, path))]);
  expect(asked.out.trim().split("\n")).toEqual(["true", "true", "false", "false", "false", "false"]);
  expect(options?.env).toEqual({});
});
