import { globSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { MADE_OF } from "../../scripts/build-web.ts";

const ROOT = resolve(import.meta.dirname, "../..");

test("what the pages take from elsewhere is looked at before they are taken for fresh", () => {
  const taken = globSync("web/**/*.{ts,tsx}", { cwd: ROOT, exclude: ["web/dist/**"] }).flatMap((file) =>
    [...readFileSync(join(ROOT, file), "utf8").matchAll(/^(?:import|export) (?!type )[^;]*? from "(\.[^"]+)";$/gm)].map(([, path = ""]) =>
      relative(ROOT, resolve(ROOT, file, "..", path)),
    ),
  );
  expect(taken.filter((path) => path.startsWith("src/")).length).toBeGreaterThan(5);
  expect(taken.filter((path) => MADE_OF.every((folder) => !path.startsWith(`${folder}/`)))).toEqual([]);
});
