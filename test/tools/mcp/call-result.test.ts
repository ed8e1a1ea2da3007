import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { CallResult } from "../../../src/tools/mcp/answers.ts";
import { toResult } from "../../../src/tools/mcp/calls/call-result.ts";
import { failureOf } from "../../contracts/tool.ts";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");
const image = { type: "image", data: PNG.toString("base64"), mimeType: "image/png" };
const text = (words: string) => ({ type: "text", text: words });

function shelf() {
  const kept = new Map<string, Uint8Array>();
  const keepFile = async (content: Uint8Array) => {
    const hash = createHash("sha256").update(content).digest("hex");
    kept.set(hash, content);
    return hash;
  };
  const read = async (result: Parameters<typeof toResult>[0]) => {
    const made = await toResult(result, { tool: "shot", keepFile });
    if (made.kind === "failed") throw new Error(made.error.message);
    return made;
  };
  return { kept, keepFile, read };
}

test("a picture is kept as a file, shown to the model, and named in its place", async () => {
  const { kept, read } = shelf();
  const { output, files = [], images } = await read({ content: [text("before"), image, text("after")] });
  expect(output).toMatch(/^before\n\[image shot-[0-9a-f]{6}-1\.png, image\/png, 70 bytes\]\nafter$/);
  expect(files).toEqual([
    { hash: expect.stringMatching(/^[0-9a-f]{64}$/), name: expect.stringMatching(/\.png$/), mediaType: "image/png", bytes: 70 },
  ]);
  expect(images).toEqual(files);
  expect(Buffer.from(kept.get(files[0]?.hash ?? "") ?? []).equals(PNG)).toBe(true);
});

test("parts that are words alone, a number, or without a kind are read", async () => {
  const { read } = shelf();
  expect((await read({ content: ["milk", { type: "text", text: 42 }, { text: "and bread" }, { type: "text", text: null }] })).output).toBe(
    "milk\n42\nand bread\n",
  );
});

test("a flag that is a word, words that are data, and a file without an address are read", async () => {
  const made = async (result: unknown) => {
    const checked = await CallResult["~standard"].validate(result);
    if (checked.issues) throw new Error(checked.issues[0]?.message);
    return await toResult(checked.value, { tool: "shot", keepFile: undefined });
  };
  expect(await made({ content: [text("no page")], isError: "True" })).toMatchObject({ kind: "failed", error: { message: "no page" } });
  expect(await made({ content: [text("page")], isError: "false" })).toMatchObject({ kind: "returned", output: "page" });
  expect(
    await made({
      content: [
        { type: "text", text: { a: [1] } },
        { type: "text", text: false },
      ],
    }),
  ).toMatchObject({
    output: '{"a":[1]}\nfalse',
  });
  expect(await made({ content: [{ type: "resource", resource: { text: "words" } }] })).toMatchObject({
    output: "[file without an address]\nwords",
  });
});

test("data that says again what the parts say, or has their media in it, is not given twice", async () => {
  const { read } = shelf();
  expect((await read({ content: [image], structuredContent: { content: [image] } })).output).toMatch(/^\[image [^\n]*\]$/);
  expect((await read({ content: [text("milk")], structuredContent: { content: "milk" } })).output).toBe("milk");
  const { output } = await read({ content: [image], structuredContent: { shots: [{ of: "page", png: image.data }] } });
  expect(output).toMatch(/\]\n\{"shots":\[\{"of":"page","png":"\[the file above\]"\}\]\}$/);
  expect((await read({ content: [text("milk")], structuredContent: { is: "out" } })).output).toBe('milk\n{"is":"out"}');
});

test("sounds, files and what only calls itself a picture are given to people alone", async () => {
  const { read } = shelf();
  const {
    output,
    files = [],
    images,
  } = await read({
    content: [
      { type: "audio", data: Buffer.from("RIFFxxxxWAVE").toString("base64"), mimeType: "audio/wav" },
      {
        type: "resource",
        resource: { uri: "file:///reports/../May 1.pdf", mimeType: "application/pdf", blob: Buffer.from("%PDF-1.7").toString("base64") },
      },
      { type: "image", data: Buffer.from("<svg onload=x>").toString("base64"), mimeType: "image/png" },
    ],
  });
  expect(images).toBeUndefined();
  expect(files.map(({ name }) => name)).toEqual([
    expect.stringMatching(/^shot-\w{6}-1\.wav$/),
    expect.stringMatching(/^May_1-\w{6}-2\.pdf$/),
    expect.stringMatching(/^shot-\w{6}-3\.png$/),
  ]);
  expect(output.split("\n")).toHaveLength(3);
  expect(output).toContain("it is given to people as a file");
});

test("what is too large, too much or no content is a word", async () => {
  const { read, kept } = shelf();
  const huge = { ...image, data: "A".repeat(14_000_000) };
  const {
    output,
    files = [],
    images = [],
  } = await read({ content: [huge, { ...image, data: "" }, { ...image, data: "%%%%" }, ...Array.from({ length: 25 }, () => image)] });
  expect(output).toContain("10.5 MB: more than 10.0 MB are not kept]");
  expect(output).toContain("it is empty]");
  expect(output).toContain("it is no base64]");
  expect(output).toContain("more than 20 files are not kept]");
  expect([files.length, images.length, kept.size]).toEqual([20, 8, 1]);
});

test("data beside text counts where the text does not say it", async () => {
  const { read } = shelf();
  const structuredContent = { items: [{ id: 7 }], total: 1 };
  expect((await read({ content: [text("1 item")], structuredContent })).output).toBe('1 item\n{"items":[{"id":7}],"total":1}');
  expect((await read({ content: [text('{ "total": 1, "items": [{ "id": 7 }] }')], structuredContent })).output).toBe(
    '{ "total": 1, "items": [{ "id": 7 }] }',
  );
});

test("without a place to keep it, a picture is a word", async () => {
  expect(await toResult({ content: [image] }, { tool: "shot", keepFile: undefined })).toEqual({
    kind: "returned",
    output: "[image image/png, 70 bytes]",
  });
  expect(
    failureOf(await toResult({ content: [text("no page"), image], isError: true }, { tool: "shot", keepFile: undefined })).message,
  ).toContain("no page\n[image");
});

test("pictures are known by their content, whatever their type is called and however they are wrapped", async () => {
  const { read } = shelf();
  const base64 = PNG.toString("base64");
  const content = [
    { type: "image", data: base64, mimeType: "text/plain" },
    { type: "image", data: base64 },
    { type: "image", data: `data:image/png;base64,${base64}`, mimeType: "image/png" },
  ];
  const { images = [], files } = await read({ content });
  expect(images.map(({ mediaType, name, bytes }) => [mediaType, name.split(".").at(-1), bytes])).toEqual(
    content.map(() => ["image/png", "png", 70]),
  );
  expect(files).toEqual(images);
});

test("a failure has its pictures and files as any other result: they show what was in the way", async () => {
  const { kept, keepFile } = shelf();
  const blob = { type: "resource", resource: { uri: "file:///trace.zip", mimeType: "application/zip", blob: "UEsDBA==" } };
  const made = await toResult({ isError: true, content: [text("no such page"), image, blob] }, { tool: "shot", keepFile });
  expect(failureOf(made).message).toMatch(
    /^no such page\n\[image shot-[0-9a-f]{6}-1\.png, image\/png, 70 bytes\]\n\[file trace-[0-9a-f]{6}-2\.zip, application\/zip, 4 bytes; it is given to people as a file\]/,
  );
  const { files = [], images = [] } = made as Extract<typeof made, { kind: "failed" }>;
  expect(files.map(({ mediaType }) => mediaType)).toEqual(["image/png", "application/zip"]);
  expect(images).toEqual(files.slice(0, 1));
  expect(kept.size).toBe(2);
});

test("a million blanks in a picture are looked at once each", async () => {
  const { read } = shelf();
  const { output } = await read({ content: [{ ...image, data: `AAAA${" ".repeat(1_000_000)}!` }] });
  expect(output).toContain("it is no base64");
});

test("what the first servers answered with is read", async () => {
  expect(await shelf().read({ toolResult: { temperature: 20 } })).toMatchObject({ output: '{"temperature":20}' });
});

test("a task in the place of an answer is a failure that says so", async () => {
  const made = await toResult({ task: { taskId: "1", status: "working" } }, { tool: "shot", keepFile: undefined });
  expect(failureOf(made).message).toContain("began a task of the protocol");
});

test("data that is an empty list is told beside no parts, and empty words are not", async () => {
  const { read } = shelf();
  expect((await read({ content: [], structuredContent: { result: [] } })).output).toBe('{"result":[]}');
  expect((await read({ content: [], structuredContent: { result: "" } })).output).toBe("(no output)");
  expect((await read({ content: [text("")], structuredContent: { result: "" } })).output).toBe("(no output)");
});

test("data that is nested too deeply to be held against the parts takes no part along", async () => {
  const { read } = shelf();
  const deep = () => JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`) as unknown;
  const { output } = await read({ content: [text("milk"), deep()], structuredContent: { all: [{ type: "text", text: "milk" }, deep()] } });
  expect(output).toBe('milk\n[a part that cannot be shown, of type ""]\n[data that cannot be shown]');
});
