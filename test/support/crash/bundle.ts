import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

const ROOT = resolve(import.meta.dirname, "../../..");
let made: Promise<string> | undefined;

/**
 * The program of a life as one file: its start is most of what a kill costs. From its 1,500 files it takes a second of processor time, from
 * one file a quarter of that. Beside the packages, since one of them has a binary.
 */
export const bundledChild = (): Promise<string> => (made ??= bundle());

async function bundle(): Promise<string> {
  const folder = join(ROOT, "node_modules/.cache/parley-crash");
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `child-${process.pid}.mjs`);
  const built = await rolldown({
    input: join(import.meta.dirname, "child.ts"),
    cwd: ROOT,
    platform: "node",
    external: ["better-sqlite3", "cpu-features", "ssh2", /^node:/],
    logLevel: "silent",
  });
  await built.write({ file: draft, format: "esm", codeSplitting: false });
  await built.close();
  // By its content, so that what Node has compiled of it serves the next run, too.
  const hash = createHash("sha256")
    .update(await readFile(draft))
    .digest("hex")
    .slice(0, 16);
  const file = join(folder, `child-${hash}.mjs`);
  await rename(draft, file).catch(() => rm(draft, { force: true }));
  return file;
}
