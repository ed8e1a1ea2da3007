import { deflateSync } from "node:zlib";
import { strToU8 } from "fflate";
import { expect, test } from "vitest";
import { readDocument } from "../../src/documents/read-document.ts";
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
