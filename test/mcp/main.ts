/**
 * `npm run test:mcp`: starts MCP servers that others have written, lists what they have and calls one or two tools of each. They are too many for
 * dependencies, and so are installed, pinned, into a folder of their own; what npm and PyPI have of them is all that it takes, Chromium beside. At
 * its end stands the table of docs/tools.md.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SERVERS } from "./servers.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** Kept, so that the next run is a short one. */
const FOLDER = join(ROOT, "node_modules/.cache/parley-mcp-servers");
const servers = SERVERS({ folder: "", page: "" });
const pinned = (from: "npm" | "PyPI", mark: string): readonly string[] =>
  servers.filter((server) => server.from === from).map((server) => `${server.package}${mark}${server.version}`);

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
  const { status, error } = spawnSync(program, args, { cwd: ROOT, env, stdio: "inherit" });
  if (error) throw error;
  return status ?? 1;
}

function must(program: string, args: readonly string[]): void {
  const status = run(program, args);
  if (status !== 0) process.exit(status);
}

mkdirSync(FOLDER, { recursive: true });
// Without their scripts: those fetch browsers and programs from elsewhere.
must("npm", ["install", "--prefix", FOLDER, "--ignore-scripts", "--no-audit", "--no-fund", ...pinned("npm", "@")]);
must("python3", ["-m", "venv", join(FOLDER, "python")]);
must(join(FOLDER, "python/bin/pip"), ["install", "--quiet", "--disable-pip-version-check", ...pinned("PyPI", "==")]);

const results = mkdtempSync(join(tmpdir(), "parley-mcp-"));
const table = join(results, "table.md");
const status = run(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "--config", "test/mcp/vitest.config.ts", ...process.argv.slice(2)],
  {
    ...process.env,
    PARLEY_MCP_SERVERS: FOLDER,
    PARLEY_MCP_TABLE: table,
  },
);
if (status === 0) console.log(`\n${readFileSync(table, "utf8")}`);
rmSync(results, { recursive: true, force: true });
process.exit(status);
