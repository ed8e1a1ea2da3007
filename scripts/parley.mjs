/** `npm run parley -- …` in a checkout: the program as a package has it, built where the sources have changed since. */
import { resolve } from "node:path";
import { buildWhereDue } from "./build-program.mjs";

// What a command prints is often read by a program; this is no part of it.
await buildWhereDue(resolve(import.meta.dirname, "../dist"), (line) => console.error(line));
await import("../bin/parley.mjs");
