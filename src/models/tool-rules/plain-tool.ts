import type { JsonSchema, ToolSpec } from "../../engine/model.ts";

/** With rules that every server knows, and no others. */
export const plainTool = (tool: ToolSpec): ToolSpec => ({ ...tool, parameters: plainSchema(tool.parameters) });

const PLAIN_KEYWORDS = new Set(["type", "description", "properties", "required", "items", "enum"]);

function plainSchema(schema: JsonSchema): JsonSchema {
  const [first] = [schema.anyOf, schema.oneOf, schema.allOf].filter(Array.isArray).flat() as JsonSchema[];
  const base: JsonSchema = first && schema.type === undefined ? { ...first, ...schema } : schema;
  const kept = Object.entries(base).filter(([keyword]) => PLAIN_KEYWORDS.has(keyword));
  return Object.fromEntries(
    kept.map(([keyword, value]): [string, unknown] => {
      if (keyword === "properties" && isSchema(value))
        return [keyword, Object.fromEntries(Object.entries(value).map(([name, own]) => [name, isSchema(own) ? plainSchema(own) : { type: "string" }]))]; // prettier-ignore
      if (keyword === "items") return [keyword, isSchema(value) ? plainSchema(value) : { type: "string" }];
      if (keyword === "type" && Array.isArray(value)) return [keyword, value.find((one) => one !== "null") ?? "string"];
      return [keyword, value];
    }),
  );
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === "object" && value !== null && !Array.isArray(value);
