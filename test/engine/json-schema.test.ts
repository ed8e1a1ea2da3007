import { expect, test } from "vitest";
import { mismatch, readObject } from "../../src/engine/json-schema.ts";

test.each<readonly [object, unknown, string | undefined]>([
  [{ enum: ["a", 1] }, 1, undefined],
  [{ enum: ["a", 1] }, "b", 'the answer must be one of ["a",1], not "b".'],
  [{ enum: ["a"] }, undefined, 'the answer must be one of ["a"], not undefined.'],
  [{ type: "string" }, "", undefined],
  [{ type: "string" }, 1, "the answer must be of type string, not 1."],
  [{ type: "number" }, 1.5, undefined],
  [{ type: "number" }, "1", 'the answer must be of type number, not "1".'],
  [{ type: "integer" }, 1, undefined],
  [{ type: "integer" }, 1.5, "the answer must be of type integer, not 1.5."],
  [{ type: "boolean" }, false, undefined],
  [{ type: "boolean" }, 0, "the answer must be of type boolean, not 0."],
  [{ type: "null" }, null, undefined],
  [{ type: "null" }, 0, "the answer must be of type null, not 0."],
  [{ type: "object" }, {}, undefined],
  [{ type: "object" }, [], "the answer must be of type object, not []."],
  [{ type: "object" }, null, "the answer must be of type object, not null."],
  [{ type: "array" }, [], undefined],
  [{ type: "array" }, {}, "the answer must be of type array, not {}."],
  [{ type: ["string", "null"] }, 1, undefined],
  [{}, "anything", undefined],
  [{ items: { type: "string" } }, ["a", 1], "the answer[1] must be of type string, not 1."],
  [{ items: { type: "string" } }, ["a", "b"], undefined],
  [{}, [1, {}], undefined],
  [{ required: ["a"] }, [1], undefined],
  [{ required: ["a", "b"] }, { a: 1 }, 'the answer lacks "b".'],
  [{ required: ["toString"] }, {}, 'the answer lacks "toString".'],
  [{ required: ["a"] }, { a: undefined }, undefined],
  [{ properties: { a: {} }, additionalProperties: false }, { a: 1, b: 2 }, 'the answer may not have "b".'],
  [{ properties: { a: {} }, additionalProperties: true }, { a: 1, b: 2 }, undefined],
  [{ additionalProperties: false }, { toString: 1 }, 'the answer may not have "toString".'],
  [{ properties: { a: { type: "string" } } }, { a: 1 }, '"a" must be of type string, not 1.'],
  [{ properties: { a: { type: "string" } } }, {}, undefined],
  [{ properties: { a: true } }, { a: 1 }, undefined],
  [{ properties: { toString: { type: "string" } } }, {}, undefined],
  [
    { properties: { list: { items: { properties: { n: { type: "integer" } } } } } },
    { list: [{ n: 1 }, { n: "x" }] },
    '"n" must be of type integer, not "x".',
  ],
])("what does not fit %j is told in a sentence: %j", (schema, value, wrong) => {
  expect(mismatch(schema as never, value)).toBe(wrong);
});

test("a value is shown by its first eighty characters, and a place may have a name", () => {
  expect(mismatch({ type: "number" }, "x".repeat(200))).toBe(`the answer must be of type number, not "${"x".repeat(79)}.`);
  expect(mismatch({ type: "number" }, "x", "the count")).toBe('the count must be of type number, not "x".');
});

const SCHEMA = { type: "object", required: ["next"], properties: { next: { type: "string" } } };

test("the object is found in words and fences, and its text is what was read", () => {
  expect(readObject(SCHEMA, 'Sure:\n```json\n{"next": "Ada"}\n```\nDone.')).toEqual({
    kind: "fits",
    value: { next: "Ada" },
    text: '{"next": "Ada"}',
  });
  expect(readObject(SCHEMA, '{\n  "next": "{Ada}"\n}')).toMatchObject({ kind: "fits", value: { next: "{Ada}" } });
});

test("what holds no object, is broken or does not fit says so", () => {
  expect(readObject(SCHEMA, "Ada")).toEqual({ kind: "misfit", trouble: "That held no JSON object." });
  expect(readObject(SCHEMA, "{next: Ada}")).toMatchObject({
    kind: "misfit",
    trouble: expect.stringMatching(/^That was not valid JSON: .+\.$/),
  });
  expect(readObject(SCHEMA, "{}")).toEqual({ kind: "misfit", trouble: 'the answer lacks "next".' });
});
