import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const FOLDER = join(import.meta.dirname, "../../docs/decisions");

test("each decision has a number of its own, the next one, which its heading says too", () => {
  const pages = readdirSync(FOLDER).sort();
  expect(pages.length).toBeGreaterThan(8);
  expect(pages.map((page) => Number(page.slice(0, 4)))).toEqual(pages.map((_, at) => at + 1));
  const headings = pages.map((page) => /^# (\d+)\. \S/.exec(readFileSync(join(FOLDER, page), "utf8"))?.[1]);
  expect(headings.map(Number)).toEqual(pages.map((_, at) => at + 1));
});
