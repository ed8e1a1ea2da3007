import { z } from "zod";

const PROPERTIES_MAX = 50; // Sent with every call, and a model fills in each of them.
const ENUM_MAX = 100;

/** The part of JSON Schema that every provider can hold a model to, and that the engine checks. */
export type AnswerValue =
  | { type: "string"; description?: string | undefined; enum?: string[] | undefined }
  | { type: "number" | "integer" | "boolean"; description?: string | undefined }
  | { type: "array"; description?: string | undefined; items: AnswerValue }
  | AnswerObject;

export interface AnswerObject {
  type: "object";
  description?: string | undefined;
  properties: { [name: string]: AnswerValue };
  required?: string[] | undefined;
  additionalProperties?: false | undefined;
}

const about = { description: z.string().max(500).optional() };

const AnswerValue: z.ZodType<AnswerValue, AnswerValue> = z.lazy(() =>
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("string"), enum: z.array(z.string().max(200)).min(1).max(ENUM_MAX).optional(), ...about }),
    z.strictObject({ type: z.enum(["number", "integer", "boolean"]), ...about }),
    z.strictObject({ type: z.literal("array"), items: AnswerValue, ...about }),
    AnswerObject,
  ]),
);

/** An answer as JSON Schema of an object. Every property is required and no other is allowed, written out or not. */
export const AnswerObject = z
  .strictObject({
    type: z.literal("object"),
    properties: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, { error: "a property's name has letters, digits, - and _" }), AnswerValue)
      .refine((properties) => Object.keys(properties).length > 0 && Object.keys(properties).length <= PROPERTIES_MAX, {
        error: `name 1 to ${PROPERTIES_MAX} properties`,
      }),
    required: z.array(z.string()).optional(),
    additionalProperties: z.literal(false).optional(),
    ...about,
  })
  .refine(({ properties, required }) => required === undefined || sameNames(required, Object.keys(properties)), {
    error: "every property is required: list all of them under `required`, or leave it out",
    path: ["required"],
  });

const sameNames = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((name) => others.includes(name));
