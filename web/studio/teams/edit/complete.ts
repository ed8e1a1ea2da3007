/** What can be written at a place of a team's text, by its JSON schema. Pure. */

type Json = { readonly [key: string]: unknown };

export interface Suggestion {
  readonly label: string;
  readonly kind: "key" | "value";
  readonly about: string;
}

export interface Suggestions {
  /** Where the word begins that one of them takes the place of. */
  readonly from: number;
  readonly all: readonly Suggestion[];
}

/** Names of the team and of the installation, by the key behind which they stand. */
export type Names = { readonly [key: string]: readonly string[] };

/** `at`: the place in the text. Of texts in the flow style, `{ a: b }`, the line alone is looked at. */
export function suggestionsAt(text: string, at: number, schema: object, names: Names): Suggestions | undefined {
  const lineFrom = text.lastIndexOf("\n", at - 1) + 1;
  const line = text.slice(lineFrom, at);
  if (/^\s*#/.test(line)) return undefined;
  const value = /^(\s*(?:- )*)([\w-]+):\s+(?:\[[^\]]*?)?(["\w-]*)$/.exec(line) ?? /^(.*[{,]\s*)([\w-]+):\s*(["\w-]*)$/.exec(line);
  const item = /^(\s*)- (["\w-]*)$/.exec(line);
  const around = keysAround(text, lineFrom, line);
  if (value) {
    const [, , key = "", word = ""] = value;
    return found(at - word.length, valuesOf(schemaAt(schema, [...around, key]), key, names));
  }
  const word = /[\w-]*$/.exec(line)?.[0] ?? "";
  const key = around.at(-1);
  if (item && typeof key === "string") {
    const values = valuesOf(itemsOf(schemaAt(schema, around), schema), key, names);
    if (values.length > 0) return found(at - word.length, values);
  }
  const options = alternatives(item ? itemsOf(schemaAt(schema, around), schema) : schemaAt(schema, around), schema);
  const known = new Map<string, Suggestion>();
  for (const option of options)
    for (const [label, about] of Object.entries(object(option["properties"])))
      if (!known.has(label)) known.set(label, { label, kind: "key", about: words(object(about)["description"]) });
  return found(at - word.length, [...known.values()]);
}

const found = (from: number, all: readonly Suggestion[]): Suggestions | undefined => (all.length === 0 ? undefined : { from, all });

/** The keys that are open above this line, outermost first; an item of a list is `0`. */
function keysAround(text: string, lineFrom: number, line: string): readonly (string | number)[] {
  let indent = /^\s*/.exec(line)?.[0].length ?? 0;
  const isItem = /^\s*- /.test(line);
  const path: (string | number)[] = [];
  for (const above of text
    .slice(0, Math.max(0, lineFrom - 1))
    .split("\n")
    .toReversed()) {
    const parts = /^(\s*)(- )?(?:([\w-]+):)?(.*)$/.exec(above);
    if (!parts || above.trim() === "" || above.trim().startsWith("#")) continue;
    const [, space = "", dash, key] = parts;
    const own = space.length;
    if (dash !== undefined) {
      const inner = own + 2;
      if (key !== undefined && inner < indent) {
        path.unshift(key);
        indent = inner;
      }
      if (inner <= indent && own < indent) {
        path.unshift(0);
        indent = own;
      }
      continue;
    }
    if (key !== undefined && (own < indent || isListUnder(path, own, indent, isItem))) {
      path.unshift(key);
      indent = own;
    }
    if (indent === 0) break;
  }
  return path;
}

/** A list may stand as far in as its key. */
const isListUnder = (path: readonly (string | number)[], own: number, indent: number, isItem: boolean): boolean =>
  own === indent && (path[0] === 0 || (path.length === 0 && isItem));

function schemaAt(schema: object, path: readonly (string | number)[]): Json {
  let options: readonly Json[] = [schema as Json];
  for (const step of path) {
    const next = options.flatMap((one) => alternatives(one, schema));
    options = next.flatMap((one) => {
      if (typeof step === "number") return one["items"] === undefined ? [] : [object(one["items"])];
      const own = object(one["properties"])[step];
      if (own !== undefined) return [object(own)];
      return typeof one["additionalProperties"] === "object" && one["additionalProperties"] !== null
        ? [object(one["additionalProperties"])]
        : [];
    });
  }
  return options.length === 1 ? (options[0] ?? {}) : { anyOf: options };
}

const itemsOf = (list: Json, schema: object): Json => ({
  anyOf: alternatives(list, schema).flatMap((one) => (one["items"] === undefined ? [] : [object(one["items"])])),
});

const DEPTH_MAX = 12;

/** With each union and each reference opened. */
function alternatives(one: Json, schema: object, depth = 0): readonly Json[] {
  if (depth > DEPTH_MAX) return [];
  const ref = words(one["$ref"]);
  if (ref.startsWith("#/")) {
    const target = ref
      .slice(2)
      .split("/")
      .reduce<unknown>((at, key) => object(at)[key], schema);
    return alternatives(object(target), schema, depth + 1);
  }
  const some = [one["anyOf"], one["oneOf"], one["allOf"]].flatMap((list) => (Array.isArray(list) ? (list as readonly Json[]) : []));
  return some.length === 0 ? [one] : some.flatMap((option) => alternatives(option, schema, depth + 1));
}

function valuesOf(of: Json, key: string, names: Names): readonly Suggestion[] {
  const own = (names[key] ?? []).map((label): Suggestion => ({ label, kind: "value", about: "" }));
  const all = alternatives(of, of).flatMap((option): Suggestion[] => {
    const values = Array.isArray(option["enum"]) ? option["enum"] : option["const"] !== undefined ? [option["const"]] : option["type"] === "boolean" ? [true, false] : []; // prettier-ignore
    return values.map((label) => ({ label: String(label), kind: "value", about: words(option["description"]) }));
  });
  return [...own, ...all].filter(({ label }, index, list) => list.findIndex((one) => one.label === label) === index);
}

const object = (value: unknown): Json => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {});
const words = (value: unknown): string => (typeof value === "string" ? value : "");
