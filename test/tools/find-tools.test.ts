import fc from "fast-check";
import { expect, test } from "vitest";
import type { Tool } from "../../src/engine/tool.ts";
import { chooseTools, sizeOf } from "../../src/tools/find-tools.ts";

const tools = (prefix: string, count: number): readonly Tool[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${prefix}${index}`,
    description: prefix,
    parameters: { type: "object", properties: {} },
    run: async () => ({ kind: "returned", output: "" }) as const,
  }));

test("what is named one by one is offered at once as long as a search still has room", () => {
  const all = [...tools("named", 110), ...tools("other", 600)];
  const found = all.slice(-24).map(({ name }) => name);
  const { offered, toBeFound } = chooseTools(all, { countMax: 128, charsMax: 240_000 }, found, { namedCount: 110 });
  expect(offered.slice(0, 110).map(({ name }) => name)).toEqual(all.slice(0, 110).map(({ name }) => name));
  expect(offered).toHaveLength(128);
  expect(toBeFound).toHaveLength(600);
});

test("what is offered is never more than the room, whatever is found and however little there is", () => {
  const sized = fc.record({ name: fc.stringMatching(/^[a-z]{1,40}$/), words: fc.integer({ min: 0, max: 2_000 }) });
  const all = fc.uniqueArray(sized, { maxLength: 60, selector: ({ name }) => name });
  const room = fc.record({ countMax: fc.integer({ min: 0, max: 40 }), charsMax: fc.integer({ min: 0, max: 30_000 }) });
  fc.assert(
    fc.property(all, room, fc.nat(60), fc.nat(60), (some, { countMax, charsMax }, namedCount, foundCount) => {
      const given = some.map(({ name, words }) => ({ ...tools(name, 1)[0], name, description: "x".repeat(words) }) as Tool);
      const found = given.slice(-foundCount).map(({ name }) => name);
      const { offered, callable } = chooseTools(given, { countMax, charsMax }, found, { namedCount: Math.min(namedCount, given.length) });
      expect(offered.length).toBeLessThanOrEqual(countMax);
      expect(offered.reduce((sum, tool) => sum + sizeOf(tool), 0)).toBeLessThanOrEqual(charsMax);
      expect(new Set(offered.map(({ name }) => name)).size).toBe(offered.length);
      expect(given.every((tool) => callable.includes(tool))).toBe(true);
    }),
  );
});

test("the search and what it finds have room beside long tools, and a name that is nobody else's", () => {
  const long = tools("t", 200).map((tool) => ({ ...tool, description: "x".repeat(2_000) }));
  const found = ["t199", "t198"];
  const { offered } = chooseTools(long, { countMax: 128, charsMax: 240_000 }, found, { taken: ["find_tools", "find_more_tools", "search_all_tools", "find_tools_2"] }); // prettier-ignore
  expect(offered.map(({ name }) => name)).toEqual(expect.arrayContaining(["t0", "find_tools_3", ...found]));
});
