import { z } from "zod";
import { writeAs } from "../file/write-as.ts";
import { agentRef } from "./names.ts";

export const STOP_LIST_MAX = 20;

const words = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => text.trim() !== "", { error: "blanks alone stand in every message; give a word" });

/** Those of which more is read than their own definition: by which words agents are told to end, and whether a question ends a run. */
export const CONDITIONS = {
  textMention: z
    .union([
      words,
      z.strictObject({
        text: words,
        agents: z.array(agentRef).min(1).optional(),
        where: z
          .enum(["end", "anywhere"])
          .optional()
          .describe(
            "Whether the words must end the message, alone on its last line or after its last sentence (the default), or may stand anywhere.",
          ),
      }),
    ])
    .describe("Stops when an agent's message ends with these words, upper and lower case as written."),
  handoff: agentRef.describe('Stops when the floor is handed to this agent, or to a person by the name "human".'),
} as const;

type Conditions = { readonly [Key in keyof typeof CONDITIONS]?: z.output<(typeof CONDITIONS)[Key]> | undefined };

/** One key says what kind of condition it is; `any` and `all` hold others. What stands behind other keys only their own definition reads. */
export interface StopSettings extends Conditions {
  readonly [key: string]: unknown;
  readonly any?: StopSettings[] | undefined;
  readonly all?: StopSettings[] | undefined;
}

/** What can stand under `stop`, given what can be waited for. */
export function stopOf(conditions: { readonly [key: string]: z.ZodType }): z.ZodType<StopSettings, StopSettings> {
  const list = z.lazy(() => z.array(stop).min(1).max(STOP_LIST_MAX)).optional();
  const stop = z
    .strictObject(
      {
        any: list.describe("Stops when one of these holds."),
        all: list.describe("Stops when all of these hold."),
        ...Object.fromEntries(Object.entries(conditions).map(([key, schema]) => [key, optional(schema)])),
      },
      {
        error: writeAs(
          (word) => (Object.hasOwn(conditions, word) ? `{ ${word}: … }` : `{ textMention: ${word} }`),
          "{ any: […] }, or { all: […] }",
        ),
      },
    )
    .refine((condition) => Object.keys(condition).length === 1, {
      error: "one condition has one key; put several into a list under `any` or `all`",
    })
    .meta({ minProperties: 1, maxProperties: 1 }) as z.ZodType<StopSettings, StopSettings>;
  return stop;
}

const optional = (schema: z.ZodType): z.ZodType =>
  schema.description === undefined ? schema.optional() : schema.optional().describe(schema.description);
