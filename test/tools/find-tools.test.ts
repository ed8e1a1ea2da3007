import { expect, test } from "vitest";
import type { Tool } from "../../src/engine/tool.ts";
import { chooseTools } from "../../src/tools/find-tools.ts";

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
  const { offered, toBeFound } = chooseTools(all, { countMax: 128, charsMax: 240_000 }, found, 110);
  expect(offered.slice(0, 110).map(({ name }) => name)).toEqual(all.slice(0, 110).map(({ name }) => name));
  expect(offered).toHaveLength(128);
  expect(toBeFound).toHaveLength(600);
});
