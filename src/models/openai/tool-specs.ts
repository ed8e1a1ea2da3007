import type { JsonSchema, ToolSpec } from "../../engine/model.ts";

/** A tool's name as a server takes it, and back. */
export interface ToolNames {
  wire(tool: string): string;
  own(wire: string): string;
}

/** `plain`: letters, digits and underscores, a letter first: what the strictest servers take. */
export function toolNames(tools: readonly string[], safe: (name: string) => string, plain: boolean): ToolNames {
  const byTool = new Map<string, string>();
  const byWire = new Map<string, string>();
  const wire = (tool: string): string => {
    const known = byTool.get(tool);
    if (known !== undefined) return known;
    let name = plain ? plainName(safe(tool)) : safe(tool);
    for (let count = 2; byWire.has(name); count++) name = `${(plain ? plainName(safe(tool)) : safe(tool)).slice(0, 56)}_${count}`;
    byTool.set(tool, name);
    byWire.set(name, tool);
    return name;
  };
  for (const tool of tools) wire(tool);
  return { wire, own: (name) => byWire.get(name) ?? name };
}

const PLAIN_CHARS_MAX = 60;

function plainName(name: string): string {
  const plain = name.replaceAll(/\W/g, "_").slice(0, PLAIN_CHARS_MAX);
  return /^[a-z]/i.test(plain) ? plain : `t_${plain}`;
}

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
