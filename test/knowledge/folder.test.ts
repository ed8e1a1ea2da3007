import { once } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folderSource, type FolderSettings } from "../../src/knowledge/folder.ts";

const NEVER = new AbortController().signal;

function folderWith(files: { readonly [path: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), "parley-knowledge-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const sourceIn = (folder: string, more: Partial<FolderSettings> = {}) =>
  folderSource({ name: "handbook", folder, include: ["**/*.md"], exclude: [], filesMax: 100, mbMax: 10, touches: [], ...more });

const namesIn = async (folder: string, more: Partial<FolderSettings> = {}) =>
  (await sourceIn(folder, more).list(NEVER)).files.map(({ name }) => name);

test("files below a folder are listed that are meant, hidden ones and those of programs left out", async () => {
  const folder = folderWith({
    "a.md": "a",
    "b/c/d.md": "d",
    "b/e.txt": "e",
    ".hidden/f.md": "f",
    "b/.g.md": "g",
    "node_modules/x/readme.md": "x",
    "drafts/h.md": "h",
  });
  expect(await namesIn(folder)).toEqual(["a.md", "drafts/h.md", "b/c/d.md"]);
  expect(await namesIn(folder, { include: ["b/**"], exclude: ["**/*.txt"] })).toEqual(["b/c/d.md"]);
  const [first] = (await sourceIn(folder, { links: "https://example.org/wiki" }).list(NEVER)).files;
  expect(first?.link).toBe("https://example.org/wiki/a.md");
});

test("nothing is read that lies elsewhere: not by a link to a file, to a folder, nor by one that takes a file's place", async () => {
  const elsewhere = folderWith({ "secret.md": "the secret", "inner/secret.md": "the secret" });
  const folder = folderWith({ "a.md": "a", "b/c.md": "c" });
  symlinkSync(join(elsewhere, "secret.md"), join(folder, "link.md"));
  symlinkSync(join(elsewhere, "inner"), join(folder, "linked"));
  symlinkSync(join(folder, "a.md"), join(folder, "own.md"));
  const source = sourceIn(folder);
  const { files, leftOut } = await source.list(NEVER);
  expect(files.map(({ name }) => name)).toEqual(["a.md", "b/c.md"]);
  expect(leftOut).toEqual(["2 files of handbook left out: links are not followed."]);
  const [, inner] = files;
  if (!inner) throw new Error("no file");
  expect(Buffer.from((await source.content(inner, NEVER)) as Uint8Array).toString()).toBe("c");
  rmSync(join(folder, "b/c.md"));
  symlinkSync(join(elsewhere, "secret.md"), join(folder, "b/c.md"));
  expect(await source.content(inner, NEVER)).toBe("it is a link, or lies behind one");
  renameSync(join(folder, "b"), join(folder, "was-b"));
  symlinkSync(join(elsewhere, "inner"), join(folder, "b"));
  expect(await source.content({ ...inner, name: "b/secret.md" }, NEVER)).toBe("it is a link, or lies behind one");
  for (const name of ["../secret.md", "linked/../../secret.md", "link.md"])
    expect(await source.content({ ...inner, name }, NEVER)).toMatch(/^it (is a link|cannot be opened|lies elsewhere)/);
});

test("names that are no ordinary ones are listed and read as they are", async () => {
  const odd = ["a\nb.md", 'quote".md', "percent%2e.md", "ümläut.md", "-rf.md", "🙂.md", "$(ls).md"];
  const folder = folderWith(Object.fromEntries(odd.map((name) => [name, name])));
  const source = sourceIn(folder, { links: "https://example.org" });
  const { files } = await source.list(NEVER);
  expect(files.map(({ name }) => name).toSorted()).toEqual(odd.toSorted());
  for (const file of files) {
    expect(Buffer.from((await source.content(file, NEVER)) as Uint8Array).toString()).toBe(file.name);
    expect(URL.canParse(file.link)).toBe(true);
    expect(file.link).not.toMatch(/[\s"<>]/);
  }
});

test("of too many files or bytes the same first ones are taken, and the others are counted", async () => {
  const folder = folderWith({ "a.md": "1", "b.md": "2", "c.md": "3" });
  const { files, leftOut } = await sourceIn(folder, { filesMax: 2 }).list(NEVER);
  expect([files.map(({ name }) => name), leftOut]).toEqual([
    ["a.md", "b.md"],
    ["1 file of handbook left out: it is indexed up to 2 files (filesMax) and 10 MiB (mbMax)."],
  ]);
});

test("another time or size is another version, and a folder that cannot be looked at says so without its path", async () => {
  const folder = folderWith({ "a.md": "1" });
  const version = async () => (await sourceIn(folder).list(NEVER)).files[0]?.version;
  const before = await version();
  expect(await version()).toBe(before);
  utimesSync(join(folder, "a.md"), 1, 1);
  expect(await version()).not.toBe(before);
  await expect(sourceIn(join(folder, "nowhere")).list(NEVER)).rejects.toThrow(
    "the folder of handbook cannot be looked at (ENOENT). Name one that is there, and that Parley may read.",
  );
  await expect(sourceIn(join(folder, "a.md")).list(NEVER)).rejects.toThrow(/is not a folder/);
});

test("a file that cannot be opened says so, also to whoever may read all others", async () => {
  const folder = folderWith({ "a.md": "1" });
  const source = sourceIn(folder);
  const [file] = (await source.list(NEVER)).files;
  // Nobody may open a socket as a file.
  rmSync(join(folder, "a.md"));
  const server = createServer().listen(join(folder, "a.md"));
  onTestFinished(() => void server.close());
  await once(server, "listening");
  expect(file && (await source.content(file, NEVER))).toBe("it cannot be opened (ENXIO): a.md");
  expect((await source.list(NEVER)).files).toEqual([]);
});

test("a path that is longer than an index of names takes is left out, with a word", async () => {
  const deep = (levels: number) => `${Array.from({ length: levels }, () => "夏".repeat(80)).join("/")}/a.md`;
  const folder = folderWith({ [deep(7)]: "a", [deep(9)]: "b" });
  const { files, leftOut } = await sourceIn(folder).list(NEVER);
  expect(files.map(({ name }) => name)).toEqual([deep(7)]);
  expect(leftOut).toEqual(["1 file of handbook left out: a path has at most 2000 bytes."]);
});
