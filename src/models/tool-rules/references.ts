export type Node = { readonly [keyword: string]: unknown };

export const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

/** What `$ref` names in this document; nothing for what is not in it. */
export function target(root: unknown, ref: string): unknown {
  if (ref === "#" || ref === "") return root;
  if (!ref.startsWith("#/")) return ref.startsWith("#") ? anchored(root, ref.slice(1)) : undefined;
  let at: unknown = root;
  for (const step of ref.slice(2).split("/")) {
    const key = unescaped(step);
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as { readonly [key: string]: unknown })[key];
  }
  return at;
}

function unescaped(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return step;
  }
}

/** Definitions alone are looked through: an anchor elsewhere is as rare as can be. */
function anchored(root: unknown, name: string): unknown {
  if (!isNode(root)) return undefined;
  const definitions = [root["$defs"], root["definitions"]].filter(isNode).flatMap((group) => Object.values(group));
  return definitions.find((one) => isNode(one) && one["$anchor"] === name);
}

const NODES_MAX = 20_000;

/** Keywords that hold values; below `properties` one may be a property's name, and hold a schema. */
const VALUES = new Set(["enum", "examples", "required"]);

/** Every key under any `properties`; of a document without an end, those that come first. */
export function propertyNames(root: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const open: unknown[] = [root];
  for (let nodes = 0; open.length > 0 && nodes < NODES_MAX; nodes++) {
    const node = open.pop();
    if (typeof node !== "object" || node === null) continue;
    if (isNode(node) && isNode(node["properties"])) for (const name of Object.keys(node["properties"])) names.add(name);
    // Values, of which a list may be long, have none.
    const within = Object.entries(node).flatMap(([key, value]) => (VALUES.has(key) && !isNode(value) ? [] : [value as unknown]));
    open.push(...within.filter((value) => typeof value === "object").slice(0, NODES_MAX));
  }
  return names;
}
