import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";

/** Of one extension; what it imports beyond is not looked at. */
const FILES_MAX = 200;

/**
 * What tells the code of an extension from what it was before: SHA-256 over its file and over all that it imports by a relative path, and those in turn.
 * Packages are not looked at, nor what a program puts together the path of.
 */
export function codeDigest(path: string): string {
  const digest = createHash("sha256");
  const seen = new Set([fileOf(path, path)]);
  for (const file of seen) {
    const text = textOf(file);
    digest.update(`${text?.length ?? -1}\n${text ?? ""}\n`);
    for (const [, , name = ""] of (text ?? "").matchAll(IMPORTED)) if (seen.size < FILES_MAX) seen.add(fileOf(name, file));
  }
  return digest.digest("hex");
}

/** `from "./x.ts"`, `import "./x.ts"`, `import("./x.ts")`, `require("./x.cjs")`. */
const IMPORTED = /\b(from|import|require)\s*(?:\(\s*)?["'](\.{1,2}\/[^"'\n]+)["']/g;

/** As Node finds it: also `./x` for `x.js` or `x/index.js`, as CommonJS has it, and behind a symbolic link. */
function fileOf(name: string, importer: string): string {
  try {
    return createRequire(importer).resolve(name);
  } catch {
    return resolve(dirname(importer), name);
  }
}

/** Of a name that is no file as it stands, as an import in a comment, there is none. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
