/** `npm run parley -- …` in a checkout: the program as a package has it, built where the sources have changed since. */
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const OUT = resolve(ROOT, "dist");
const { buildProgram, isBuilt } = await import("./build-program.mjs");
if (!isBuilt(OUT)) {
  const { buildWeb } = await import("./build-web.ts");
  // What a command prints is often read by a program; this is no part of it.
  console.error("Building Parley (after a change of its sources; a few seconds) …");
  buildWeb(() => undefined);
  await buildProgram(OUT);
}
await import("../bin/parley.mjs");
