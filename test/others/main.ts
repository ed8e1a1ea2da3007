/**
 * `npm run test:others`: plays Parley's story against Slacks that others have written, as far as each goes. They are too large for a dependency
 * (100 MB), and so are installed, pinned, into a folder of their own; Linux on x64 alone.
 *
 * - local-slack (https://github.com/parvalabs/local-slack): sockets and posts; drops icons and metadata.
 * - emulate (https://github.com/vercel-labs/emulate): the Web API with faces and metadata, without sockets or mentions. Version 1 of the name on npm
 *   is somebody else's.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const FOLDER = join(ROOT, "node_modules/.cache/parley-others");
const PACKAGES = ["local-slack-linux-x64@0.1.8", "emulate@0.12.2"];

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  const { status, error } = spawnSync(program, args, { cwd: ROOT, env, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

mkdirSync(FOLDER, { recursive: true });
run("npm", ["install", "--prefix", FOLDER, "--no-audit", "--no-fund", ...PACKAGES]);
run(process.execPath, ["node_modules/vitest/vitest.mjs", "run", "--config", "test/others/vitest.config.ts"], {
  ...process.env,
  PARLEY_OTHERS: FOLDER,
});
