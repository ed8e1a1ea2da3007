import { z } from "zod";
import { agentRef } from "./names.ts";

const STOP_LIST_MAX = 20;

const messages = z.int().positive().max(10_000);

/** What can be waited for; to each key belongs a line in `build/stop.ts`. */
const Condition = z.strictObject({
  textMention: z
    .union([
      z.string().min(1).max(200),
      z.strictObject({
        text: z.string().min(1).max(200),
        agents: z.array(z.string()).min(1).optional(),
        where: z
          .enum(["end", "anywhere"])
          .optional()
          .describe(
            "Whether the words must end the message, alone on its last line or after its last sentence (the default), or may stand anywhere.",
          ),
      }),
    ])
    .optional()
    .describe("Stops when an agent's message ends with these words, upper and lower case as written."),
  maxMessages: z
    .union([messages, z.strictObject({ count: messages, events: z.boolean().optional().describe("Counts tool calls and code runs too.") })])
    .optional()
    .describe("Counts people's messages too."),
  maxTurns: z.int().positive().max(1000).optional(),
  tokens: z
    .union([
      z.int().positive(),
      z
        .strictObject({
          total: z.int().positive().optional(),
          input: z.int().positive().optional(),
          output: z.int().positive().optional(),
        })
        .refine((limits) => Object.keys(limits).length > 0, { error: "name at least one of total, input, output" }),
    ])
    .optional(),
  usd: z.number().positive().optional(),
  minutes: z.number().positive().optional(),
  handoff: agentRef.optional().describe('Stops when the floor is handed to this agent, or to a person by the name "human".'),
  source: z
    .union([agentRef, z.array(agentRef).min(1).max(STOP_LIST_MAX)])
    .optional()
    .describe("Stops when this agent, or one of these, has spoken."),
  toolCalled: z
    .string()
    .min(1)
    .max(250)
    .optional()
    .describe("Stops when this tool has been called: a name under `tools`, server/tool, or transfer_to_…"),
  stopMessage: z.literal(true).optional().describe("Stops when an agent asks for the end by itself."),
});

export type Conditions = z.output<typeof Condition>;

/** One key says what kind of condition it is; `any` and `all` hold others. */
export interface StopSettings extends Conditions {
  any?: StopSettings[] | undefined;
  all?: StopSettings[] | undefined;
}

const stopList = z.lazy(() => z.array(Stop).min(1).max(STOP_LIST_MAX)).optional();

export const Stop: z.ZodType<StopSettings, StopSettings> = z
  .strictObject({
    any: stopList.describe("Stops when one of these holds."),
    all: stopList.describe("Stops when all of these hold."),
    ...Condition.shape,
  })
  .refine((condition) => Object.keys(condition).length === 1, {
    error: "one condition has one key; put several into a list under `any` or `all`",
  })
  .meta({ minProperties: 1, maxProperties: 1 });
