import { expect, test } from "vitest";
import { toResult } from "../../../src/tools/mcp/call-result.ts";
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

test("a list is read page by page, up to as many tools as a model can be given", async () => {
  const pages = [
    { tools: Array.from({ length: 100 }, (_, index) => tool(`a${index}`)), nextCursor: "1" },
    { tools: Array.from({ length: 100 }, (_, index) => tool(`b${index}`)), nextCursor: "2" },
  ];
  const asked: (string | undefined)[] = [];
  const { tools, leftOut } = await listTools("crm", async (cursor) => {
    asked.push(cursor);
    return pages[Number(cursor ?? 0)] ?? { tools: [] };
  });
  expect(tools).toHaveLength(128);
  expect(asked).toEqual([undefined, "1"]);
  expect(leftOut).toHaveLength(11);
  expect(leftOut.at(-1)).toBe("and 62 more");
});

test("a list without an end is read no further than twenty pages", async () => {
  let pages = 0;
  const { tools, leftOut } = await listTools("crm", async () => ({ tools: [tool(`t${pages}`)], nextCursor: String(++pages) }));
  expect(pages).toBe(20);
  expect(tools).toHaveLength(20);
  expect(leftOut).toEqual(["everything after page 20 of the list"]);
});

test("what is nested too deeply to be written again spoils neither the list nor an answer", async () => {
  const deep: unknown = JSON.parse(`${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`);
  const page = { tools: [{ name: "deep", inputSchema: { type: "object", properties: deep } }, tool("flat")] };
  const { tools, leftOut } = await listTools("crm", async () => page);
  expect(tools.map(({ spec }) => spec.name)).toEqual(["crm__flat"]);
  expect(leftOut).toEqual(['"deep": the schema of its arguments is nested too deeply']);
  expect(outputOf(toResult({ structuredContent: deep }))).toBe("[data that cannot be shown]");
});
