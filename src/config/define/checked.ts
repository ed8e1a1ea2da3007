import { z } from "zod";
import { nearest } from "../../engine/reading/nearest.ts";
import { named } from "../schema/agents.ts";
import { guarding } from "../schema/guards.ts";
import { watched } from "../schema/speakers.ts";

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

/**
 * `may`: what may be there besides; a misspelt one would be as if it were not there, and a tool that is to ask would ask nobody. `taken`: what
 * Parley itself reads beside the settings, in an entry of the team file.
 */
const KEYS: { readonly [what in What]: { readonly may: readonly string[]; readonly taken: readonly string[] } } = {
  "agent kind": { may: ["schema", "onlyInFile"], taken: Object.keys(named).concat("kind") },
  guard: { may: ["schema", "onlyInFile", "lookAtFile"], taken: Object.keys(guarding).concat("guard") },
  "model provider": { may: ["schema", "onlyInFile"], taken: ["provider", "fallback"] },
  policy: { may: ["schema", "endsByItself", "onlyInFile"], taken: Object.keys(watched).concat("policy") },
  scorer: { may: ["schema"], taken: [] },
  stop: { may: ["onlyInFile"], taken: [] },
  tool: { may: ["schema", "approval", "onlyInFile"], taken: ["kind", "approval", "description"] },
};

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
  // What is made of the engine's own parts has more, and says for itself what stands in its entry.
  if (!("build" in given)) checkKeys(what, name, had, Object.keys(wanted));
  return name;
}

function checkKeys(what: What, name: string, had: { readonly [key: string]: unknown }, wanted: readonly string[]): void {
  const { may, taken } = KEYS[what];
  for (const key of Object.keys(had).filter((one) => one !== "name" && ![...wanted, ...may].includes(one))) {
    const meant = nearest(
      key,
      may.filter((one) => had[one] === undefined),
    );
    if (meant !== undefined) throw new TypeError(`the ${what} "${name}" has \`${key}\`; did you mean \`${meant}\`?`);
  }
  const [own] = taken.filter((key) => Object.hasOwn(shapeOf(had["schema"]), key));
  if (own !== undefined)
    throw new TypeError(`\`schema\` of the ${what} "${name}" has a key \`${own}\`, which Parley itself reads there; give it another name`);
}

const shapeOf = (schema: unknown): object => (schemaType(schema) === "object" ? (schema as z.ZodObject).shape : {});

const an = (what: What): string => `${/^[aeiou]/.test(what) ? "an" : "a"} ${what}`;

/** What kind of schema of zod 4 it is; nothing for what is none. */
function schemaType(value: unknown): string | undefined {
  const inner = typeof value === "object" && value !== null && "_zod" in value ? value._zod : undefined;
  return (inner as { readonly def?: { readonly type?: string } } | undefined)?.def?.type;
}
