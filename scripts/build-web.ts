/** Builds the pages of `web/`, where what is in `web/dist` was not made of the sources as they are. Run by `npm run demo` and before the tests. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildIntoSync } from "./built-folder.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const SOURCES = join(ROOT, "web");
const BUILT = join(SOURCES, "dist");
/** What the pages are made of, each with all that is in it. Shapes and folds of a log are Parley's own. */
export const MADE_OF = ["web", "src/engine", "src/studio/api", "teams"];
/** A folder each. */
export const PAGES = ["local-slack", "studio"];

/** Answers whether there was something to build. */
export const buildWeb = (say: (line: string) => void): boolean =>
  buildIntoSync(BUILT, {
    signature: digest,
    make(fresh) {
      say("Building the pages (after a change of theirs; a few seconds) …");
      for (const page of PAGES) {
        const args = ["build", "--config", join(SOURCES, "vite.config.ts"), "--outDir", join(fresh, page)];
        // A process of its own: whoever asks may be a test, and what browsers get is made for use all the same.
        const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "node_modules/vite/bin/vite.js"), ...args], {
          cwd: ROOT,
          env: { ...process.env, NODE_ENV: "production", PARLEY_PAGE: page },
          encoding: "utf8",
        });
        if (status !== 0) throw new Error(`The page web/${page} could not be built:\n${stdout}${stderr}`);
      }
    },
  });

/** Of all that the pages are made of, and the versions of their packages. */
function digest(): string {
  const hash = createHash("sha256");
  const files = MADE_OF.flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(SOURCES) || !/^dist[./]/.test(file.slice(SOURCES.length + 1)))
    .toSorted();
  for (const file of [...files, join(ROOT, "package-lock.json")]) hash.update(`${file.slice(ROOT.length)}\n`).update(readFileSync(file));
  return hash.digest("hex");
}

if (import.meta.main) buildWeb((line) => console.log(line));
