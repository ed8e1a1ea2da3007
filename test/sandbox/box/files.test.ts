import { expect, test } from "vitest";
import { cleanFileName, FileCollector, mediaTypeOf } from "../../../src/sandbox/box/files.ts";

const LIMITS = { filesMax: 3, fileBytesMax: 10, filesBytesMax: 20 };
const bytes = (text: string): Buffer => Buffer.from(text);

test("files are taken under the limits, and each refusal is told", () => {
  const files = new FileCollector(LIMITS, new Map());
  files.add("a", bytes("12345678"), "1");
  files.add("large", bytes("12345678901"), "1");
  files.add("b", bytes("12345678"), "1");
  files.add("c", bytes("12345678"), "1");
  const { files: taken, notices } = files.finish();
  expect(taken.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(notices).toEqual([
    expect.stringMatching(/^out\/large was not taken: it has/),
    expect.stringMatching(/^out\/c was not taken: all files together/),
  ]);
});

test("a file that was handed back is not handed back again until it is written again, and a refusal is told once", () => {
  const known = new Map<string, string>();
  const collect = (version: string): FileCollector => {
    const files = new FileCollector(LIMITS, known);
    files.add("a", bytes("same"), version);
    files.refuse("pipe", "it is a fifo");
    return files;
  };
  expect(collect("1").finish()).toMatchObject({ files: [{ name: "a" }], notices: ["out/pipe was not taken: it is a fifo."] });
  expect(collect("1").finish()).toMatchObject({ files: [], notices: [] });
  expect(collect("2").finish()).toMatchObject({ files: [{ name: "a" }], notices: [] });
});

test("names that become the same are kept apart", () => {
  const files = new FileCollector(LIMITS, new Map());
  files.add("a/b.txt", bytes("1"), "1");
  files.add("a\\b.txt", bytes("2"), "1");
  files.add("A_B.TXT", bytes("3"), "1");
  expect(files.finish().files.map(({ name }) => name)).toEqual(["a_b.txt", "a_b-2.txt", "A_B-3.TXT"]);
});

test("a name cannot hide, climb or turn the reading direction", () => {
  expect(cleanFileName("../../etc/passwd")).toBe(".._.._etc_passwd");
  expect(cleanFileName("..")).toBe("file");
  // File systems count bytes: 199 characters may be over 700 of them.
  expect(Buffer.byteLength(cleanFileName(`${"🙂".repeat(195)}.csv`))).toBeLessThanOrEqual(255);
  expect(cleanFileName(`${"🙂".repeat(195)}.csv`)).toMatch(/\.csv$/);
  expect(cleanFileName(" \u202egpj.exe\u0000 ")).toBe("_gpj.exe_");
  expect(cleanFileName("")).toBe("file");
  expect(cleanFileName(`${"n".repeat(300)}.png`)).toMatch(/^n+…n+\.png$/);
});

test.each([
  ["image/png", Buffer.from("89504e470d0a1a0a00", "hex")],
  ["image/jpeg", Buffer.from("ffd8ffe000", "hex")],
  ["image/gif", bytes("GIF89a...")],
  ["image/webp", bytes("RIFF\0\0\0\0WEBPVP8 ")],
  ["application/pdf", bytes("%PDF-1.7\n")],
  ["application/zip", bytes("PK\u0003\u0004")],
  ["application/json", bytes('[{"a": 1}]')],
  ["text/csv", bytes('name;amount\n"a;b";2\nc;3\n')],
  ["text/plain", bytes("Dear all, this is a letter.\nIt has two lines.\n")],
  ["text/plain", bytes("<svg onload='alert(1)'>,\n</svg>,\n")],
  ["text/plain", bytes("<!doctype html><script>alert(1)</script>")],
  ["application/octet-stream", Buffer.from("00010203", "hex")],
  ["application/octet-stream", Buffer.from("fffe41", "hex")],
])("%s is known by its content", (mediaType, content) => {
  expect(mediaTypeOf(content)).toBe(mediaType);
});
