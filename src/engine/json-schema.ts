import type { JsonSchema } from "./model.ts";

/**
 * What is wrong with a value, in one sentence for the model that made it; nothing when it fits. Knows the part of JSON Schema that
 * structured answers use: type, enum, properties, required, additionalProperties, items.
 */
export function mismatch(schema: JsonSchema, value: unknown, where = "the answer"): string | undefined {
  const { type, enum: allowed } = schema;
  if (Array.isArray(allowed) && !allowed.includes(value)) return `${where} must be one of ${JSON.stringify(allowed)}, not ${brief(value)}.`;
  if (typeof type === "string" && !isOfType(type, value)) return `${where} must be of type ${type}, not ${brief(value)}.`;
  if (Array.isArray(value)) {
    const { items } = schema;
    return isObject(items) ? first(value, (item, index) => mismatch(items, item, `${where}[${index}]`)) : undefined;
  }
  if (!isObject(value)) return undefined;
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? (schema["required"] as string[]) : [];
  const missing = required.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `${where} lacks "${missing}".`;
  const unknown = schema["additionalProperties"] === false ? Object.keys(value).find((key) => !Object.hasOwn(properties, key)) : undefined;
  if (unknown !== undefined) return `${where} may not have "${unknown}".`;
  return first(Object.entries(properties), ([key, inner]) =>
    Object.hasOwn(value, key) && isObject(inner) ? mismatch(inner, value[key], `"${key}"`) : undefined,
  );
}

/** From the first opening brace to the last closing one. */
export function bracedIn(text: string): string | undefined {
  const [begin, end] = [text.indexOf("{"), text.lastIndexOf("}")];
  return begin >= 0 && end > begin ? text.slice(begin, end + 1) : undefined;
}

/** The JSON object in a model's words, fenced or not, checked against a schema. */
export function readObject(
  schema: JsonSchema,
  text: string,
):
  | { readonly kind: "fits"; readonly value: { readonly [key: string]: unknown }; readonly text: string }
  | { readonly kind: "misfit"; readonly trouble: string } {
  const json = bracedIn(text);
  if (json === undefined) return { kind: "misfit", trouble: "That held no JSON object." };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { kind: "misfit", trouble: `That was not valid JSON: ${error instanceof Error ? error.message : String(error)}.` };
  }
  const trouble = mismatch(schema, value);
  return trouble === undefined && isObject(value)
    ? { kind: "fits", value, text: json }
    : { kind: "misfit", trouble: trouble ?? "That held no JSON object." };
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const brief = (value: unknown): string => (JSON.stringify(value) ?? "undefined").slice(0, 80);

function first<Item>(items: readonly Item[], wrong: (item: Item, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const trouble = wrong(item, index);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}
