import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { ALERTS } from "../../src/alerts/kinds.ts";
import { RUNBOOK } from "../../src/alerts/message.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(ROOT, RUNBOOK), "utf8");

/** By heading, what stands under it. */
const entries = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((entry) => [entry.split("\n")[0] ?? "", entry.split(/^## /m)[0] ?? ""]),
);

test("each alert has an entry of its name: what it means, how to look, what to do", () => {
  expect([...entries.keys()]).toEqual(Object.keys(ALERTS));
  for (const [name, entry] of entries)
    expect([name, ...["Means", "Look", "Do"].map((part) => entry.includes(`**${part}:**`))]).toEqual([name, true, true, true]);
});

test("each thing that makes a process not ready, and each code that it ends with, has a row", () => {
  const start = readFileSync(join(ROOT, "src/cli/start/start.ts"), "utf8");
  const checks = [...(/const checksOf[\s\S]*?^\}\);/m.exec(start)?.[0] ?? "").matchAll(/\b(\w+): (?:\(|async|parley)/g)].map(
    ([, name = ""]) => name,
  );
  expect(checks.toSorted()).toEqual(["database", "sandbox", "slack"]);
  for (const name of checks) expect(page).toMatch(new RegExp(`^\\| \`${name}\` `, "m"));
  const codes = [...(/^Exit codes: .*/m.exec(start)?.[0] ?? "").matchAll(/(\d+) \w/g), ...start.matchAll(/\b(1[34]\d)\b/g)].map(
    ([, code]) => code,
  );
  expect(codes).toEqual(expect.arrayContaining(["0", "1", "2", "130", "143"]));
  for (const code of codes) expect(page).toMatch(new RegExp(`^\\| ${code} `, "m"));
});

test("a link within the page, and to it, leads to a heading", () => {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
  const linked = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor = ""]) => anchor);
  expect(linked.length).toBeGreaterThan(4);
  expect(linked.filter((anchor) => !headings.includes(anchor))).toEqual([]);
});
