import { createHash } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

const ROOT = resolve(import.meta.dirname, "../../..");
const KIND = '{ "type": "module" }\n';
let made: Promise<string> | undefined;

/**
 * The program of a life as a few files: its start is most of what a kill costs. From its 1,500 files it takes a second of processor time, from
 * one of 30 MB half of that, and from these a quarter, since what no life needs (counting tokens, other ways to run code) is not even read.
 * Beside the packages, since one of them has a binary.
 */
export const bundledChild = (): Promise<string> => (made ??= bundle());

async function bundle(): Promise<string> {
  const cache = join(ROOT, "node_modules/.cache/parley-crash");
  await mkdir(cache, { recursive: true });
  const draft = join(cache, `draft-${process.pid}`);
  const built = await rolldown({
    input: join(import.meta.dirname, "child.ts"),
    cwd: ROOT,
    platform: "node",
    external: ["better-sqlite3", "cpu-features", "pg-native", "ssh2", /^node:/],
    logLevel: "silent",
  });
  const { output } = await built.write({ dir: draft, format: "esm" });
  await built.close();
  // Without it Node reads each file twice, to find out which kind of module it is: a tenth of a start.
  await writeFile(join(draft, "package.json"), KIND);
  const hash = createHash("sha256").update(KIND);
  for (const file of output) hash.update(`${file.fileName}\n`).update(file.type === "chunk" ? file.code : file.source);
  // By its content, so that what Node has compiled of it serves the next run, too.
  const folder = join(cache, `child-${hash.digest("hex").slice(0, 16)}`);
  // Another one may be there, or be using it.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
  return join(folder, "child.js");
}
