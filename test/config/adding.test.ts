import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { policies } from "../../src/config/built-in/policies.ts";
import { stops } from "../../src/config/built-in/stops.ts";

// A policy or a stop is one file and one test: whoever adds one writes these two and its line in the registry, and goes nowhere else.

const ROOT = resolve(import.meta.dirname, "../..");
/** What the package hands on, which names what there is and does nothing with it. */
const FACE = "index-engine.ts";

/** Where each is; a leader is an agent that speaks between the others, and lies with the agents. */
const LEADERS: { readonly [policy: string]: string } = { selector: "agents/leaders/selector.ts", magentic: "agents/leaders/ledger.ts" };
const POLICIES = policies.map(({ name }) => ({ name, file: LEADERS[name] ?? `policies/${name}.ts`, line: "config/built-in/policies.ts" }));
const STOPS = stops.map(({ name }) => ({ name, file: `stops/${inFileNames(name)}.ts`, line: "config/built-in/stops.ts" }));

/** Parts of policies: the same holds for their tests. */
const PARTS = ["led-by.ts", "selector-rules.ts", "unless-stuck.ts"];

const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
const importers = (file: string) =>
  sources.filter((path) => new RegExp(`from "[^"]*/${file.replaceAll(".", "\\.")}"`).test(readFileSync(join(ROOT, "src", path), "utf8")));

describe.each([...POLICIES, ...STOPS])("$name", ({ name, file, line }) => {
  test("is a file of its own, with a test of its own that tries it", () => {
    const its = join(ROOT, "test/engine", file.replace(/\.ts$/, ".test.ts"));
    expect([existsSync(join(ROOT, "src/engine", file)), existsSync(its)]).toEqual([true, true]);
    expect(readFileSync(its, "utf8")).toContain(`src/engine/${file}"`);
  });

  test("has its line in the registry, and no other room names it", () => {
    const outside = importers(file).filter((path) => path !== FACE && !path.startsWith("engine/"));
    expect(outside).toEqual([line]);
    expect(readFileSync(join(ROOT, "src", line), "utf8").split(`name: "${name}"`)).toHaveLength(2);
  });
});

test("nothing lies among the policies and the stops that the registry does not have", () => {
  const among = (folder: string) => readdirSync(join(ROOT, "src/engine", folder)).map((file) => `${folder}/${file}`);
  const known = [...POLICIES, ...STOPS].map(({ file }) => file);
  expect([...among("policies"), ...among("stops")].filter((file) => !known.includes(file))).toEqual(
    PARTS.map((part) => `policies/${part}`),
  );
  for (const part of PARTS) expect(existsSync(join(ROOT, "test/engine/policies", part.replace(/\.ts$/, ".test.ts")))).toBe(true);
});

/** `toolCalled` is in `tool-called.ts`. */
function inFileNames(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
