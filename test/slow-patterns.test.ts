import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { analyse } from "scslre";
import { expect, test } from "vitest";

/**
 * Whoever writes a long run of one character must not make an expression read it again and again: with nothing but a trailing `\s+$`, a
 * hundred thousand blanks hold up every thread of a process for seconds. Found by analysis and not by the clock; a mend that is mostly at hand is
 * to say with `(?<!\s)` where the run begins.
 */
const ROOT = resolve(import.meta.dirname, "..");
const files = ["src", "local-slack"].flatMap((room) =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(ROOT, room, path)),
);

/** What is wrong with an expression, for who mends it. */
function troubles(source: string, flags: string): readonly string[] {
  const { reports } = analyse({ source, flags }, { reportTypes: { Move: true, Self: true, Trade: true }, assumeRejectingSuffix: false });
  return reports.map((report) => {
    const quantifiers = "quant" in report ? report.quant.raw : `${report.startQuant.raw} and ${report.endQuant.raw}`;
    return `/${source.slice(0, 100)}/${flags}: ${quantifiers} on many ${JSON.stringify(report.character.pick)}`;
  });
}

test("the analysis finds what is slow, and nothing in what is not", () => {
  expect(troubles(String.raw`\s+$`, "")).toHaveLength(1);
  expect(troubles(String.raw`^[^a]*:[^a]*b`, "u")).toHaveLength(1);
  expect(troubles(String.raw`(?<!\s)\s+$`, "")).toEqual([]);
});

test("no expression that is written out takes longer than its text is long", () => {
  const literals = files.flatMap((path) => literalsIn(readFileSync(path, "utf8")));
  expect(literals.length).toBeGreaterThan(500);
  expect(literals.flatMap(({ pattern, flags }) => troubles(pattern, flags))).toEqual([]);
});

test("nor does one that is put together when its file is loaded", async () => {
  const made: RegExp[] = [];
  const own = globalThis.RegExp;
  globalThis.RegExp = new Proxy(own, {
    construct: (target, args: [string, string]) => {
      const expression = new target(...args);
      made.push(expression);
      return expression;
    },
  });
  try {
    // Each that is made at the top level of a file, whose name stands in capitals or that is one of several kinds.
    for (const path of files.filter(
      (one) => one.includes("/src/") && /^(?:export )?const .*RegExp\(|^ {0,4}new RegExp\(/m.test(readFileSync(one, "utf8")),
    ))
      await import(path);
  } finally {
    globalThis.RegExp = own;
  }
  expect(made.length).toBeGreaterThan(40);
  expect(made.flatMap(({ source, flags }) => troubles(source, flags))).toEqual([]);
});

interface Literal {
  readonly pattern: string;
  readonly flags: string;
}

function literalsIn(text: string): readonly Literal[] {
  const found: Literal[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== "object" || node === null) return;
    if ("regex" in node) found.push(node.regex as Literal);
    else Object.values(node).forEach(visit);
  };
  visit(parseAst(text, { lang: "ts" }));
  return found;
}
