import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildInto, isMadeOf, signatureOf } from "./built-folder.mjs";

const ROOT = resolve(import.meta.dirname, "..");
/** Beside the code: files and folders that it reads when it runs. */
const READ_AT_RUN_TIME = ["web/dist", "teams", "sandbox", "manifest.yml", "parley.yml"];
const BUILDERS = ["scripts/bundle.mjs", "scripts/build-program.mjs", "scripts/built-folder.mjs"];
const SOURCES = ["src", "local-slack", ...READ_AT_RUN_TIME, ...BUILDERS, "package-lock.json"];

/** By size and time, since it is asked before each command. */
const signature = () => signatureOf(ROOT, SOURCES);

/** Whether `out` was made of the sources as they are. */
export const isBuilt = (out) => isMadeOf(out, signature());

/** Makes `out`: the program as a few files, and what it reads. */
export const buildProgram = (out) =>
  buildInto(resolve(out), {
    signature,
    lazy: "lib",
    async make(fresh) {
      // Here, since most commands find it built.
      const { bundle } = await import("./bundle.mjs");
      await bundle(fresh);
      for (const path of READ_AT_RUN_TIME) cpSync(join(ROOT, path), join(fresh, path), { recursive: true });
      // Where programs look for it that start a checkout by its `dist`.
      mkdirSync(join(fresh, "cli"));
      writeFileSync(join(fresh, "cli/main.js"), 'await (await import("../src/cli/main.js")).runHere();\n');
    },
  });

/** The same with the pages, where sources have changed since; `say` is told before it begins. */
export async function buildWhereDue(out, say) {
  const { buildWeb } = await import("./build-web.ts");
  // First: the pages are what the program is made of, too.
  buildWeb(say);
  if (isBuilt(out)) return;
  say("Building Parley (after a change of its sources; a few seconds) …");
  await buildProgram(out);
}
