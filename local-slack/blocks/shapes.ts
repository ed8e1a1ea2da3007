import { isJson } from "./block-ids.ts";
import type { Json } from "../state/state.ts";

/** Where blocks are shown; some are refused in some places. */
export type Surface = "message" | "modal" | "home";

/** Looks at one value and writes down what is wrong with it, with a JSON pointer to the place, in Slack's words. */
export type Check = (value: unknown, at: string, found: Findings) => void;

export interface Findings {
  readonly surface: Surface;
  readonly problems: string[];
}

export function problem(found: Findings, at: string, text: string): void {
  found.problems.push(`${text} [json-pointer:${at}]`);
}

export function text(max: number, min = 1): Check {
  return (value, at, found) => {
    if (typeof value !== "string") problem(found, at, "must be a string");
    else if (value.length < min) problem(found, at, `must be more than ${min - 1} characters`);
    else if (value.length > max) problem(found, at, `must be less than ${max + 1} characters`);
  };
}

export const flag: Check = (value, at, found) => {
  if (typeof value !== "boolean") problem(found, at, "must be a boolean");
};

export function whole(min: number, max: number): Check {
  return (value, at, found) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max)
      problem(found, at, `must be a number from ${min} to ${max}`);
  };
}

export function oneOf(...allowed: readonly string[]): Check {
  return (value, at, found) => {
    if (typeof value !== "string" || !allowed.includes(value)) problem(found, at, `must be a valid enum value: ${allowed.join(", ")}`);
  };
}

export function list(max: number, item: Check, min = 1): Check {
  return (value, at, found) => {
    if (!Array.isArray(value)) return problem(found, at, "must be an array");
    if (value.length < min) problem(found, at, `no fewer than ${min} items allowed`);
    if (value.length > max) return problem(found, at, `no more than ${max} items allowed`);
    value.forEach((entry, index) => item(entry, `${at}/${index}`, found));
  };
}

/** Anything goes: fields whose content does not matter here. */
export const anything: Check = () => undefined;

/** An object with these fields and no others; `and` looks at what concerns several of them. */
export function shape(
  required: { readonly [field: string]: Check },
  optional: { readonly [field: string]: Check } = {},
  and: (value: Json, at: string, found: Findings) => void = () => undefined,
): Check {
  return (value, at, found) => {
    if (!isJson(value)) return problem(found, at, "must be an object");
    for (const [field, check] of Object.entries(required)) {
      if (value[field] === undefined) problem(found, at, `missing required field: ${field}`);
      else check(value[field], `${at}/${field}`, found);
    }
    for (const [field, given] of Object.entries(value)) {
      if (field in required || field === "type" || given === undefined || given === null) continue;
      const check = optional[field];
      if (check) check(given, `${at}/${field}`, found);
      else problem(found, at, `invalid additional property: ${field}`);
    }
    and(value, at, found);
  };
}

/** An object whose `type` says which of these shapes it has. */
export function byType(shapes: () => { readonly [type: string]: Check }): Check {
  return (value, at, found) => {
    const type = isJson(value) ? value["type"] : undefined;
    const known = shapes();
    const check = typeof type === "string" && Object.hasOwn(known, type) ? known[type] : undefined;
    if (check) check(value, at, found);
    else problem(found, `${at}/type`, `unsupported type: ${String(type)}`);
  };
}
