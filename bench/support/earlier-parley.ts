import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Parley as it was when its prompts were first measured. */
export const EARLIER = "7204482155af487cde2b5c7e9d6d62757ceab316";

/** The source of that version, out of git, in a folder of its own that is gone when the process ends. */
export function earlierParley(): string {
  const root = resolve(import.meta.dirname, "../..");
  const folder = mkdtempSync(join(tmpdir(), "parley-earlier-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  try {
    const archive = execFileSync("git", ["archive", EARLIER, "src"], {
      cwd: root,
      maxBuffer: 256_000_000,
      stdio: ["ignore", "pipe", "pipe"],
    });
    execFileSync("tar", ["-x", "-C", folder], { input: archive });
  } catch {
    throw new Error(`this copy of the repository has not the version ${EARLIER.slice(0, 7)}: run git fetch --unshallow`);
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}
