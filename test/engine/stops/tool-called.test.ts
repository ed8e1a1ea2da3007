import { expect, test } from "vitest";
import { toolCalled } from "../../../src/engine/stops/tool-called.ts";
import { fires, tool } from "./firing.ts";

test("a tool that was called and has ended, well or not", () => {
  for (const end of ["tool.returned", "tool.failed"] as const)
    expect(fires(toolCalled("search"), tool(end))).toEqual([{ kind: "toolCalled", tool: "search" }]);
  expect(fires(toolCalled("search"), tool("tool.called"), tool("tool.returned", "other"))).toEqual([]);
});
