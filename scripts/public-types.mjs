import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Leaves of the declarations under `folder` those that others can see: of these entries and all that they speak of. Throws for one that is
 * missing, which the compiler could not write.
 */
export function keepPublicTypes(folder, entries) {
  const seen = new Set();
  const missing = [];
  const visit = (file, from) => {
    if (seen.has(file)) return;
    seen.add(file);
    if (!existsSync(file)) return void missing.push(`${file}, which ${from} speaks of`);
    for (const [, to] of readFileSync(file, "utf8").matchAll(/(?:from\s+|import\(|import\s+)"(\.[^"]+)"/g))
      visit(join(dirname(file), to.replace(/\.(ts|js)$/, ".d.ts")), file);
  };
  for (const entry of entries) visit(join(folder, entry), "package.json");
  if (missing.length > 0) throw new Error(`the compiler could not write ${missing.join("; ")}. Say their types, or import less there.`);
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    if (path.endsWith(".d.ts") && !seen.has(join(folder, path))) rmSync(join(folder, path));
}
