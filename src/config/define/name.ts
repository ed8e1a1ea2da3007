import { z } from "zod";

/** The settings of something that has none. */
export const nothing = z.strictObject({});

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

/** Throws a TypeError for what a team file could not name. */
export function checkedName(what: string, name: string): string {
  if (typeof name === "string" && NAME.test(name) && !["any", "all", "constructor", "prototype"].includes(name)) return name;
  throw new TypeError(`"${String(name)}" is no name for ${what}; take a letter and then at most 39 letters, digits, - and _.`);
}
