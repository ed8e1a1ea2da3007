/**
 * What providers refuse of a tool's schema, written down from their refusals and apart from what mends it. Gives the refusal; nothing for what is
 * taken.
 */
export function refusalOf(schema: unknown, { propertyKey, depthMax, charsMax }: Strictness): string | undefined {
  if (!isObject(schema)) return "no schema";
  if (schema["type"] !== "object") return `schema must be a JSON Schema of 'type: "object"', got ${JSON.stringify(schema["type"])}`;
  for (const keyword of ["anyOf", "oneOf", "allOf", "enum", "not", "const"])
    if (keyword in schema) return `must not have '${keyword}' at the top level`;
  if (!isObject(schema["properties"])) return "object schema missing properties";
  if (JSON.stringify(schema).length > charsMax) return "too long";
  return within(schema, "", 0);

  function within(node: unknown, at: string, depth: number): string | undefined {
    if (typeof node === "boolean") return undefined;
    if (!isObject(node)) return `${at} is no schema`;
    if (depth > depthMax + 1) return `${at} is too deep`;
    for (const [keyword, value] of Object.entries(node)) {
      const rule = Object.hasOwn(VALUES, keyword) ? VALUES[keyword] : undefined;
      if (!rule) return `${at}: the keyword "${keyword}" is not known everywhere`;
      if (!rule(value)) return `${at}/${keyword} is not well-formed: ${JSON.stringify(value)}`;
    }
    const properties = isObject(node["properties"]) ? Object.entries(node["properties"]) : [];
    if (propertyKey && properties.some(([key]) => !propertyKey.test(key))) return `${at}: Property keys should match pattern`;
    if ([node["type"]].flat().includes("array") && !isObject(node["items"])) return `${at}: array schema missing items`;
    const single = ["items", "additionalProperties"].flatMap((keyword) => (keyword in node ? [[keyword, node[keyword]] as const] : []));
    const listed = isList(node["anyOf"]) ? node["anyOf"].map((one) => ["anyOf", one] as const) : [];
    for (const [name, one] of [...properties, ...single, ...listed]) {
      const wrong = within(one, `${at}/${name}`, depth + 1);
      if (wrong) return wrong;
    }
    return undefined;
  }
}

interface Strictness {
  readonly propertyKey?: RegExp | undefined;
  readonly depthMax: number;
  readonly charsMax: number;
}

type JsonObject = { readonly [key: string]: unknown };
const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isUnique = (values: readonly unknown[]): boolean => new Set(values.map((value) => JSON.stringify(value))).size === values.length;
const isNumber = (value: unknown): boolean => typeof value === "number";
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isText = (value: unknown): boolean => typeof value === "string";
const isSchema = (value: unknown): boolean => isObject(value) || typeof value === "boolean";

const TYPES: readonly unknown[] = ["string", "number", "integer", "boolean", "object", "array", "null"];

/** The keywords that all of them know, and what each of them may hold. */
const VALUES: { readonly [keyword: string]: (value: unknown) => boolean } = {
  type: (value) => [value].flat().length > 0 && [value].flat().every((type) => TYPES.includes(type)) && isUnique([value].flat()),
  properties: isObject,
  required: (value) => isList(value) && value.every(isText) && isUnique(value),
  enum: (value) => isList(value) && value.length > 0 && isUnique(value),
  anyOf: (value) => isList(value) && value.length > 0,
  items: isSchema,
  additionalProperties: isSchema,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  multipleOf: (value) => typeof value === "number" && value > 0,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minProperties: isCount,
  maxProperties: isCount,
  uniqueItems: (value) => typeof value === "boolean",
  pattern: (value) => typeof value === "string" && !value.includes("(?") && isPattern(value),
  format: isText,
  description: isText,
  default: () => true,
};

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
