/**
 * `node scripts/keep-compiled.mjs FOLDER`, for an image: has V8 compile all of `dist` once, into a folder that NODE_COMPILE_CACHE names when it
 * runs there. What is loaded here only defines; nothing is started.
 */
import { readdirSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("say where to keep it: node scripts/keep-compiled.mjs FOLDER");
enableCompileCache(folder);
const lib = resolve("dist/lib");
for (const file of readdirSync(lib).filter((name) => name.endsWith(".js"))) await import(pathToFileURL(join(lib, file)).href);
await import(pathToFileURL(resolve("dist/src/cli/main.js")).href);
flushCompileCache();
