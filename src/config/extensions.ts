import { createRequire, registerHooks } from "node:module";
import { basename, dirname, extname, isAbsolute, resolve } from "node:path";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { nearest } from "../engine/reading/nearest.ts";
import { codeDigest } from "./file/code-digest.ts";
import { at, type Notes } from "./file/notes.ts";
import type { YamlFile } from "./file/yaml-file.ts";
import type { Definition, DefinitionKind } from "./registry/definition.ts";
import { extended, TwiceDefined, type Registry } from "./registry/registry.ts";
import { BUILT_IN } from "./built-in/built-in.ts";

/** The name under which others import Parley. */
const PACKAGE = "@parley-team/parley";
/** What of it makes something that a team file can name. */
const DEFINING = [
  "defineTool",
  "definePolicy",
  "defineStop",
  "defineAgent",
  "defineModel",
  "defineGuard",
  "defineScorer",
  "defineStore",
] as const;
/** Which file of this very Parley an import of an extension means: it need not be installed beside the team file, and is never another version. */
const ENTRIES: { readonly [specifier: string]: string } = {
  [PACKAGE]: "index",
  [`${PACKAGE}/engine`]: "index-engine",
  [`${PACKAGE}/store`]: "index-store",
  [`${PACKAGE}/testing`]: "index-testing",
};
/** Where Parley itself is: its sources, and what is put together of them in a package. */
const OWN_FOLDERS = ["..", "../../lib/"].map((to) => fileURLToPath(new URL(to, import.meta.url)));
const OWN_EXTENSION = extname(import.meta.url); // .ts in a checkout, .js in the package

let hooked = false;

/**
 * What comes with Parley and what the files under `extensions` add, in the file that names them. Code is loaded as Node loads it, TypeScript included; what
 * is wrong with it is among the mistakes. Only the owner of the team file can name code here: nothing else is ever loaded.
 */
export function registryFor(yaml: YamlFile, given: readonly Definition[], notes: Notes): Registry {
  const definitions = [...given, ...namedIn(yaml).flatMap((name, index) => definitionsIn(name, index, yaml, notes))];
  try {
    return extended(BUILT_IN, definitions);
  } catch (error) {
    if (!(error instanceof TwiceDefined)) throw error;
    notes.mistakes.push(at(yaml, ["extensions"], error.message));
    return BUILT_IN;
  }
}

/** What is no list of names is told with the rest of the file. */
function namedIn({ data }: YamlFile): readonly string[] {
  const list: unknown = typeof data === "object" && data !== null && "extensions" in data ? data.extensions : undefined;
  return Array.isArray(list) ? list.filter((name) => typeof name === "string" && name !== "") : [];
}

function definitionsIn(name: string, index: number, yaml: YamlFile, notes: Notes): readonly Definition[] {
  const mistake = (message: string) => void notes.mistakes.push(at(yaml, ["extensions", index], message));
  if (isAbsolute(name) || !/^\.{1,2}\//.test(name)) {
    mistake(`"${name}" is no path from this file; write it as ./our-tools.ts.`);
    return [];
  }
  const path = resolve(dirname(yaml.path), name);
  if (!isFile(path)) {
    mistake(`there is no file "${name}" beside this one (${path}); fix the path.`);
    return [];
  }
  let exported: object;
  try {
    exported = load(path);
  } catch (error) {
    mistake(`"${name}" cannot be loaded: ${whyNot(error, path)}`);
    return [];
  }
  const found = Object.entries(exported).flatMap(([key, value]) =>
    read(key, value, (message) => mistake(`"${name}", export ${key}: ${message}`)),
  );
  if (found.length === 0 && notes.mistakes.length === 0)
    mistake(
      `"${name}" exports nothing that can be named here; export what ${DEFINING.slice(0, -1).join(", ")} or ${DEFINING.at(-1)} gives.`,
    );
  return found.map((definition) => (definition.defines === "scorer" ? { ...definition, code: codeDigest(path) } : definition));
}

function load(path: string): object {
  if (!hooked) {
    hooked = true;
    registerHooks({
      resolve: (specifier, context, next) =>
        Object.hasOwn(ENTRIES, specifier)
          ? { url: new URL(`../${ENTRIES[specifier]}${OWN_EXTENSION}`, import.meta.url).href, shortCircuit: true }
          : next(specifier, context),
    });
  }
  return createRequire(import.meta.url)(path) as object;
}

const MESSAGE_CHARS_MAX = 500;

function whyNot(error: unknown, path: string): string {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: String(error) };
  const said = message.split("\n")[0]?.slice(0, MESSAGE_CHARS_MAX) ?? "";
  switch (code) {
    case "ERR_REQUIRE_ASYNC_MODULE":
      return "it waits (`await`) outside of a function; take that into the function that needs it.";
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return `${placeOf(error, path)}Node takes types out and runs the rest, and this is more than types (${said}); write it without enum, namespace and parameter properties.`;
    case "ERR_MODULE_NOT_FOUND":
    case "MODULE_NOT_FOUND":
      return said.startsWith("Cannot find module '/")
        ? `${said}. Fix the path${besideOf(said)}.`
        : `${said}. Install what it imports beside the team file (npm install …); \`z\` of zod comes with ${PACKAGE}.`;
    case "ERR_UNSUPPORTED_DIR_IMPORT":
      return `${said}. Name a file in it, such as index.ts.`;
    case undefined:
    default:
      return `${placeOf(error, path)}${error instanceof Error ? error.name : "error"}: ${said}${guessOf(said)}`;
  }
}

/** Which line of people's own code it was, of the extension or of what that imports: as Node has it in a stack, or in front of one. */
function placeOf(error: unknown, extension: string): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const own = stack.split("\n").flatMap((line) => {
    const [, path = "", at = ""] = /(?:^|at |\()((?:file:\/\/)?\/[^()]+?):(\d+)(?::\d+)?\)?$/.exec(line) ?? [];
    const file = path.startsWith("file:") ? fileURLToPath(path) : path;
    if (path === "" || OWN_FOLDERS.some((folder) => file.startsWith(folder)) || file.includes("/node_modules/")) return [];
    return [`${file === extension ? "" : `${basename(file)}, `}line ${at}: `];
  });
  return own[0] ?? "";
}

/** The file that is there under nearly that name: as compilers write it, or without its ending, which Node wants. */
function besideOf(said: string): string {
  const [, path = ""] = /^Cannot find module '([^']+)'/.exec(said) ?? [];
  const stem = path.replace(/\.[cm]?js$/, "");
  const there = [".ts", ".mts", ".cts", ".js", ".mjs"].find((ending) => isFile(`${stem}${ending}`));
  return there === undefined ? "" : `: ${basename(stem)}${there} is there`;
}

/** A misspelt import of Parley's, a type that is taken for a value, and a file that Node takes for CommonJS. */
function guessOf(said: string): string {
  const [, from = "", name = ""] = /'([^']+)' does not provide an export named '([^']+)'/.exec(said) ?? [];
  const guess = from === PACKAGE ? nearest(name, DEFINING) : undefined;
  if (guess !== undefined) return `. Did you mean ${guess}?`;
  if (name !== "") return `. If ${name} is a type, write import type { ${name} }`;
  return said.startsWith("Cannot use import statement outside a module")
    ? `. Put "type": "module" into the package.json that it belongs to, or give it a name that ends in .mts or .mjs`
    : "";
}

/** What it opens is looked at when it is opened. */
const StoreShape = z.looseObject({
  defines: z.literal("store"),
  name: z.string(),
  open: z.custom<() => unknown>((value) => typeof value === "function"),
});

const Shape = z.looseObject({
  defines: z.enum(["policy", "stop", "agent", "tool", "model", "guard", "scorer"] satisfies Exclude<DefinitionKind, "store">[]),
  name: z.string(),
  schema: z.custom<z.ZodType>((value) => typeof value === "object" && value !== null && "_zod" in value),
  build: z.custom<() => unknown>((value) => typeof value === "function"),
});

/** What an export defines; exports of other kinds are the file's own business. */
function read(key: string, value: unknown, mistake: (message: string) => void): readonly Definition[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => read(`${key}[${index}]`, item, mistake));
  if (typeof value !== "object" || value === null || !("defines" in value)) return [];
  if (StoreShape.safeParse(value).success) return [value as Definition];
  const shape = Shape.safeParse(value);
  if (!shape.success) {
    mistake(
      "it is not what defineTool, definePolicy and the like give, or its schema is none of zod 4; make it with them, and with their `z`.",
    );
    return [];
  }
  if (shape.data.defines !== "stop" && shape.data.schema._zod.def.type !== "object") {
    mistake("its schema is no object; write z.object({ … }).");
    return [];
  }
  return [value as Definition];
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
