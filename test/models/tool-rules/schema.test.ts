import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TOOL_RULES, toolRulesOf } from "../../../src/models/tool-rules/rules.ts";
import { mendedSchema } from "../../../src/models/tool-rules/schema.ts";
import { refusalOf } from "./acceptance.ts";

const RULES = Object.entries(TOOL_RULES);
const anthropic = TOOL_RULES.anthropic;
const numRuns = Number(process.env.PROPERTY_RUNS ?? 200);

const words = fc.oneof(fc.constantFrom("a", "b", "id", "StartTime<", "x y", "", "__proto__", "toString", "é".repeat(80)), fc.string());
const types = fc.oneof(
  fc.constantFrom("string", "object", "array", "integer", "any", "STRING", "float", "null", "file"),
  fc.array(fc.constantFrom("string", "null", "array", "object", "any"), { maxLength: 3 }),
  fc.jsonValue(),
);

/** Schemas as servers write them, right and wrong, with every keyword in every place. */
const { schema: anySchema } = fc.letrec<{ schema: unknown }>((tie) => {
  const schema = tie("schema");
  const list = fc.oneof(fc.array(schema, { maxLength: 3 }), fc.jsonValue());
  const refs = fc.constantFrom("#", "#/$defs/a", "#/definitions/a", "#/properties/a", "#/nowhere", "https://example.com/s");
  return {
    schema: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.oneof(fc.boolean(), fc.jsonValue(), fc.record({ type: types }, { requiredKeys: [] })),
      fc.record(
        {
          type: types,
          description: fc.oneof(fc.string(), fc.jsonValue()),
          properties: fc.oneof(fc.dictionary(words, schema, { maxKeys: 4 }), fc.jsonValue()),
          required: fc.oneof(fc.array(words, { maxLength: 3 }), fc.boolean(), fc.jsonValue()),
          items: fc.oneof(schema, list),
          prefixItems: list,
          anyOf: list,
          oneOf: list,
          allOf: list,
          not: schema,
          if: schema,
          enum: fc.oneof(fc.array(fc.jsonValue(), { maxLength: 4 }), fc.jsonValue()),
          const: fc.jsonValue(),
          default: fc.jsonValue(),
          additionalProperties: fc.oneof(schema, fc.jsonValue()),
          patternProperties: fc.dictionary(words, schema, { maxKeys: 2 }),
          $ref: fc.oneof(refs, fc.jsonValue()),
          $defs: fc.oneof(fc.dictionary(words, schema, { maxKeys: 3 }), fc.jsonValue()),
          definitions: fc.dictionary(words, schema, { maxKeys: 2 }),
          nullable: fc.oneof(fc.boolean(), fc.jsonValue()),
          minimum: fc.oneof(fc.integer(), fc.jsonValue()),
          exclusiveMinimum: fc.oneof(fc.boolean(), fc.integer()),
          maxLength: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
          multipleOf: fc.oneof(fc.integer(), fc.jsonValue()),
          uniqueItems: fc.jsonValue(),
          pattern: fc.oneof(fc.constantFrom("^[a-z]+$", "(?<=a)b", "[", "\\p{L}"), fc.jsonValue()),
          format: fc.oneof(fc.constantFrom("date-time", "email"), fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
    ),
  };
});

test("whatever a server's schema is, each provider takes what is made of it, or it is refused with a reason", () => {
  fc.assert(
    fc.property(anySchema, (schema) => {
      for (const [, rules] of RULES) {
        const mended = mendedSchema(schema, rules);
        if (mended.kind === "refused") expect(mended.why).toMatch(/^(?:its arguments are no object|the schema of its arguments)/);
        else expect(refusalOf(mended.parameters, { ...rules, charsMax: rules.schemaCharsMax })).toBeUndefined();
      }
    }),
    { numRuns },
  );
});

test("alternatives that stand for patterns of names are levels, too: what is told stays as deep as is taken", () => {
  const again = { properties: { b: { properties: {}, $ref: "#" } } };
  const inner = { oneOf: [{ properties: {}, additionalProperties: false, patternProperties: { a: again, b: {} } }] };
  for (const [, rules] of RULES) {
    const mended = mendedSchema({ additionalProperties: {}, patternProperties: { a: inner } }, rules);
    if (mended.kind === "refused") throw new Error(mended.why);
    expect(refusalOf(mended.parameters, { ...rules, charsMax: rules.schemaCharsMax })).toBeUndefined();
    expect(JSON.stringify(mended.parameters)).toContain('"b"');
  }
});

test("calls come back with the names that the tool knows, whatever is inside them", () => {
  fc.assert(
    fc.property(fc.dictionary(words, fc.jsonValue(), { maxKeys: 6 }), (args) => {
      const mended = mendedSchema({ type: "object", properties: Object.fromEntries(Object.keys(args).map((key) => [key, {}])) }, anthropic);
      if (mended.kind === "refused") throw new Error(mended.why);
      const { keys, parameters } = mended;
      const wired = keys.toWire(args, parameters) as object;
      expect(keys.toOwn(wired, parameters)).toEqual(args);
      expect(new Set(Object.keys(parameters["properties"] as object))).toEqual(new Set(Object.keys(wired)));
    }),
    { numRuns },
  );
});

const made = (schema: unknown) => {
  const mended = mendedSchema(schema, anthropic);
  if (mended.kind === "refused") throw new Error(mended.why);
  return mended;
};

describe("a schema that is mended", () => {
  test("keeps what it says where everybody takes it", () => {
    const schema = {
      type: "object",
      properties: { to: { type: "string", description: "Whom." }, tags: { type: "array", items: { type: "string" }, maxItems: 3 } },
      required: ["to"],
      additionalProperties: false,
    };
    expect(made({ ...schema, $schema: "http://json-schema.org/draft-07/schema#" }).parameters).toEqual(schema);
  });

  test("has other keys, the same ones in `required`", () => {
    const properties = { "StartTime<": { type: "string" }, StartTime_: {} };
    expect(made({ type: "object", properties, required: ["StartTime<"] }).parameters).toEqual({
      type: "object",
      properties: { StartTime__2: { type: "string" }, StartTime_: {} },
      required: ["StartTime__2"],
    });
  });

  test("has one object in the place of alternatives, and says in words which go together", () => {
    const { parameters, note } = made({
      type: "object",
      oneOf: [
        { properties: { by: { const: "id" }, id: { type: "integer" } }, required: ["by", "id"] },
        { properties: { by: { const: "name" }, name: { type: "string" } }, required: ["by", "name"] },
      ],
    });
    expect(parameters).toEqual({
      type: "object",
      properties: { by: { anyOf: [{ enum: ["id"] }, { enum: ["name"] }] }, id: { type: "integer" }, name: { type: "string" } },
      required: ["by"],
    });
    expect(note).toBe("Give one of these sets of arguments: by, id; or by, name.");
  });

  test("says in words which arguments go together, where its alternatives name them and nothing else", () => {
    const properties = { id: { type: "integer" }, "na/me": { type: "string" }, by: { type: "string" } };
    const anyOf = [{ required: ["by", "id"] }, { required: ["by", "na/me"] }];
    const words = "Give one of these sets of arguments: by, id; or by, na_me.";
    const { parameters, note } = made({ type: "object", properties, required: ["nowhere"], anyOf });
    expect(note).toBe(words);
    expect(parameters).toMatchObject({ required: ["by"] });
    const { parameters: whole, note: ofParts } = made({ allOf: [{ properties }, { oneOf: anyOf }] });
    expect(ofParts).toBe(words);
    expect(whole).toMatchObject({ required: ["by"] });
    const inside = made({ type: "object", properties: { where: { type: "object", properties, anyOf } } });
    expect(inside.parameters).toMatchObject({ properties: { where: { description: words } } });
  });

  test("takes what follows a pattern of names, where it takes nothing else", () => {
    const env = { type: "object", patternProperties: { "^X_": { type: "string" } }, additionalProperties: false };
    expect(made({ type: "object", properties: { env } }).parameters["properties"]).toEqual({
      env: { type: "object", description: "Names of this pattern: ^X_", properties: {}, additionalProperties: { type: "string" } },
    });
    const two = { ...env, patternProperties: { ...env.patternProperties, "^n": { type: "number" }, "^never": false } };
    expect(made(two).parameters).toMatchObject({ additionalProperties: { anyOf: [{ type: "string" }, { type: "number" }] } });
    const open = { ...env, patternProperties: { "^any": true } };
    expect(made({ type: "object", properties: { open } }).parameters).toMatchObject({
      properties: { open: { additionalProperties: true } },
    });
    const parts = { allOf: [env, { patternProperties: { "^n": { type: "number" } } }] };
    expect(made({ type: "object", properties: { parts } }).parameters).toMatchObject({
      properties: { parts: { additionalProperties: { anyOf: [{ type: "number" }, { type: "string" }] } } },
    });
  });

  test("has what its references name in their place, and one that is inside itself once", () => {
    const Tree = { type: "object", properties: { name: { type: "string" }, children: { type: "array", items: { $ref: "#/$defs/Tree" } } } };
    const { parameters } = made({ type: "object", properties: { tree: { $ref: "#/$defs/Tree" } }, $defs: { Tree } });
    expect(JSON.stringify(parameters)).not.toContain("$ref");
    expect(parameters).toMatchObject({ properties: { tree: { properties: { children: { type: "array", items: { type: "object" } } } } } });
  });

  test("is read in older dialects", () => {
    const properties = {
      n: { type: "float", minimum: 0, exclusiveMinimum: true, required: true },
      when: { type: "string", nullable: true },
      pair: { type: "array", items: [{ type: "string" }, { type: "integer" }] },
    };
    expect(made({ type: "object", properties }).parameters).toEqual({
      type: "object",
      properties: {
        n: { type: "number", exclusiveMinimum: 0 },
        when: { type: ["string", "null"] },
        pair: { type: "array", items: { anyOf: [{ type: "string" }, { type: "integer" }] } },
      },
      required: ["n"],
    });
  });

  test("is made shorter before it is given up, and given up by its size", () => {
    const properties = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`field${n}`, { type: "string", description: "d".repeat(500) }]));
    const { parameters } = made({ type: "object", properties: properties(60) });
    expect(JSON.stringify(parameters).length).toBeLessThanOrEqual(anthropic.schemaCharsMax);
    expect(Object.keys(parameters["properties"] as object)).toHaveLength(60);
    const refused = mendedSchema({ type: "object", properties: properties(2_000) }, anthropic);
    expect(refused).toMatchObject({ why: expect.stringMatching(/has \d+ characters at its shortest, more than 16000/) });
  });

  test("does not grow without end with references to references", () => {
    const next = (n: number) => Object.fromEntries(Array.from({ length: 10 }, (_, m) => [`p${m}`, { $ref: `#/$defs/d${n + 1}` }]));
    const $defs = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`d${n}`, { type: "object", properties: next(n) }]));
    const { parameters } = made({ type: "object", properties: { a: { $ref: "#/$defs/d0" } }, $defs });
    expect(refusalOf(parameters, { ...anthropic, charsMax: anthropic.schemaCharsMax })).toBeUndefined();
  });
});

test("a provider that nobody knows is held to the strictest rules", () => {
  expect(toolRulesOf("our-own")).toBe(TOOL_RULES["openai-compatible"]);
  expect(toolRulesOf("toString")).toBe(TOOL_RULES["openai-compatible"]);
});

describe("schemas without an end", () => {
  const chain = Object.fromEntries(Array.from({ length: 15_000 }, (_, at) => [`d${at}`, { $ref: `#/$defs/d${at + 1}` }]));
  const itself = { allOf: [{ $ref: "#/$defs/Node" }], type: "object", properties: { x: { type: "string" } } };
  const child = { allOf: [{ $ref: "#/$defs/Tree" }] };
  const tree = { type: "object", properties: { a: child, b: child, c: child, d: child } };
  const many = { type: "string", enum: Array.from({ length: 30_000 }, (_, at) => `v${at}`) };

  test.each([
    ["a chain of references at the top", { $ref: "#/$defs/d0", $defs: chain }],
    ["a chain of references inside", { type: "object", properties: { a: { $ref: "#/$defs/d0" } }, $defs: chain }],
    ["a part that is the whole", { type: "object", properties: { a: { $ref: "#/$defs/Node" } }, $defs: { Node: itself } }],
    [
      "a list of values that is longer than what is looked through",
      { type: "object", properties: { a: { properties: { "in/ner": {} } }, many } },
    ],
  ])("%s is taken", (_name, schema) => {
    const mended = mendedSchema(schema, anthropic);
    if (mended.kind === "refused") throw new Error(mended.why);
    expect(refusalOf(mended.parameters, { ...anthropic, charsMax: anthropic.schemaCharsMax })).toBeUndefined();
  });

  test("parts that lead back leave room for what stands beside them", () => {
    const schema = { type: "object", properties: { root: { $ref: "#/$defs/Tree" }, last: { type: "integer" } }, $defs: { Tree: tree } };
    const mended = mendedSchema(schema, anthropic);
    expect(mended).toMatchObject({ kind: "taken", parameters: { properties: { last: { type: "integer" } } } });
    expect(JSON.stringify(mended).length).toBeLessThan(1_000);
  });
});

test("a list of values that is too long is told of in words, and takes no tool with it", () => {
  const values = Array.from({ length: 400 }, (_, at) => `a-region-of-the-world-with-a-long-name-${at}`);
  const mended = mendedSchema(
    { type: "object", properties: { region: { type: "string", enum: values }, unit: { enum: ["C", "F"] } } },
    anthropic,
  );
  expect(mended).toMatchObject({
    kind: "taken",
    parameters: { properties: { region: { type: "string", description: `One of 400 values, such as ${JSON.stringify(values.slice(0, 3)).slice(1, -1).slice(0, 100)}.` }, unit: { enum: ["C", "F"] } } }, // prettier-ignore
  });
  expect(JSON.stringify(mended)).not.toContain("-399");
});

test("alternatives are asked for no more strictly than they were written", () => {
  const consts = Array.from({ length: 60 }, (_, at) => ({ const: at }));
  const properties = {
    any: { anyOf: [{ type: "string" }, true] },
    many: { oneOf: consts },
    none: { nullable: true, oneOf: [{ type: "string" }] },
    tuple: { type: "array", prefixItems: [{ type: "string" }, true] },
  };
  expect(mendedSchema({ type: "object", properties }, anthropic)).toMatchObject({
    parameters: {
      properties: {
        any: { anyOf: [{ type: "string" }, {}] },
        many: { anyOf: [...consts.slice(0, 50).map(({ const: value }) => ({ enum: [value] })), {}] },
        none: { anyOf: [{ type: "string" }, { type: "null" }] },
        tuple: { items: { anyOf: [{ type: "string" }, {}] } },
      },
    },
  });
});
