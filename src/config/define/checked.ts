import { z } from "zod";
import { nearest } from "../../engine/reading/nearest.ts";

/** The settings of something that has none. */
export const nothing = z.strictObject({});

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

/** What stands in front of a name when people are told of it. */
export type What = "agent kind" | "guard" | "model provider" | "policy" | "scorer" | "stop" | "tool";

type Part = "function" | "schema" | "settings" | "text";

/** Of what is made of the engine's own parts. */
export const BUILT = { schema: "settings", build: "function" } as const;

interface Wanted {
  readonly isOne: (value: unknown) => boolean;
  readonly called: string;
  readonly written: string;
}

/** A schema that was made by another zod, or by none, says nothing that Parley can read. */
const PARTS: { readonly [part in Part]: Wanted } = {
  text: { isOne: (value) => typeof value === "string" && value.trim() !== "", called: "text", written: '"…"' },
  function: { isOne: (value) => typeof value === "function", called: "function", written: "(…) => …" },
  schema: {
    isOne: (value) => schemaType(value) !== undefined,
    called: "schema of Parley's zod",
    written: "z.int(), or the like, with the z of @parley-team/parley",
  },
  settings: {
    isOne: (value) => schemaType(value) === "object",
    called: "object of Parley's zod",
    written: "z.object({ … }), with the z of @parley-team/parley",
  },
};

/**
 * The name of what is defined here. Throws a TypeError for one that a team file could not name, and where a part is missing or is none: programs in
 * JavaScript, and extensions whose types nobody has looked at, would come to grief in the middle of a run. `parts`: what must be there; settings
 * under `schema` may be, unless that is among them.
 */
export function checkedName(what: What, given: object, parts: { readonly [key: string]: Part }): string {
  const { name } = given as { readonly name?: unknown };
  if (typeof name !== "string" || !NAME.test(name) || ["any", "all", "constructor", "prototype"].includes(name))
    throw new TypeError(`"${String(name)}" is no name for ${an(what)}; take a letter and then at most 39 letters, digits, - and _.`);
  const had = given as { readonly [key: string]: unknown };
  const wanted: { readonly [key: string]: Part } = had["schema"] === undefined ? parts : { schema: "settings", ...parts };
  for (const [key, part] of Object.entries(wanted)) {
    const { isOne, called, written } = PARTS[part];
    if (isOne(had[key])) continue;
    if (had[key] !== undefined) throw new TypeError(`\`${key}\` of the ${what} "${name}" is no ${called}; write ${key}: ${written}`);
    const others = Object.keys(had).filter((other) => !(other in wanted) && other !== "name");
    const meant = nearest(key, others);
    throw new TypeError(
      `the ${what} "${name}" has no \`${key}\`; ${meant === undefined ? `write ${key}: ${written}` : `did you mean it by \`${meant}\`?`}`,
    );
  }
  return name;
}

const an = (what: What): string => `${/^[aeiou]/.test(what) ? "an" : "a"} ${what}`;

/** What kind of schema of zod 4 it is; nothing for what is none. */
function schemaType(value: unknown): string | undefined {
  const inner = typeof value === "object" && value !== null && "_zod" in value ? value._zod : undefined;
  return (inner as { readonly def?: { readonly type?: string } } | undefined)?.def?.type;
}
