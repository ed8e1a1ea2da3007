import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const COLUMNS = ["Threat", "Measure", "Tried by", "Not promised"];

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The rows of the tables below "What could be tried", with the line each stands in. */
function rows(): { readonly heads: readonly Row[]; readonly threats: readonly Row[] } {
  const lines = readFileSync(join(ROOT, "docs/security.md"), "utf8").split("\n");
  const from = lines.indexOf("## What could be tried");
  const tables = lines.flatMap((text, at): Row[] =>
    at > from && text.startsWith("|")
      ? [
          {
            line: at + 1,
            cells: text
              .split(/(?<!\\)\|/)
              .slice(1, -1)
              .map((cell) => cell.trim()),
          },
        ]
      : [],
  );
  const heads = tables.filter(({ cells }) => cells[0] === COLUMNS[0]);
  return { heads, threats: tables.filter((row) => !heads.includes(row) && !/^-+$/.test(row.cells[0] ?? "")) };
}

test("each threat has a measure, what tries it, and what is not promised", () => {
  const { heads, threats } = rows();
  expect(heads.length).toBeGreaterThan(4);
  for (const { cells, line } of heads) expect(cells, `line ${line}`).toEqual(COLUMNS);
  expect(threats.length).toBeGreaterThan(25);
  expect(threats.filter(({ cells }) => cells.length !== COLUMNS.length || cells.includes(""))).toEqual([]);
});

test("each threat is tried by a test that exists; one that is not says so in bold", () => {
  const { threats } = rows();
  const { scripts: all } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { readonly scripts: object };
  const scripts = Object.keys(all);
  const isTest = (name: string) => name.startsWith("test/") && name.endsWith(".ts") && existsSync(join(ROOT, name));
  const wrong = threats.flatMap(({ cells, line }) => {
    const [threat, , tried = "", not = ""] = cells;
    const named = [...tried.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
    if (named.length === 0 && !not.startsWith("**")) return [`line ${line}, ${threat}: no test is named, and no bold word says why`];
    return named
      .filter((name) => !(name.startsWith("npm run ") ? scripts.includes(name.slice(8)) : isTest(name)))
      .map((name) => `line ${line}, ${threat}: there is no ${name}`);
  });
  expect(wrong).toEqual([]);
});
