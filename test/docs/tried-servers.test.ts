import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SERVERS } from "../mcp/servers.ts";

test("the servers that docs/tools.md says were tried are those of the suite, at its versions", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/tools.md"), "utf8");
  const told = [...page.matchAll(/^\| `([^`]+)` +\| (\S+) +\| (npm|PyPI) /gm)].map(
    ([, name, version, from]) => `${from} ${name} ${version}`,
  );
  const servers = SERVERS({ folder: "", page: "" });
  expect(told).toEqual(servers.map(({ package: name, version, from }) => `${from} ${name} ${version}`));
  expect(servers.filter(({ from }) => from === "npm").length).toBeGreaterThanOrEqual(20);
});
