import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, inject, test } from "vitest";
import { outputOf } from "../contracts/tool.ts";
import { everyProviderTakes, folderToRead, pageToSee, tried } from "../tools/mcp/tried.ts";
import { type OthersServer, SERVERS } from "./servers.ts";
import { rowOf, tableOf, type Row } from "./table.ts";

/** Installed by `npm run test:mcp`. */
const { folder: installed, table } = inject("mcpServers");

const ends: (() => Promise<unknown>)[] = [];
const pageEnds: (() => Promise<unknown>)[] = [];
const rows: Row[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
afterAll(async () => {
  for (const end of pageEnds.splice(0)) await end();
  writeFileSync(table, tableOf(rows));
});

/** The program and its arguments, as npx and uvx would start it. */
function commandOf({ from, package: name, program, args = [] }: OthersServer): {
  readonly command: string;
  readonly args: readonly string[];
} {
  if (from === "PyPI") return { command: join(installed, "python/bin", name), args };
  const at = join(installed, "node_modules", name);
  const { bin } = JSON.parse(readFileSync(join(at, "package.json"), "utf8")) as {
    readonly bin: string | { readonly [name: string]: string };
  };
  const file = typeof bin === "string" ? bin : (bin[program ?? ""] ?? Object.values(bin)[0] ?? "");
  return { command: process.execPath, args: [join(at, file), ...args] };
}

const place = { folder: folderToRead(), page: await pageToSee(pageEnds) };

test.each(SERVERS(place))("$package $version is listed, taken by every provider, and called", async (one) => {
  const env = { ...one.env, DO_NOT_TRACK: "1" };
  const { server, call } = await tried({ ...commandOf(one), env, cwd: place.folder, startTimeoutMs: 60_000, callTimeoutMs: 60_000 }, ends);
  expect(server.tools().length).toBeGreaterThan(0);
  for (const { tool, args = {}, gives, picture } of one.calls) {
    const result = await call(tool, args);
    // A service says in its own words what it does not do; whatever else went wrong would be ours.
    if (result.kind === "failed") expect(result.error.kind).toBe("tool_error");
    expect(result.kind === "failed" ? result.error.message : outputOf(result)).toMatch(gives);
    if (picture)
      expect(result).toMatchObject({ kind: "returned", images: [{ mediaType: expect.stringMatching(/^image\/(png|jpeg|webp)$/) }] });
  }
  // Some list more once they know whom they speak to.
  expect(await server.connect(new AbortController().signal)).toBeUndefined();
  everyProviderTakes(server);
  rows.push(rowOf(one, server.tools().length));
});
