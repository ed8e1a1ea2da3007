import { stringify } from "yaml";
import type { z } from "zod";
import { nearest } from "../../engine/reading/nearest.ts";

/** One thing that is wrong with the shape of a file. `atKey`: the mistake is the last key of the path itself, not its value. */
export interface ShapeMistake {
  readonly path: readonly (string | number)[];
  readonly atKey: boolean;
  readonly message: string;
  /** It may follow from another mistake at the same place. */
  readonly follows?: boolean;
}

/** Says what zod found, one mistake each, in words that name the mend. Needs zod's `input` (`reportInput: true`) and {@link knownKeys} as its error map. */
export function explain(issues: readonly z.core.$ZodIssue[]): ShapeMistake[] {
  const mistakes = issues.flatMap((issue) => explainIssue(issue, []));
  // A condition whose only key is misspelt has no key at all: the spelling is the mistake, the rest follows from it.
  const misspelt = new Set(mistakes.filter((mistake) => mistake.atKey).map((mistake) => mistake.path.slice(0, -1).join("\n")));
  return mistakes.filter((mistake) => !mistake.follows || !misspelt.has(mistake.path.join("\n")));
}

/** An error map that carries what only zod's raw issue knows: the keys that an object may have. */
export const knownKeys: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== "unrecognized_keys") return undefined;
  const shape: unknown = (issue.inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return Object.keys(shape ?? {}).join(" ");
};

function explainIssue(issue: z.core.$ZodIssue, before: readonly (string | number)[]): ShapeMistake[] {
  const path = [...before, ...(issue.path as (string | number)[])];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ path: [...path, key], atKey: true, message: unknownKey(key, issue.message.split(" ")) }));
    case "invalid_union":
      return issue.errors.length === 0 ? [{ path, atKey: false, message: unknownChoice(issue, path) }] : explainBranch(issue, path);
    case "invalid_key":
      return issue.issues.map((inner) => ({ path, atKey: true, message: inner.message }));
    case "invalid_type":
      return [
        {
          path,
          atKey: false,
          message:
            issue.input === undefined
              ? `is missing; give ${article(issue.expected)}`
              : `expected ${article(issue.expected)}, found ${kindOf(issue.input)}${mendOf(issue.message) || asList(issue.expected, issue.input)}`,
        },
      ];
    case "invalid_value":
      return [{ path, atKey: false, message: `${show(issue.input)} is not known here; known: ${issue.values.map(String).join(", ")}` }];
    case "too_small":
      return [
        {
          path,
          atKey: false,
          message: issue.message.startsWith("Too small")
            ? `too small: ${bound(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum)}`
            : issue.message,
        },
      ];
    case "too_big":
      return [
        {
          path,
          atKey: false,
          message: issue.message.startsWith("Too big")
            ? `too big: ${bound(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum)}`
            : issue.message,
        },
      ];
    case "invalid_format":
      return [{ path, atKey: false, message: issue.message }]; // Without the value: it may be a key put into the wrong place.
    case "custom":
      return [{ path, atKey: false, message: issue.message, follows: true }];
    case "not_multiple_of":
    case "invalid_element":
      return [{ path, atKey: false, message: issue.message }];
  }
}

/** What a schema itself says to write; zod's own words only say again what was expected. */
const mendOf = (message: string): string => (message.startsWith("Invalid input") ? "" : `; ${message}`);

/** One word where a list of them is wanted. */
const asList = (expected: string, input: unknown): string =>
  expected === "array" && typeof input === "string" && input !== "" && input.length <= TEXT_SHOWN_MAX
    ? `; write [${stringify(input).trimEnd()}]`
    : "";

/** Keys of other programs that cannot be taken as they are. */
const MENDS: { readonly [key: string]: string } = {
  envFile: "name its variables in `env`, and put what they hold into the environment or into .env",
};

function unknownKey(key: string, known: readonly string[]): string {
  const mend = Object.hasOwn(MENDS, key) ? MENDS[key] : undefined;
  if (mend !== undefined) return `unknown key "${key}"; ${mend}`;
  const longer = known.filter((one) => key.length >= BEGINNING_MIN && one.toLowerCase().startsWith(key.toLowerCase()));
  const guess = nearest(key, known) ?? (longer.length === 1 ? longer[0] : undefined);
  if (!guess) return `unknown key "${clip(key)}"; known here: ${known.join(", ")}`;
  const secret = guess.endsWith("Env") ? " It names a variable of the environment; a secret itself never stands here." : "";
  return `unknown key "${clip(key)}"; did you mean "${guess}"?${secret}`;
}

/** So many letters may be the beginning of a key. */
const BEGINNING_MIN = 3;

function unknownChoice(issue: z.core.$ZodIssueInvalidUnion, path: readonly (string | number)[]): string {
  const key = String(path.at(-1));
  const input = issue.input as Record<string, unknown> | undefined;
  const found = input && typeof input === "object" ? input[key] : input;
  const options = ((issue as { options?: unknown[] }).options ?? []).filter((option) => typeof option === "string");
  if (found === undefined) return `is missing; one of ${options.join(", ")}`;
  const guess = typeof found === "string" ? nearest(found, options) : undefined;
  return `${show(found)} is not known here; ${guess ? `did you mean "${guess}"? Known` : "known"}: ${options.join(", ")}`;
}

/** Of a union's branches, explains the one that was most likely meant: that whose own keys and type fit best. */
function explainBranch(issue: z.core.$ZodIssueInvalidUnion, path: readonly (string | number)[]): ShapeMistake[] {
  const [meant] = issue.errors.toSorted((one, other) => strangeness(one) - strangeness(other));
  if (meant && strangeness(meant) < STRANGE) return meant.flatMap((inner) => explainIssue(inner, path));
  const wrong = issue.errors.flat().flatMap((inner) => (inner.code === "invalid_type" ? [inner] : []));
  const expected = [...new Set(wrong.map((inner) => article(inner.expected)))].join(" or ");
  const mend = wrong.map(({ message }) => mendOf(message)).find((one) => one !== "") ?? "";
  return [{ path, atKey: false, message: `expected ${expected}, found ${kindOf(issue.input)}${mend}` }];
}

const STRANGE = 100;

function strangeness(branch: readonly z.core.$ZodIssue[]): number {
  let sum = 0;
  for (const issue of branch) {
    if (issue.code === "invalid_type" && issue.path.length === 0) sum += STRANGE;
    else if (issue.code === "unrecognized_keys" && issue.path.length === 0) sum += issue.keys.length;
    else if (issue.path.length === 1) sum += isMissing(issue) ? 2 : 1;
  }
  return sum;
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  if (issue.code === "invalid_type") return issue.input === undefined;
  const input = issue.input as Record<string, unknown> | undefined;
  return issue.code === "invalid_union" && issue.errors.length === 0 && input?.[String(issue.path[0])] === undefined;
}

const bound = (origin: string, how: string, limit: number | bigint): string =>
  origin === "array" || origin === "set"
    ? `${how} ${limit} of them`
    : origin === "string"
      ? `${how} ${limit} characters`
      : `${how} ${limit}`;

function article(expected: string): string {
  const name =
    (
      { string: "text", record: "object", int: "whole number", boolean: "true or false", array: "list", object: "map of keys" } as Record<
        string,
        string
      >
    )[expected] ?? expected;
  return name === "text" || name === "true or false" ? name : `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing (an empty value)";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map of keys" : show(value);
}

const show = (value: unknown): string =>
  typeof value === "string"
    ? `"${clip(value)}"`
    : clip(typeof value === "object" ? kindOf(value) : `${value as number | boolean | undefined}`);

const TEXT_SHOWN_MAX = 60;
const clip = (text: string): string => (text.length > TEXT_SHOWN_MAX ? `${text.slice(0, TEXT_SHOWN_MAX)}…` : text);
