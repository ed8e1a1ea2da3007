import { expect, test } from "vitest";
import { toResult } from "../../../src/tools/mcp/calls/call-result.ts";
import { outputOf } from "../../contracts/tool.ts";
import { listTools, localNames } from "../../../src/tools/mcp/list.ts";

const tool = (name: string) => ({ name, inputSchema: { type: "object" } });

test("a name that had to be changed keeps its local name whatever comes and goes beside it, once it is marked", () => {
  const both = localNames("crm", ["get user", "get.user", "get_user"]);
  expect(both.get("get_user")).toBe("crm__get_user");
  expect(both.get("get user")).toMatch(/^crm__get_user_[0-9a-f]{8}$/);
  expect(new Set(both.values()).size).toBe(3);
  const reversed = localNames("crm", ["get_user", "get.user", "get user"]);
  expect(new Map([...reversed].toSorted())).toEqual(new Map([...both].toSorted()));
  expect(localNames("crm", ["get.user"]).get("get.user")).toBe("crm__get_user");
});

test("long names are cut to 64 letters and stay apart", () => {
  const names = [...localNames("crm", [`${"a".repeat(80)}1`, `${"a".repeat(80)}2`]).values()];
  for (const name of names) expect(name).toMatch(/^crm__a+_[0-9a-f]{8}$/);
  for (const name of names) expect(name).toHaveLength(64);
  expect(new Set(names).size).toBe(2);
});

test("a list is read page by page, and what is named is kept before any limit", async () => {
  const pages = [
    { tools: Array.from({ length: 1_500 }, (_, index) => tool(`a${index}`)), nextCursor: "1" },
    { tools: Array.from({ length: 1_500 }, (_, index) => tool(`b${index}`)), nextCursor: "2" },
  ];
  const asked: (string | number | undefined)[] = [];
  const page = async (cursor: string | number | undefined) => {
    asked.push(cursor);
    return pages[Number(cursor ?? 0)] ?? { tools: [] };
  };
  const all = await listTools("crm", page);
  expect(all.tools).toHaveLength(2_000);
  expect(asked).toEqual([undefined, "1"]);
  expect(all.isCutShort).toBe(true);
  expect(all.leftOut.at(-1)).toBe("and 990 more");
  const named = await listTools("crm", page, new Set(["b1499"]));
  expect(named.tools.map(({ remoteName }) => remoteName)).toContain("b1499");
});

test.each(["", "same"])("a list that goes on at %j is at its end: there is no such page, or it has been read", async (nextCursor) => {
  const asked: (string | number | undefined)[] = [];
  const { leftOut } = await listTools("crm", async (cursor) => {
    asked.push(cursor);
    return { tools: [tool(`t${asked.length}`)], nextCursor };
  });
  expect(asked).toEqual(nextCursor === "" ? [undefined] : [undefined, "same"]);
  expect(leftOut).toEqual([]);
});

test("a list without an end is read no further than a hundred pages", async () => {
  let pages = 0;
  const { tools, leftOut } = await listTools("crm", async () => ({ tools: [tool(`t${pages}`)], nextCursor: String(++pages) }));
  expect(pages).toBe(100);
  expect(tools).toHaveLength(100);
  expect(leftOut).toEqual(["everything after page 100 of the list"]);
});

test("what is nested too deeply to be written again spoils neither the list nor an answer", async () => {
  const deep: unknown = JSON.parse(`${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`);
  const page = { tools: [{ name: "deep", inputSchema: { type: "object", properties: deep } }, tool("flat")] };
  const { tools, leftOut } = await listTools("crm", async () => page);
  expect(tools.map(({ spec }) => spec.name)).toEqual(["crm__flat"]);
  expect(leftOut).toEqual(['"deep": the schema of its arguments is nested too deeply']);
  expect(outputOf(await toResult({ structuredContent: deep }, { tool: "t", keepFile: undefined }))).toBe("[data that cannot be shown]");
});
