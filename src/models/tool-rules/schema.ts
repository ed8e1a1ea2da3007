import type { JsonSchema } from "../../engine/model.ts";
import { keysOf, type Keys } from "./keys.ts";
import { isNode, propertyNames, target, type Node } from "./references.ts";
import { keptRules, namesWanted, oneOfTheseSets } from "./keywords.ts";
import type { ToolRules } from "./rules.ts";

/** A tool's schema as a provider takes it, or why there is none. */
export type Mended =
  | {
      readonly kind: "taken";
      readonly parameters: JsonSchema;
      readonly keys: Keys;
      /** What the schema said and this form of it cannot, for the tool's description. */
      readonly note?: string;
    }
  | { readonly kind: "refused"; readonly why: string };

/**
 * Any schema of a tool's arguments in a form that this provider takes. It never asks for more than the schema did, and where it cannot ask for as
 * much it asks for less: the tool itself says what is wrong with a call. What it cannot be made of is refused with the reason.
 */
export function mendedSchema(schema: unknown, rules: ToolRules): Mended {
  try {
    return mended(schema, rules);
  } catch (error) {
    // Such as one that is nested more deeply than can be read: it is no reason to lose the others.
    return {
      kind: "refused",
      why: `the schema of its arguments cannot be read (${error instanceof Error ? error.message : String(error)})`,
    };
  }
}

function mended(schema: unknown, rules: ToolRules): Mended {
  const root = schema === undefined || schema === null || schema === true ? {} : schema;
  if (!isNode(root)) return { kind: "refused", why: "the schema of its arguments is no schema of an object" };
  const keys = keysOf(propertyNames(root), rules.propertyKey);
  let chars = 0;
  for (const thrift of THRIFTS) {
    const made = objectAt(root, { root, keys, ...thrift, depthMax: Math.min(rules.depthMax, thrift.depthMax), nodes: { left: NODES_MAX } }); // prettier-ignore
    if (typeof made === "string") return { kind: "refused", why: made };
    const { note, required = [], ...others } = made;
    const told = required.filter((name) => Object.hasOwn(others.properties, name));
    const parameters = { ...others, ...(told.length > 0 ? { required: told } : {}) };
    chars = JSON.stringify(parameters).length;
    const fits = chars <= rules.schemaCharsMax && levelsOf(parameters) <= rules.depthMax + 1;
    if (fits) return { kind: "taken", parameters, keys, ...(note === undefined ? {} : { note }) };
  }
  return { kind: "refused", why: `the schema of its arguments has ${chars} characters at its shortest, more than ${rules.schemaCharsMax}` };
}

/** Schemas in each other below this one. Alternatives that stand for other keywords, such as patterns of names, are levels of their own. */
function levelsOf(schema: unknown): number {
  if (!isNode(schema)) return 0;
  const { properties, items, additionalProperties, anyOf } = schema;
  const inner = [
    ...(isNode(properties) ? Object.values(properties) : []),
    items,
    additionalProperties,
    ...(Array.isArray(anyOf) ? anyOf : []),
  ];
  return Math.max(0, ...inner.filter(isNode).map((one) => 1 + levelsOf(one)));
}

/** From all that it says to the names of its arguments alone. */
const THRIFTS = [
  { depthMax: 10, wordsMax: 4_000, valuesMax: 500 },
  { depthMax: 10, wordsMax: 300, valuesMax: 500 },
  { depthMax: 10, wordsMax: 300, valuesMax: 50 },
  { depthMax: 6, wordsMax: 120, valuesMax: 20 },
  { depthMax: 4, wordsMax: 60, valuesMax: 20 },
  { depthMax: 3, wordsMax: 0, valuesMax: 10 },
  { depthMax: 2, wordsMax: 0, valuesMax: 0 },
] as const;

/** Of one document, its references written out. */
const NODES_MAX = 4_000;

interface Making {
  readonly root: Node;
  readonly keys: Keys;
  readonly depthMax: number;
  /** Characters of each description. */
  readonly wordsMax: number;
  /** Of each list of values. */
  readonly valuesMax: number;
  readonly nodes: { left: number };
}

interface ObjectSchema {
  readonly type: "object";
  readonly properties: { readonly [name: string]: JsonSchema };
  /** Also such as another part of the schema tells of, or none. */
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly note?: string;
}

/** The top: one object, with what its parts and its alternatives have. A sentence where it is none. */
function objectAt(node: Node, making: Making, stack: readonly string[] = []): ObjectSchema | string {
  if (typeof node["$ref"] === "string") {
    const ref = node["$ref"];
    const found = target(making.root, ref);
    const { $ref: _, ...beside } = node;
    // What it names is not there, or is itself: what stands beside it is all there is.
    return objectAt(isNode(found) && isNew(ref, stack) ? { ...found, ...beside } : beside, making, [...stack, ref]);
  }
  const types = [node["type"]].flat().filter((type) => typeof type === "string");
  if (types.length > 0 && !types.some((type) => /^(?:object|dict|map|any)$/i.test(type)))
    return `its arguments are no object, but of type ${types.join(" or ").slice(0, 60)}`;
  const own = schemaAt({ ...node, type: "object", allOf: undefined, anyOf: undefined, oneOf: undefined, enum: undefined, const: undefined }, making, 0, stack); // prettier-ignore
  let made = wanting(objectOnly(own), namesWanted(node).map(making.keys.wire));
  const alternatives = (keyword: string): readonly ObjectSchema[] => {
    const parts = node[keyword];
    if (!Array.isArray(parts)) return [];
    return parts.filter(isNode).flatMap((part) => {
      if (making.nodes.left <= 0 || stack.length > STACK_MAX) return [];
      const one = objectAt(part, making, [...stack, keyword]);
      return typeof one === "string" ? [] : [one];
    });
  };
  for (const part of alternatives("allOf")) made = joined(made, [part], "all");
  for (const keyword of ["anyOf", "oneOf"]) {
    const parts = alternatives(keyword);
    if (parts.length === 0) continue;
    const sets = parts.map(({ properties, required }) => (required ?? Object.keys(properties)).join(", ")).filter((set) => set !== "");
    made = joined(made, parts, "any");
    if (new Set(sets).size > 1)
      made = { ...made, note: [made.note, oneOfTheseSets(sets)].filter((words) => words !== undefined).join(" ") };
  }
  return made;
}

/** References, and keywords with alternatives, in each other. */
const STACK_MAX = 30;

/** Whether a reference leads to what it is not in already. */
const isNew = (ref: string, stack: readonly string[]): boolean => !stack.includes(ref) && stack.length < STACK_MAX;

function objectOnly(schema: JsonSchema): ObjectSchema {
  const { properties, required, additionalProperties } = schema as Partial<ObjectSchema>;
  return {
    type: "object",
    properties: properties ?? {},
    ...(required === undefined ? {} : { required }),
    ...(additionalProperties === undefined ? {} : { additionalProperties }),
  };
}

const wanting = (made: ObjectSchema, names: readonly string[]): ObjectSchema =>
  names.length === 0 ? made : { ...made, required: [...new Set([...(made.required ?? []), ...names])] };

/** `all`: what each wants is wanted. `any`: what all of them want is. */
function joined(own: ObjectSchema, parts: readonly ObjectSchema[], how: "all" | "any"): ObjectSchema {
  const properties = new Map<string, JsonSchema[]>();
  for (const { properties: some } of [own, ...parts])
    for (const [name, schema] of Object.entries(some)) properties.set(name, [...(properties.get(name) ?? []), schema]);
  const wanted = parts.map(({ required = [] }) => required);
  const common = how === "all" ? wanted.flat() : (wanted[0] ?? []).filter((name) => wanted.every((one) => one.includes(name)));
  const required = [...new Set([...(own.required ?? []), ...common])];
  const isOpen = how === "any" ? parts.some((part) => part.additionalProperties !== false) : parts.every((part) => part.additionalProperties !== false); // prettier-ignore
  const rest = own.additionalProperties ?? (isOpen ? undefined : false);
  const notes = [own, ...parts].flatMap(({ note }) => note ?? []);
  return {
    type: "object",
    properties: Object.fromEntries([...properties].map(([name, schemas]) => [name, oneOfThese(schemas)])),
    ...(required.length > 0 ? { required } : {}),
    ...(rest === undefined ? {} : { additionalProperties: rest }),
    ...(notes.length > 0 ? { note: notes.join(" ").slice(0, 500) } : {}),
  };
}

function oneOfThese(schemas: readonly JsonSchema[]): JsonSchema {
  const unique = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
  return unique.length === 1 ? (unique[0] as JsonSchema) : { anyOf: unique };
}

/** A schema at any place; what is none allows everything. */
function schemaAt(value: unknown, making: Making, depth: number, stack: readonly string[]): JsonSchema {
  if (!isNode(value) || making.nodes.left-- <= 0) return {};
  if (typeof value["$ref"] === "string") {
    const ref = value["$ref"];
    const found = target(making.root, ref);
    const { $ref: _, ...beside } = value;
    // Inside itself it is told once; further in, it is what it is called.
    if (!isNew(ref, stack) || !isNode(found)) return schemaAt({ ...called(found), ...beside }, making, depth, stack);
    return schemaAt({ ...found, ...beside }, making, depth, [...stack, ref]);
  }
  const parts = [value["allOf"]].flat().filter(isNode);
  if (parts.length > 0) {
    const { allOf: _, ...own } = value;
    const whole = parts.map((part) => resolved(part, making.root, stack));
    const refs = parts.flatMap(({ $ref: ref }) => (typeof ref === "string" ? [ref] : []));
    return schemaAt(whole.reduce<Node>(both, own), making, depth, [...new Set([...stack, ...refs])]);
  }
  const { keys, wordsMax, valuesMax, depthMax } = making;
  const inner = depth < depthMax ? (part: unknown) => schemaAt(part, making, depth + 1, stack) : undefined;
  return keptRules(value, { keys, wordsMax, valuesMax, inner });
}

const called = (found: unknown): Node => (isNode(found) && typeof found["type"] === "string" ? { type: found["type"] } : {});

function resolved(part: Node, root: Node, stack: readonly string[]): Node {
  const { $ref: ref, ...beside } = part;
  if (typeof ref !== "string") return part;
  const found = target(root, ref);
  return { ...(isNode(found) && isNew(ref, stack) ? found : called(found)), ...beside };
}

function both(one: Node, other: Node): Node {
  const under = (keyword: "properties" | "patternProperties") => {
    const some = [other[keyword], one[keyword]].filter(isNode);
    return some.length > 0 ? { [keyword]: Object.fromEntries(some.flatMap((own) => Object.entries(own))) } : {};
  };
  const required = [one["required"], other["required"]].flat().filter((name) => typeof name === "string");
  return {
    ...other,
    ...Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)),
    ...under("properties"),
    ...under("patternProperties"),
    ...(required.length > 0 ? { required } : {}),
  };
}
