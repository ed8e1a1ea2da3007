import type { JsonSchema } from "../../engine/model.ts";
import type { Keys } from "./keys.ts";
import { isNode, type Node } from "./references.ts";

/** How a schema is written. */
export interface Writing {
  readonly keys: Pick<Keys, "wire">;
  /** Characters of each description. */
  readonly wordsMax: number;
  /** Of each list of values; a longer one is told of in words. */
  readonly valuesMax: number;
  /** What is inside of this schema, made so too; absent where nothing more is told. */
  readonly inner: ((schema: unknown) => JsonSchema) | undefined;
}

/** The rules of one schema that every provider knows, each of them well-formed; what they hold inside is made so, too. */
export function keptRules(node: Node, { keys, wordsMax, valuesMax, inner }: Writing): JsonSchema {
  const types = typesOf(node);
  const alternatives = [node["anyOf"], node["oneOf"]].find((parts) => Array.isArray(parts) && parts.some(isNode));
  const anyOf = inner && Array.isArray(alternatives) ? [...anyOfThese(alternatives, inner), ...orNull(node, types)] : [];
  const values = enumOf(node, types, valuesMax);
  const fits = values === undefined || types.length === 0 || values.every((value) => types.some((type) => isOf(value, type)));
  const isObject = types.includes("object") || (types.length === 0 && isNode(node["properties"]));
  const isArray = types.includes("array");
  const words = wordsOf(node, { wordsMax, valuesMax, wire: keys.wire });
  const [type] = isObject && types.length === 0 ? ["object"] : types;
  return {
    ...(type === undefined || !fits ? {} : { type: types.length > 1 ? types : type }),
    ...(words === "" ? {} : { description: words }),
    ...(values === undefined ? {} : { enum: values }),
    ...(anyOf.length > 0 ? { anyOf } : {}),
    ...(isObject ? objectRules(node, keys, inner) : {}),
    ...(isArray ? { items: inner ? itemsOf(node, inner) : {} } : {}),
    ...numbersOf(node, isArray),
    ...(patternOf(node) === undefined ? {} : { pattern: patternOf(node) }),
    ...(typeof node["format"] === "string" && /^[a-z-]{1,40}$/.test(node["format"]) ? { format: node["format"] } : {}),
    ...(node["default"] !== undefined && isShort(node["default"], wordsMax) ? { default: node["default"] } : {}),
  };
}

const PARTS_MAX = 50;
const PATTERN_CHARS_MAX = 200;

/** Names that other languages and dialects have for the seven types. */
const TYPES: { readonly [name: string]: string } = {
  string: "string", str: "string", text: "string", date: "string", datetime: "string", uuid: "string",
  number: "number", float: "number", double: "number", decimal: "number",
  integer: "integer", int: "integer", int32: "integer", int64: "integer", long: "integer",
  boolean: "boolean", bool: "boolean",
  object: "object", dict: "object", map: "object",
  array: "array", list: "array", tuple: "array",
  null: "null", none: "null",
}; // prettier-ignore

function typesOf(node: Node): readonly string[] {
  const named = [node["type"]].flat().filter((type) => typeof type === "string");
  const known = [...new Set(named.flatMap((type) => (Object.hasOwn(TYPES, type.toLowerCase()) ? (TYPES[type.toLowerCase()] ?? []) : [])))];
  // One that nobody knows may be anything, whatever stands beside it.
  if (
    known.length < new Set(named.map((type) => type.toLowerCase())).size &&
    named.some((type) => !Object.hasOwn(TYPES, type.toLowerCase()))
  )
    return [];
  return node["nullable"] === true && known.length > 0 && !known.includes("null") ? [...known, "null"] : known;
}

function isOf(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isNode(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

/** `const` is a list of one, which older dialects know too. */
function enumOf(node: Node, types: readonly string[], valuesMax: number): readonly unknown[] | undefined {
  const values = node["const"] !== undefined ? [node["const"]] : node["enum"];
  if (!Array.isArray(values) || values.length === 0 || values.length > valuesMax) return undefined;
  const unique = [...new Map(values.map((value) => [JSON.stringify(value), value as unknown])).values()];
  return node["nullable"] === true && types.includes("null") && !unique.includes(null) ? [...unique, null] : unique;
}

function objectRules(node: Node, keys: Writing["keys"], inner: Writing["inner"]): JsonSchema {
  const written = isNode(node["properties"]) ? Object.entries(node["properties"]) : [];
  // What may never be there is not spoken of.
  const properties = inner ? written.filter(([, schema]) => schema !== false) : [];
  const names = new Set(properties.map(([name]) => name));
  const listed = namesWanted(node);
  const said = properties.flatMap(([name, schema]) => (isNode(schema) && schema["required"] === true ? [name] : []));
  const required = [...new Set([...listed, ...said])].filter((name) => names.has(name)).map(keys.wire);
  return {
    properties: Object.fromEntries(properties.map(([name, schema]) => [keys.wire(name), inner?.(schema) ?? {}])),
    ...(required.length > 0 ? { required } : {}),
    ...(inner ? restOf(node, inner) : {}), // Where some of its properties are not told any more, it may have others.
  };
}

/** What is under other names: those that follow a pattern are told of as any other, for not everybody knows patterns of names. */
function restOf(node: Node, inner: (schema: unknown) => JsonSchema): JsonSchema {
  const rest = node["additionalProperties"];
  if (typeof rest !== "boolean" && !isNode(rest)) return {};
  const patterns = isNode(node["patternProperties"]) ? Object.values(node["patternProperties"]) : [];
  const allowed = [...patterns, rest].filter((schema) => schema !== false);
  if (allowed.length === 0) return { additionalProperties: false };
  if (allowed.length > PARTS_MAX || !allowed.every(isNode)) return { additionalProperties: true };
  const unique = [...new Map(allowed.map(inner).map((schema) => [JSON.stringify(schema), schema])).values()];
  return { additionalProperties: unique.length === 1 ? unique[0] : { anyOf: unique } };
}

/** Each of them; where one allows everything, or more are there than are told, anything else besides. */
function anyOfThese(parts: readonly unknown[], inner: (value: unknown) => JsonSchema): readonly JsonSchema[] {
  const told = parts.filter(isNode).slice(0, PARTS_MAX).map(inner);
  return parts.includes(true) || parts.filter(isNode).length > PARTS_MAX ? [...told, {}] : told;
}

/** OpenAPI says beside the alternatives that it may be nothing. */
const orNull = (node: Node, types: readonly string[]): readonly JsonSchema[] =>
  node["nullable"] === true && types.length === 0 ? [{ type: "null" }] : [];

/** Of a list with a schema for each place, any of them at any place. */
function itemsOf(node: Node, inner: (value: unknown) => JsonSchema): JsonSchema {
  const places = [node["prefixItems"], node["items"]].filter(Array.isArray).flat();
  const rest = isNode(node["items"]) ? [node["items"]] : [];
  const all = anyOfThese([...places, ...rest], inner);
  const unique = [...new Map(all.map((schema) => [JSON.stringify(schema), schema])).values()];
  return unique.length <= 1 ? (unique[0] ?? {}) : { anyOf: unique };
}

const COUNTS = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"];

function numbersOf(node: Node, isArray: boolean): JsonSchema {
  const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
  const found: [string, unknown][] = [];
  for (const name of COUNTS) {
    const value = node[name];
    if (isNumber(value) && Number.isInteger(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER) found.push([name, value]);
  }
  for (const [limit, exclusive] of [["minimum", "exclusiveMinimum"], ["maximum", "exclusiveMaximum"]] as const) {
    const [value, border] = [node[limit], node[exclusive]];
    // Draft 4 says with a boolean that the limit itself is out.
    if (isNumber(value)) found.push([border === true ? exclusive : limit, value]);
    if (isNumber(border)) found.push([exclusive, border]);
  } // prettier-ignore
  const step = node["multipleOf"];
  if (isNumber(step) && step > 0) found.push(["multipleOf", step]);
  if (isArray && typeof node["uniqueItems"] === "boolean") found.push(["uniqueItems", node["uniqueItems"]]);
  return Object.fromEntries(found);
}

/** What every engine of regular expressions reads alike: no looking around, no references back, no names, no classes of Unicode. */
function patternOf({ pattern }: Node): string | undefined {
  if (typeof pattern !== "string" || pattern.length > PATTERN_CHARS_MAX) return undefined;
  if (/\(\?|\\[1-9kpPuxcAZzGbB]|[^\x20-\x7E]/.test(pattern)) return undefined;
  try {
    return new RegExp(pattern, "u").source === "" ? undefined : pattern;
  } catch {
    return undefined;
  }
}

interface Words extends Pick<Writing, "wordsMax" | "valuesMax"> {
  readonly wire: Keys["wire"];
}

function wordsOf(node: Node, { wordsMax, valuesMax, wire }: Words): string {
  const said = [node["description"], node["title"]].find((text) => typeof text === "string" && text.trim() !== "");
  const words = typeof said === "string" ? said.trim() : "";
  const pattern = node["pattern"];
  const lost = typeof pattern === "string" && patternOf(node) === undefined ? ` Pattern: ${pattern}` : "";
  const longEnum = Array.isArray(node["enum"]) && node["enum"].length > valuesMax ? ` One of ${valuesIn(node["enum"])}.` : "";
  const names = isNode(node["patternProperties"]) ? Object.keys(node["patternProperties"]) : [];
  const patterns = names.length > 0 ? ` Names of this pattern: ${names.slice(0, PATTERNS_TOLD_MAX).join(" ; ").slice(0, 300)}` : "";
  return `${words}${lost}${longEnum}${patterns}${setsOf(node, wire)}`.trim().slice(0, wordsMax).toWellFormed();
}

const PATTERNS_TOLD_MAX = 5;

/** How many, and the first of them, which show what they are like. */
const valuesIn = (values: readonly unknown[]): string =>
  `${values.length} values, such as ${JSON.stringify(values.slice(0, VALUES_TOLD_MAX)).slice(1, -1).slice(0, 100)}`;
const VALUES_TOLD_MAX = 3;

/** Alternatives that only say which names have to be there go by no form that everybody takes. */
function setsOf(node: Node, wire: Keys["wire"]): string {
  const parts = [node["anyOf"], node["oneOf"]].find((some) => Array.isArray(some) && some.some(isNode));
  if (!Array.isArray(parts) || !isNode(node["properties"])) return "";
  const sets = parts.filter(isNode).map((part) => (isNode(part["properties"]) ? [] : namesWanted(part)));
  if (sets.some((set) => set.length === 0) || sets.length < 2) return "";
  return ` ${oneOfTheseSets(sets.map((set) => set.map(wire).join(", ")))}`;
}

/** In a sentence; of no more than what is read. */
export const oneOfTheseSets = (sets: readonly string[]): string =>
  `Give one of these sets of arguments: ${[...new Set(sets)].join("; or ")}.`.slice(0, 500);

/** The names that have to be there, whether or not they are told of here. */
export const namesWanted = ({ required }: Node): readonly string[] => [required].flat().filter((name) => typeof name === "string");

const isShort = (value: unknown, charsMax: number): boolean => (JSON.stringify(value) ?? "").length <= Math.min(charsMax, 1_000);
