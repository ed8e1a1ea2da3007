import { configureGlobal } from "fast-check";
import { toldSeed } from "./chance.ts";

/** Runs before each file: properties draw from PROPERTY_SEED where it is set; else from a new seed, which fast-check names where one fails. */
const seed = toldSeed();
if (seed !== undefined) configureGlobal({ seed });
