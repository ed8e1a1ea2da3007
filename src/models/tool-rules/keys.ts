import type { JsonSchema } from "../../engine/model.ts";
import { isNode } from "./references.ts";

/** Names of properties as a provider takes them, and back; one pair for one name in the whole of a schema. */
export interface Keys {
  wire(own: string): string;
  /** A value of this schema, which has the names as the provider was given them, with those or with the tool's own. */
  toWire(value: unknown, schema: JsonSchema): unknown;
  toOwn(value: unknown, schema: JsonSchema): unknown;
  readonly changed: boolean;
}

const KEY_CHARS_MAX = 64;

/** `names`: all that the schema has; a changed one is like none of them. */
export function keysOf(names: ReadonlySet<string>, pattern: RegExp | undefined): Keys {
  const wires = new Map<string, string>();
  const owns = new Map<string, string>();
  /** Also of a name that is not among them: of a document without an end not all are known beforehand. */
  function wireOf(name: string): string {
    const known = wires.get(name);
    if (known !== undefined || !pattern || pattern.test(name)) return known ?? name;
    const plain = name.replaceAll(/[^a-zA-Z0-9_.-]/g, "_").slice(0, KEY_CHARS_MAX) || "_";
    let wire = plain;
    for (let count = 2; names.has(wire) || owns.has(wire); count++) wire = `${plain.slice(0, KEY_CHARS_MAX - 6)}_${count}`;
    wires.set(name, wire);
    owns.set(wire, name);
    return wire;
  }
  for (const name of names) wireOf(name);
  return {
    get changed() {
      return wires.size > 0;
    },
    wire: wireOf,
    toWire: (value, schema) => renamed(value, [schema], (key) => ({ wire: wireOf(key), key: wireOf(key) })),
    toOwn: (value, schema) => renamed(value, [schema], (key) => ({ wire: key, key: owns.get(key) ?? key })),
  };
}

/** Only what the schema knows is renamed: what a tool takes under any name keeps its own. */
function renamed(
  value: unknown,
  schemas: readonly JsonSchema[],
  names: (key: string) => { readonly wire: string; readonly key: string },
): unknown {
  if (schemas.length === 0 || typeof value !== "object" || value === null) return value;
  const all = schemas.flatMap(withAlternatives);
  if (Array.isArray(value)) {
    const items = all.map(({ items: one }) => one).filter(isNode);
    return value.map((one) => renamed(one, items, names));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const { wire, key: put } = names(key);
      const known = all.flatMap(({ properties }) => (isNode(properties) && Object.hasOwn(properties, wire) ? [properties[wire]] : []));
      if (known.length > 0) return [put, renamed(inner, known.filter(isNode), names)];
      return [key, renamed(inner, all.map(({ additionalProperties }) => additionalProperties).filter(isNode), names)];
    }),
  );
}

const withAlternatives = (schema: JsonSchema): readonly JsonSchema[] => [
  schema,
  ...(Array.isArray(schema["anyOf"]) ? schema["anyOf"].filter(isNode).flatMap(withAlternatives) : []),
];
