import { expect, test } from "vitest";
import { touchesOf, type McpSettings } from "../../../src/tools/mcp/settings.ts";

const server = (more: Partial<McpSettings> = {}): McpSettings => ({ name: "s", command: "none", ...more }) as McpSettings;

test.each([
  ["says nothing", {}, {}, ["untrusted", "outside"]],
  ["stays inside", {}, { staysInside: true }, []],
  ["reads only", {}, { readsOnly: true }, ["untrusted", "outside"]],
  ["acts with a login", {}, { isLoggedIn: true }, ["private", "untrusted", "outside"]],
  ["reads with a login", {}, { isLoggedIn: true, readsOnly: true }, ["private", "untrusted"]],
  ["is said by the team file", { touches: ["private"] as const }, { isLoggedIn: true }, ["private"]],
  ["is said by name", { touches: ["private"] as const, touchesBy: { t: [] } }, {}, []],
] as const)("a tool that %s", (_, said, hints, touches) => {
  expect(touchesOf(server(said), "t", { isLoggedIn: false, ...hints })).toEqual(touches);
});
