import { z } from "zod";
import { agentRef } from "./names.ts";

const STOP_LIST_MAX = 20;

const messages = z.int().positive().max(10_000);

/** What can be waited for. */
export const CONDITIONS = {
  textMention: z
    .union([
      z.string().min(1).max(200),
      z.strictObject({
        text: z.string().min(1).max(200),
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
  maxMessages: z
    .union([messages, z.strictObject({ count: messages, events: z.boolean().optional().describe("Counts tool calls and code runs too.") })])
    .describe("Counts people's messages too."),
  maxTurns: z.int().positive().max(1000),
  tokens: z.union([
    z.int().positive(),
    z
      .strictObject({
        total: z.int().positive().optional(),
        input: z.int().positive().optional(),
        output: z.int().positive().optional(),
      })
      .refine((limits) => Object.keys(limits).length > 0, { error: "name at least one of total, input, output" }),
  ]),
  usd: z.number().positive(),
  minutes: z.number().positive(),
  handoff: agentRef.describe('Stops when the floor is handed to this agent, or to a person by the name "human".'),
  source: z.union([agentRef, z.array(agentRef).min(1).max(STOP_LIST_MAX)]).describe("Stops when this agent, or one of these, has spoken."),
  toolCalled: z
    .string()
    .min(1)
    .max(250)
    .describe("Stops when this tool has been called: a name under `tools`, server/tool, or transfer_to_…"),
  stopMessage: z.literal(true).describe("Stops when an agent asks for the end by itself."),
} as const;

/** The conditions that come with Parley; those of extensions have other keys, which only their own definition reads. */
export type Conditions = { readonly [Key in keyof typeof CONDITIONS]?: z.output<(typeof CONDITIONS)[Key]> | undefined };

/** One key says what kind of condition it is; `any` and `all` hold others. */
export interface StopSettings extends Conditions {
  readonly any?: StopSettings[] | undefined;
  readonly all?: StopSettings[] | undefined;
}

/** What can stand under `stop`, given what can be waited for. */
export function stopOf(conditions: { readonly [key: string]: z.ZodType }): z.ZodType<StopSettings, StopSettings> {
  const list = z.lazy(() => z.array(stop).min(1).max(STOP_LIST_MAX)).optional();
  const stop = z
    .strictObject({
      any: list.describe("Stops when one of these holds."),
      all: list.describe("Stops when all of these hold."),
      ...Object.fromEntries(Object.entries(conditions).map(([key, schema]) => [key, optional(schema)])),
    })
    .refine((condition) => Object.keys(condition).length === 1, {
      error: "one condition has one key; put several into a list under `any` or `all`",
    })
    .meta({ minProperties: 1, maxProperties: 1 }) as z.ZodType<StopSettings, StopSettings>;
  return stop;
}

const optional = (schema: z.ZodType): z.ZodType =>
  schema.description === undefined ? schema.optional() : schema.optional().describe(schema.description);
