import { expect, test } from "vitest";
import type { TestSpecification } from "vitest/node";
import { longestFirst } from "../support/report/longest-first.ts";

const specification = (file: string, groupOrder: number) =>
  ({ moduleId: `/parley/${file}`, project: { config: { sequence: { groupOrder } } } }) as TestSpecification;

test("the files that take longest come before all others of their group, and those stay as they are", () => {
  const [crash, kills] = ["test/journeys/trouble/crash.test.ts", "test/journeys/machines/kills.test.ts"];
  const order = (...files: readonly (readonly [string, number])[]) =>
    longestFirst(files.map(([file, group]) => specification(file, group))).map(({ moduleId }) => moduleId.replace("/parley/", ""));
  expect(order(["a", 1], ["b", 0], ["c", 1], [kills, 1], ["d", 0], [crash, 1])).toEqual([crash, kills, "a", "b", "c", "d"]);
  expect(order(["b", 0], [crash, 1], ["c", 1], [kills, 1])).toEqual(["b", crash, kills, "c"]);
  expect(order(["b", 0], [kills, 1])).toEqual(["b", kills]);
  expect(order(["b", 0], ["a", 0])).toEqual(["b", "a"]);
});
