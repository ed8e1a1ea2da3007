import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runChild } from "../support/children.ts";
import { guidePages, missingFrom, wordsOf } from "../support/guide.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const OWN_PACKAGE = join(ROOT, "test/fixtures/own-package.mjs");

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** As a stranger would type it, with this checkout in place of the package. */
function programOf(line: string): readonly string[] | undefined {
  const [program, ...args] = wordsOf(line);
  if (program === "node") return ["--import", OWN_PACKAGE, ...args];
  const [name, ...rest] = args;
  if (program === "npx" && name === "@parley-team/parley") return rest[0] === "demo" ? undefined : [join(ROOT, "src/cli/main.ts"), ...rest];
  if (line === "npm install @parley-team/parley") return undefined; // test/package/package.test.ts does both.
  throw new Error(`nobody runs this: ${line}`);
}

describe.each(guidePages().map((page) => [page.name, page] as const))("docs/guide/%s", (name, { files, commands }) => {
  test.skipIf(commands.length === 0)("does what it says", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-guide-"));
    folders.push(folder);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    for (const file of files) writeFileSync(join(folder, file.name), file.text);
    // A page that says which packages to install finds them.
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    for (const { line, code, prints } of commands) {
      const args = programOf(line);
      if (!args) continue;
      const ran = await runChild(process.execPath, args, { cwd: folder });
      expect({ line, missing: missingFrom(ran.out, prints), ...(ran.code === code ? {} : ran) }).toEqual({ line, missing: [] });
    }
  });

  test("is listed in the guide's first page, and its lines can be read", () => {
    const page = readFileSync(join(ROOT, "docs/guide", name), "utf8");
    if (name !== "README.md") expect(readFileSync(join(ROOT, "docs/guide/README.md"), "utf8")).toContain(`](${name})`);
    expect(page.split("\n").filter((line) => line.length > 220)).toEqual([]);
  });
});

test("nothing advises to run a package of npm that is somebody else's", async () => {
  const { out } = await runChild("git", [
    "-C",
    ROOT,
    "grep",
    "-nIE",
    "npx (-y )?parley\\b|npm (i|install|exec) (-g )?parley\\b",
    "--",
    ".",
    ":!test/docs/guide.test.ts",
  ]);
  expect(out).toBe("");
});
