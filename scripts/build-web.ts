/** Builds the pages of `web/`, where what is in `web/dist` was not made of the sources as they are. Run by `npm run demo` and before the tests. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const SOURCES = join(ROOT, "web");
const BUILT = join(SOURCES, "dist");
const STAMP = "sources.sha256";

/** Answers whether there was something to build. What is there is replaced at once, so that two who build do not meet. */
export function buildWeb(say: (line: string) => void): boolean {
  const sources = digest();
  if (existsSync(join(BUILT, STAMP)) && readFileSync(join(BUILT, STAMP), "utf8") === sources) return false;
  say("Building the pages (after a change of theirs; a few seconds) …");
  const fresh = `${BUILT}.${process.pid}`;
  const args = ["build", "--config", join(SOURCES, "vite.config.ts"), "--outDir", join(fresh, "local-slack")];
  // A process of its own: whoever asks may be a test, and what browsers get is made for use all the same.
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "node_modules/vite/bin/vite.js"), ...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: "production" },
    encoding: "utf8",
  });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`The pages of web/ could not be built:\n${stdout}${stderr}`);
  }
  writeFileSync(join(fresh, STAMP), sources);
  rmSync(BUILT, { recursive: true, force: true });
  try {
    renameSync(fresh, BUILT);
  } catch (error) {
    // Another who built the same was quicker.
    if (!existsSync(join(BUILT, STAMP))) throw error;
    rmSync(fresh, { recursive: true });
  }
  return true;
}

/** Of all that the pages are made of: their sources, and the versions of their packages. */
function digest(): string {
  const hash = createHash("sha256");
  const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(BUILT))
    .toSorted();
  for (const file of [...files, join(ROOT, "package-lock.json")]) hash.update(`${file.slice(ROOT.length)}\n`).update(readFileSync(file));
  return hash.digest("hex");
}

if (import.meta.main) buildWeb((line) => console.log(line));
