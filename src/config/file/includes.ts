import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { at, attempt, type Notes } from "./notes.ts";
import { parse, type Part } from "./part.ts";
import type { Registry } from "../registry/registry.ts";
import { readYamlFile } from "./yaml-file.ts";

/** The files that the main one includes, without those that cannot be read; what is wrong with them is in the notes. */
export function readIncludes(main: Part, registry: Registry, notes: Notes): Part[] {
  const folder = dirname(main.yaml.path);
  return main.file.include.flatMap((name, index) => {
    const mistake = (message: string) => notes.mistakes.push(at(main.yaml, ["include", index], message));
    const path = insideFolder(folder, name);
    if (path === undefined) {
      mistake(`"${name}" is not in the folder of this file; put the file beside or below it.`);
      return [];
    }
    if (!existsSync(path)) {
      mistake(`there is no file "${name}" beside this one (${path}); fix the path.`);
      return [];
    }
    const yaml = attempt(() => readYamlFile(path, join(dirname(main.yaml.shown), name)), notes);
    const part = yaml && parse(yaml, registry, notes);
    if (part) checkIncluded(part, notes);
    return part ? [part] : [];
  });
}

function checkIncluded({ yaml, file }: Part, notes: Notes): void {
  if (file.include.length > 0)
    notes.mistakes.push(at(yaml, ["include"], "an included file includes others; list them all in the main file."));
  for (const key of ["extensions", "guards", "defaultTeam", "sandbox", "slack", "budgets", "ceilings", "database"])
    if (Object.hasOwn(yaml.data as object, key))
      notes.warnings.push(at(yaml, [key], "is not used here: the file that includes this one decides."));
}

/** The absolute path of a file beside or below `folder`, links followed; `undefined` when it leads out. */
export function insideFolder(folder: string, name: string): string | undefined {
  if (isAbsolute(name) || name.includes("\0")) return undefined;
  const inside = (base: string, path: string) => {
    const way = relative(base, path);
    return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  };
  const path = resolve(folder, name);
  if (!inside(folder, path)) return undefined;
  try {
    return inside(realpathSync(folder), realpathSync(path)) ? path : undefined;
  } catch {
    return path; // It is not there: whoever reads it says so.
  }
}
