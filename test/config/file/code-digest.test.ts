import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeDigest } from "../../../src/config/file/code-digest.ts";
import { folderWith } from "../team-files.ts";

test("the code of an extension is its file and what it imports by a path, one after the other; of packages and what is not there, nothing", () => {
  const cwd = folderWith({
    "ours.ts": 'import { z } from "zod";\nexport { near } from "./lib/near.ts";\n// as in import("./gone.ts")\n',
    "lib/near.ts": 'import { far } from "../far.ts";\nexport const near = far;\n',
    "far.ts": 'import "./ours.ts";\nexport const far = 1;\n',
    "other.ts": "export const other = 1;\n",
  });
  const of = (file = "ours.ts") => codeDigest(join(cwd, file));
  const before = of();
  expect(of()).toBe(before);
  writeFileSync(join(cwd, "other.ts"), "export const other = 2;\n");
  expect(of()).toBe(before);
  const seen = new Set([before]);
  for (const [file, text] of [
    ["far.ts", "export const far = 2;\n"],
    ["lib/near.ts", "export const near = 2;\n"],
    ["ours.ts", "export const ours = 2;\n"],
  ] as const) {
    writeFileSync(join(cwd, file), text);
    expect([file, seen.has(of())]).toEqual([file, false]);
    seen.add(of());
  }
});

test("what Node finds by another name than the import's is part of it: without its ending, in a folder, behind a link that leads back", () => {
  const cwd = folderWith({
    "ours.cjs": 'require("./near"); require("./folder"); require("./self/linked.cjs");\n',
    "near.js": "exports.near = 1;\n",
    "folder/index.js": "exports.inIt = 1;\n",
    "linked.cjs": 'require("./self/linked.cjs"); exports.linked = 1;\n',
  });
  symlinkSync(cwd, join(cwd, "self"));
  const seen = new Set([codeDigest(join(cwd, "ours.cjs"))]);
  for (const file of ["near.js", "folder/index.js", "linked.cjs"]) {
    writeFileSync(join(cwd, file), "exports.changed = 2;\n");
    const now = codeDigest(join(cwd, "ours.cjs"));
    expect([file, seen.has(now)]).toEqual([file, false]);
    seen.add(now);
  }
});
