import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runChild } from "../support/children.ts";
import { HEAVY_TEST_MS_MAX } from "../support/patience.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const COPIED = ["bin", "src", "local-slack", "web", "teams", "sandbox", "scripts", "manifest.yml", "parley.yml", "package.json", "package-lock.json", "tsconfig.json"]; // prettier-ignore

/** A checkout in which nothing was built yet. */
let home = "";
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "parley-checkout-"));
  const isBuilt = (path: string) => /^web\/dist(?:$|[./])/.test(path.slice(ROOT.length + 1));
  for (const path of COPIED) cpSync(join(ROOT, path), join(home, path), { recursive: true, filter: (source) => !isBuilt(source) });
  symlinkSync(join(ROOT, "node_modules"), join(home, "node_modules"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What `npm run parley -- …` runs. */
const parley = (...args: readonly string[]) => runChild(process.execPath, [join(home, "scripts/parley.mjs"), ...args], { cwd: home });
const builtFolders = () => [home, join(home, "web")].map((folder) => readdirSync(folder).filter((name) => name.startsWith("dist")));

test(
  "two who begin at once in a new checkout both run: one builds, one waits; an edited page is in the program that runs next",
  async () => {
    const both = await Promise.all([parley("--help"), parley("--help")]);
    for (const { err, ...rest } of both)
      expect({ ...rest, err: err.replaceAll(/^Building .*\n/gm, "") }).toMatchObject({
        code: 0,
        err: "",
        out: expect.stringMatching(/^parley:/),
      });
    expect(builtFolders()).toEqual([["dist"], ["dist"]]);

    // What starts a checkout by its `dist` starts the same.
    const facade = await runChild(process.execPath, [join(home, "dist/cli/main.js"), "--help"], { cwd: home });
    expect(facade).toMatchObject({ code: 0, out: both[0]?.out, err: "" });

    // As the image is made: all of it can be loaded, and what V8 made of it is kept.
    const compiled = join(home, "compiled");
    const kept = await runChild(process.execPath, [join(home, "scripts/keep-compiled.mjs"), compiled], { cwd: home });
    expect({ code: kept.code, err: kept.err }).toEqual({ code: 0, err: "" });
    expect(readdirSync(compiled, { recursive: true }).length).toBeGreaterThan(50);

    const page = join(home, "web/local-slack/index.html");
    writeFileSync(page, readFileSync(page, "utf8").replace(/<title>.*<\/title>/, "<title>Edited</title>"));
    const edited = await parley("--help");
    expect(edited.err).toMatch(/^Building the pages .*\nBuilding Parley .*\n$/);
    expect(readFileSync(join(home, "dist/web/dist/local-slack/index.html"), "utf8")).toContain("<title>Edited</title>");
    expect((await parley("--help")).err).toBe("");
    expect(builtFolders()).toEqual([["dist"], ["dist"]]);
  },
  HEAVY_TEST_MS_MAX,
);
