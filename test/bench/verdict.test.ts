import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { runChild } from "../support/children.ts";

const BENCH = resolve(import.meta.dirname, "../../bench");
const VERDICT = pathToFileURL(join(BENCH, "support/verdict.ts")).href;

test.each([
  ["is held at its target", 2, 0, /^held {3}x: 2\.00, target at most 2\n$/],
  ["is missed above it", 2.01, 1, /^missed x: 2\.01, target at most 2\n$/],
  ["is missed where nothing was measured", Number.NaN, 1, /^missed x: NaN/],
])("a target %s, and the exit code says so", async (_, is, code, said) => {
  const program = `import { verdict } from ${JSON.stringify(VERDICT)}; verdict("x", ${is}, 2); verdict("y", 0, 0); process.exit();`;
  const outcome = await runChild(process.execPath, ["--input-type=module", "--eval", program]);
  expect({ code: outcome.code, err: outcome.err }).toEqual({ code, err: "" });
  expect(outcome.out.split("y:")[0]?.replace(/(held {3}|missed )$/, "")).toMatch(said);
});

test("every bench can fail", () => {
  const benches = readdirSync(BENCH).filter((file) => file.endsWith(".ts") && file !== "main.ts");
  const text = (path: string) => readFileSync(join(BENCH, path), "utf8");
  // What it has in other files of its own counts: those it imports within the folder.
  const all = (path: string, seen = new Set<string>()): readonly string[] => {
    // Where the exit code is set for whoever asks for it says nothing about who does.
    if (seen.has(path) || path === join("support", "verdict.ts")) return [];
    seen.add(path);
    const own = [...text(path).matchAll(/from "(\.\.?\/[^"]+\.ts)"/g)].map(([, to = ""]) => join(path, "..", to));
    return [text(path), ...own.filter((to) => !to.startsWith("..")).flatMap((to) => all(to, seen))];
  };
  const failing = benches.filter((bench) => all(bench).some((source) => /\bverdict\(|process\.exitCode = /.test(source)));
  expect(failing).toEqual(benches);
});
