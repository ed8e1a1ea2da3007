import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import type { TestSpecification } from "vitest/node";
import { LONGEST, longestFirst } from "../support/report/longest-first.ts";

const specification = (file: string, name: string) => ({ moduleId: `/parley/${file}`, project: { name } }) as TestSpecification;

test("the files that take longest come before all others of their project, and those stay as they are", () => {
  const [crash, kills] = ["test/journeys/trouble/crash.test.ts", "test/journeys/machines/kills.test.ts"];
  const order = (...files: readonly (readonly [string, string])[]) =>
    longestFirst(files.map(([file, project]) => specification(file, project))).map(({ moduleId }) => moduleId.replace("/parley/", ""));
  expect(order(["a", "one"], ["b", "one"], ["c", "two"], [kills, "two"], ["d", "two"], [crash, "two"])).toEqual([
    "a",
    "b",
    crash,
    kills,
    "c",
    "d",
  ]);
  expect(order(["b", "one"], [crash, "two"], ["c", "two"], [kills, "two"])).toEqual(["b", crash, kills, "c"]);
  expect(order(["b", "one"], [kills, "two"], ["c", "three"])).toEqual(["b", kills, "c"]);
  expect(order(["b", "one"], [kills, "one"], ["c", "two"], [kills, "two"])).toEqual([kills, "b", kills, "c"]);
  expect(order(["b", "one"], ["a", "one"])).toEqual(["b", "a"]);
});

test("each of them is there", () => {
  expect(LONGEST.filter((file) => !existsSync(join(resolve(import.meta.dirname, "../.."), file)))).toEqual([]);
});
