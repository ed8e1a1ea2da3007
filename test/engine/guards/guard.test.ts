import { expect, test } from "vitest";
import { lookedAtFile, looking, type Guard, type GuardedFile, type Going } from "../../../src/engine/guards/guard.ts";
import { bytesOf, textIn } from "../../../src/engine/guards/text-files.ts";
import { filesInMemory, masking, stopping } from "./guards-for-tests.ts";

const TO_MODEL: Going = { to: "model", agent: "Ada" };
const words = (guards: readonly Guard[], text: string, going = TO_MODEL) =>
  looking(guards, going, filesInMemory().files, (look) => look.words(text));
const guard = (look: Guard["look"], name = "one"): Guard => ({ name, at: ["model"], look });

test("one guard reads what those before it have left, and nothing is asked of anybody once nothing is left", async () => {
  const seen: string[] = [];
  const note = (name: string, verdict: ReturnType<Guard["look"]>) =>
    guard((text) => {
      seen.push(`${name}: ${text}`);
      return verdict;
    }, name);
  const guards = [
    note("passes", undefined),
    note("shortens", { words: "b" }),
    note("empties", { words: "" }),
    note("late", { stop: "no." }),
  ];
  expect(await words(guards, "abc")).toEqual({ value: "" });
  expect(seen).toEqual(["passes: abc", "shortens: abc", "empties: b"]);
});

test("a guard is told where the words go, and may take its time", async () => {
  const { guard: mask, asked } = masking("red");
  const slow = guard(async (text) => ({ words: `${text}!` }));
  expect(await words([mask, slow], "red", { to: "tool", agent: "Ben", tool: "search" })).toEqual({ value: "[masked]!" });
  expect(asked).toEqual([{ words: "red", going: { to: "tool", agent: "Ben", tool: "search" } }]);
});

test.each<readonly [Going, string]>([
  [{ to: "model", agent: "Ada" }, 'The guard "gate" stopped this on its way to the model of Ada: it is not for others.'],
  [{ to: "tool", agent: "Ada", tool: "search" }, 'The guard "gate" stopped this on its way to the tool search: it is not for others.'],
  [{ to: "tool", agent: "Ada", tool: "sandbox" }, 'The guard "gate" stopped this on its way to the sandbox: it is not for others.'],
  [{ to: "tool", agent: "Ada" }, 'The guard "gate" stopped this on its way to the tool: it is not for others.'],
  [{ to: "people", agent: "Ada" }, 'The guard "gate" stopped this on its way to people: it is not for others.'],
])("a stop says who, where and why: %j", async (going, stop) => {
  expect(await words([stopping("red")], "a red one", going)).toEqual({ stop });
});

test("a guard that breaks stops what it could not look at, whatever it throws; a walk that breaks is a bug", async () => {
  const breaks = (error: unknown) =>
    guard(() => {
      throw error;
    });
  expect(await words([breaks(new Error("no connection"))], "x")).toEqual({
    stop: 'The guard "one" stopped this on its way to the model of Ada: it broke (no connection).',
  });
  expect(await words([breaks("odd")], "x")).toMatchObject({ stop: expect.stringContaining("it broke (odd).") });
  const walk = looking([], TO_MODEL, filesInMemory().files, async () => Promise.reject(new Error("of the walk")));
  await expect(walk).rejects.toThrow("of the walk");
});

test("a file in a request is looked at as words, keeps its hash while nothing changes, and another one when something does", async () => {
  const { files, ref } = filesInMemory("all green", "all red");
  const { guard: mask, asked } = masking("red");
  const through = (file: ReturnType<typeof ref>) => looking([mask], TO_MODEL, files, (look) => look.file(file));
  const green = ref("all green");
  const passed = await through(green);
  expect("value" in passed && passed.value).toBe(green);
  expect(asked).toEqual([{ words: "all green", going: { ...TO_MODEL, file: "note.txt" } }]);
  const text = "all [masked]";
  expect(await through(ref("all red"))).toEqual({ value: { ...ref(text), bytes: text.length } });
  expect(new TextDecoder().decode(await files.read(`hash of ${text}`))).toBe(text);
});

test("a file that is kept no longer passes as its name alone", async () => {
  const gone = { hash: "gone", name: "red.txt", mediaType: "text/plain", bytes: 3 };
  expect(await looking([stopping("")], TO_MODEL, filesInMemory().files, (look) => look.file(gone))).toEqual({ value: gone });
});

const asFile = (content: string | Uint8Array, name = "note.txt", mediaType = "text/plain"): GuardedFile => {
  const bytes = typeof content === "string" ? bytesOf(content) : content;
  return { name, mediaType, bytes: bytes.byteLength, content: bytes };
};
const toSandbox: Going = { to: "tool", agent: "Ada", tool: "sandbox" };

test("a stopped file is named, by its first hundred characters", async () => {
  const stop = 'The guard "gate" stopped the file note.txt on its way to the sandbox: it is not for others.';
  expect(await lookedAtFile([stopping("red")], asFile("red"), toSandbox)).toEqual({ stop });
  const long = await lookedAtFile([stopping("red")], asFile("red", "x".repeat(150)), toSandbox);
  expect(long).toEqual({ stop: stop.replace("note.txt", "x".repeat(100)) });
});

test("only guards of the place look at a file, and what is no text passes where no guard looks at files", async () => {
  const image = asFile(Uint8Array.of(0x89, 0x50, 0, 0xff), "red.png", "image/png");
  expect(await lookedAtFile([stopping("")], image, toSandbox)).toEqual({ value: image });
  expect(await lookedAtFile([stopping("red", ["model", "people"])], asFile("red"), toSandbox)).toEqual({ value: asFile("red") });
  expect(await lookedAtFile([stopping("")], asFile(""), toSandbox)).toEqual({ value: asFile("") });
});

test("a guard of files sees the content, may rename, retype or change the file, and those behind it see what it left", async () => {
  const seen: string[] = [];
  const files = (name: string, lookAtFile: NonNullable<Guard["lookAtFile"]>): Guard => ({
    name,
    at: ["tool"],
    look: () => undefined,
    lookAtFile,
  });
  const guards = [
    files("passes", () => undefined),
    files("renames", ({ content, name }) => ({ file: { content, name: `../${name}\0` } })),
    files("rewrites", async (file, going) => {
      seen.push(`${file.name} as ${going.file}`);
      return { file: { mediaType: "text/html", content: bytesOf("longer than before") } };
    }),
    files("last", ({ bytes, mediaType }) => {
      seen.push(`${bytes} bytes of ${mediaType}`);
      return undefined;
    }),
  ];
  expect(await lookedAtFile(guards, asFile("short"), toSandbox)).toEqual({
    value: { name: ".._note.txt_", mediaType: "text/html", bytes: 18, content: bytesOf("longer than before") },
  });
  expect(seen).toEqual([".._note.txt_ as .._note.txt_", "18 bytes of text/html"]);
});

test("a name that a guard gives is cut to what a folder takes, and is never empty", async () => {
  const named = async (name: string) => {
    const guards: Guard[] = [
      { name: "names", at: ["tool"], look: () => undefined, lookAtFile: ({ content }) => ({ file: { name, content } }) },
    ];
    const looked = await lookedAtFile(guards, asFile("x"), toSandbox);
    return "value" in looked ? looked.value.name : looked.stop;
  };
  expect(await named("a/b\\c")).toBe("a_b_c");
  expect(await named("")).toBe("file");
  expect(await named("y".repeat(300))).toBe("y".repeat(200));
});

test("a guard of files that stops or breaks says so with the file's name; where it is of requests, the kept file changes its name", async () => {
  const one = (lookAtFile: NonNullable<Guard["lookAtFile"]>): Guard => ({ name: "scan", at: ["tool"], look: () => undefined, lookAtFile });
  expect(await lookedAtFile([one(() => ({ stop: "a virus." }))], asFile("x"), toSandbox)).toEqual({
    stop: 'The guard "scan" stopped the file note.txt on its way to the sandbox: a virus.',
  });
  const broken = one(async () => Promise.reject(new Error("no engine")));
  expect(await lookedAtFile([broken], asFile("x"), toSandbox)).toMatchObject({ stop: expect.stringContaining("it broke (no engine).") });
  const { files, ref } = filesInMemory("x");
  const renames = one(({ content }) => ({ file: { name: "new.txt", content } }));
  expect(await looking([renames], toSandbox, files, (look) => look.file(ref("x")))).toEqual({ value: ref("x", "new.txt") });
  const retypes = one(({ content }) => ({ file: { mediaType: "text/csv", content } }));
  expect(await looking([retypes], toSandbox, files, (look) => look.file(ref("x")))).toEqual({
    value: { ...ref("x"), mediaType: "text/csv" },
  });
});

test.each<readonly [string, Uint8Array, string, string | undefined]>([
  ["UTF-8", bytesOf("héllo"), "application/octet-stream", "héllo"],
  ["UTF-16, little end first", Uint8Array.of(0xff, 0xfe, 0x68, 0, 0x69, 0), "application/octet-stream", "hi"],
  ["UTF-16, big end first", Uint8Array.of(0xfe, 0xff, 0, 0x68, 0, 0x69), "application/octet-stream", "hi"],
  ["Latin-1 that is said to be text", Uint8Array.of(0x68, 0xe9), "text/plain", "hé"],
  ["Latin-1 that is said to be JSON", Uint8Array.of(0x22, 0xe9, 0x22), "application/json", '"é"'],
  ["the same in a dialect of XML", Uint8Array.of(0x3c, 0xe9), "image/svg+xml; charset=x", "<é"],
  ["zeros in what is said to be text", Uint8Array.of(0x61, 0, 0x62), "text/plain", "a\0b"],
  ["bytes that are said to be nothing", Uint8Array.of(0x68, 0xe9), "application/octet-stream", undefined],
  ["zeros in what is no text", bytesOf("a\0b"), "image/png", undefined],
  ["what only begins like a mark", Uint8Array.of(0xff, 0x41), "image/png", undefined],
  ["what only begins like the other one", Uint8Array.of(0xfe, 0x41), "image/png", undefined],
  ["the marks turned round", Uint8Array.of(0xfe, 0xfe, 0x41), "image/png", undefined],
  ["a type that only holds the word", Uint8Array.of(0xe9), "application/x-context/text", undefined],
  ["a type that goes on", Uint8Array.of(0xe9), "application/jsonish", undefined],
])("text in a file: %s", (_what, content, mediaType, text) => {
  expect(textIn({ mediaType, content })).toBe(text);
});
