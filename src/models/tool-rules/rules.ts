/** What a provider takes of the tools of one request. Whoever breaks one of these has the whole request refused. */
export interface ToolRules {
  /** Tools in one request. */
  readonly toolsMax: number;
  /** Of all tools of a request together, as JSON; what is more costs more than it helps. */
  readonly toolsCharsMax: number;
  /** What every key under `properties` has to be like; anything when absent. */
  readonly propertyKey?: RegExp;
  /** Levels of schemas in each other. */
  readonly depthMax: number;
  /** Of one tool's schema, as JSON: about 4,000 tokens, with every call. */
  readonly schemaCharsMax: number;
}

/**
 * The rules that differ; those that hold everywhere are what `mendedSchema` makes: an object at the top without `anyOf`, `oneOf`, `allOf`, `enum` and
 * `not`; `items` in every array; known types alone; lists where lists belong; valid draft 2020-12; no reference.
 *
 * Sources. OpenAI: the function calling guide (at most 128 tools; "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not'
 * at the top level", "array schema missing items", "object schema missing properties" are its refusals), the structured outputs guide (at most 10
 * levels). Anthropic: the Messages API's refusals ("Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'", "input_schema does not support
 * oneOf, allOf, or anyOf at the top level", "JSON schema is invalid. It must match JSON Schema draft 2020-12"); it publishes no number of tools, so
 * the smallest that others do is kept to. Azure: as OpenAI. Compatible servers pass requests on to either, and are held to both.
 */
export const TOOL_RULES = {
  openai: { toolsMax: 128, toolsCharsMax: 240_000, depthMax: 10, schemaCharsMax: 16_000 },
  azure: { toolsMax: 128, toolsCharsMax: 240_000, depthMax: 10, schemaCharsMax: 16_000 },
  anthropic: { toolsMax: 128, toolsCharsMax: 240_000, propertyKey: /^[a-zA-Z0-9_.-]{1,64}$/, depthMax: 10, schemaCharsMax: 16_000 },
  "openai-compatible": {
    toolsMax: 128,
    toolsCharsMax: 240_000,
    propertyKey: /^[a-zA-Z0-9_.-]{1,64}$/,
    depthMax: 10,
    schemaCharsMax: 16_000,
  },
} as const satisfies { readonly [provider: string]: ToolRules };

/** Of a provider, or of one that nobody knows. */
export const toolRulesOf = (provider: string): ToolRules =>
  Object.hasOwn(TOOL_RULES, provider) ? TOOL_RULES[provider as keyof typeof TOOL_RULES] : TOOL_RULES["openai-compatible"];
