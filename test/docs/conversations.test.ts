import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const RULES_MIN = 17;

/** Each rule of the page, with the files and the titles in them that are to show it. */
function rules(): readonly { readonly rule: string; readonly tests: readonly { readonly file: string; readonly title: string }[] }[] {
  const rows = readFileSync(join(ROOT, "docs/conversations.md"), "utf8").matchAll(/^\| (?!Rule |-+ )(.+?)\s+\| (.+?)\s*\|$/gm);
  return [...rows].map(([, rule = "", cell = ""]) => {
    let file = "";
    const tests = [...cell.matchAll(/`([^`]+\.test\.ts)`|"([^"]+)"/g)].flatMap(([, path, title]) => {
      file = path ?? file;
      return title === undefined ? [] : [{ file, title }];
    });
    return { rule, tests };
  });
}

test("each rule is shown by tests that exist, by the titles that they have", () => {
  const all = rules();
  expect(all.length).toBeGreaterThanOrEqual(RULES_MIN);
  expect(all.filter(({ tests }) => tests.length === 0)).toEqual([]);
  const missing = all
    .flatMap(({ tests }) => tests)
    .filter(({ file, title }) => {
      const text = existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), "utf8") : "";
      return !text.includes(`(${JSON.stringify(title)}, `) && !text.includes(`  ${JSON.stringify(title)},\n`);
    });
  expect(missing).toEqual([]);
});
