import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { bundle } from "./bundle.mjs";

const ROOT = resolve(import.meta.dirname, "..");
/** Beside the code: files and folders that it reads when it runs. */
const READ_AT_RUN_TIME = ["web/dist", "teams", "sandbox", "manifest.yml", "parley.yml"];
const SOURCES = ["src", "local-slack", ...READ_AT_RUN_TIME, "scripts/bundle.mjs", "scripts/build-program.mjs", "package-lock.json"];
const STAMP = "sources.sha256";

/** Makes `out`: the program as a few files, and what it reads. What is there is replaced at once, so that two who build do not meet. */
export async function buildProgram(out) {
  const fresh = `${out}.${process.pid}`;
  await bundle(fresh);
  for (const path of READ_AT_RUN_TIME) cpSync(join(ROOT, path), join(fresh, path), { recursive: true });
  writeFileSync(join(fresh, STAMP), signature());
  rmSync(out, { recursive: true, force: true });
  try {
    renameSync(fresh, out);
  } catch (error) {
    // Another who built the same was quicker.
    if (!isBuilt(out)) throw error;
    rmSync(fresh, { recursive: true });
  }
}

/** Whether `out` was made of the sources as they are. */
export const isBuilt = (out) => existsSync(join(out, STAMP)) && readFileSync(join(out, STAMP), "utf8") === signature();

/** By size and time, since it is asked before each command; a copy of the sources is built once more. */
function signature() {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    const path = join(ROOT, source);
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .toSorted()
      : [path];
    for (const file of files) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${file} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest("hex");
}
