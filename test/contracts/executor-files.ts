import { expect, test } from "vitest";
import type { CodeResult, Session } from "../../src/sandbox/executor.ts";

/** The part of the executor's contract that is about files, for a session and for what runs Python in it. */
export function filesContract(run: (code: string) => Promise<CodeResult>, session: () => Session): void {
  test("files in out/ come back with a kind judged by their content", async () => {
    const result = await run(
      [
        "open('out/plot.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(range(256)))",
        "open('out/data.csv', 'w').write('a,b\\n1,2\\n')",
        "open('out/notes.txt', 'w').write('plain words')",
        "open('out/page.png', 'w').write('<svg onload=\"alert(1)\"/>')",
        "open('out/facts.json', 'w').write('{\"a\": 1}')",
        "open('out/empty', 'w').close()",
      ].join("\n"),
    );
    const kinds = Object.fromEntries(result.files.map(({ name, mediaType }) => [name, mediaType]));
    expect(kinds).toEqual({
      "plot.png": "image/png",
      "data.csv": "text/csv",
      "notes.txt": "text/plain",
      "page.png": "text/plain",
      "facts.json": "application/json",
      empty: "text/plain",
    });
    const plot = result.files.find(({ name }) => name === "plot.png");
    expect(Buffer.from(plot?.content ?? [])).toEqual(
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...Array.from({ length: 256 }, (_, byte) => byte)]),
    );
  });

  test("a file comes back again only when it was written again", async () => {
    expect((await run("open('out/report.md', 'w').write('draft')")).files.map(({ name }) => name)).toEqual(["report.md"]);
    expect((await run("print('no change')")).files).toEqual([]);
    expect((await run("open('out/report.md', 'w').write('final')")).files.map(({ content }) => Buffer.from(content).toString())).toEqual([
      "final",
    ]);
  });

  test("links, folders and files that are too large are refused with a notice", async () => {
    const result = await run(
      [
        "import os",
        "open('secret.txt', 'w').write('secret')",
        "os.symlink('/etc/passwd', 'out/passwd')",
        "os.symlink('/etc', 'out/etc')",
        "os.makedirs('out/folder/deep')",
        "open('out/folder/hidden.txt', 'w').write('x')",
        "open('out/large.bin', 'wb').write(b'x' * (8 * 1024 * 1024 + 1))",
        "open('out/good.txt', 'w').write('good')",
      ].join("\n"),
    );
    expect(result).toMatchObject({ outcome: "ok" });
    expect(result.files.map(({ name }) => name)).toEqual(["good.txt"]);
    for (const name of ["passwd", "etc", "folder", "large.bin"]) expect(result.notices.join("\n")).toContain(`out/${name} was not taken`);
    await run("import shutil\nshutil.rmtree('out')");
  });

  test("only so many files come back, and it is told how many did not", async () => {
    const result = await run("for i in range(60): open(f'out/many-{i:02}.txt', 'w').write('x')");
    expect(result.files).toHaveLength(20);
    expect(result.notices.join(" ")).toContain("40 more files");
    await run("import shutil\nshutil.rmtree('out')");
  });

  test("names of files are made safe and stay apart", async () => {
    const result = await run(
      "for name in ['a\\nb', 'a\\tb', 'x\\u202egpj.exe', '...', 'back\\\\slash', 'n' * 240]: open('out/' + name, 'w').write(name)",
    );
    const names = result.files.map(({ name }) => name);
    expect(names).toHaveLength(6);
    expect(new Set(names).size).toBe(6);
    for (const name of names) {
      expect(name).not.toMatch(/[\n\t\u202e\\/]/);
      expect(name.length).toBeLessThanOrEqual(200);
      expect(name).not.toMatch(/^\.+$/);
    }
    await run("import shutil\nshutil.rmtree('out')");
  });

  test("an out/ that was replaced by a link gives nothing away and is a folder again for the next block", async () => {
    const result = await run("import os, shutil\nshutil.rmtree('out', ignore_errors=True)\nos.symlink('/etc', 'out')");
    expect(result.files).toEqual([]);
    expect((await run("open('out/again.txt', 'w').write('x')")).files.map(({ name }) => name)).toEqual(["again.txt"]);
  });

  test("files that were put in can be read", async () => {
    await session().put([{ name: "../data set.csv", mediaType: "text/csv", content: Buffer.from("a,b\n1,2\n") }]);
    expect(await run("print(open('in/.._data set.csv').read())")).toMatchObject({ outcome: "ok", stdout: "a,b\n1,2\n\n" });
  });
}
