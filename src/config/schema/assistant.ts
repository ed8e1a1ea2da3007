import { z } from "zod";
import { CONTEXT_DEFAULT } from "../../engine/reading/context.ts";
import { AnswerObject } from "./answer.ts";
import { INSTRUCTIONS_CHARS_MAX, MESSAGES_MAX, modelRef, toolRef } from "./names.ts";

const TOKENS_MAX = 2_000_000; // No model's window is larger.

export const context = z
  .union([
    z.literal("all"),
    z.strictObject({ tokens: z.int().min(500).max(TOKENS_MAX) }),
    z.strictObject({ lastMessages: z.int().positive().max(MESSAGES_MAX) }),
    z.strictObject({ head: z.int().nonnegative().max(MESSAGES_MAX), tail: z.int().positive().max(MESSAGES_MAX) }),
    z.strictObject({
      summary: z.strictObject({
        model: modelRef,
        tokensMax: z.int().min(500).max(TOKENS_MAX).describe("What has grown past this is put in short."),
      }),
    }),
  ])
  .default(CONTEXT_DEFAULT.kind === "tokenBudget" ? { tokens: CONTEXT_DEFAULT.tokens } : "all")
  .describe("How much of what was said its model reads, in estimated tokens or in messages. The task is always in it.");

export const instructions = z
  .string()
  .max(INSTRUCTIONS_CHARS_MAX)
  .default("")
  .describe("Its part, in the second person. Who is in the team and how to hand over is added.");

/** What an agent with a model is made of, in a team or behind a tool. */
export const assistantShape = {
  model: modelRef,
  instructions,
  tools: z.array(toolRef).max(50).default([]).describe("Names under `tools`, or server/tool for one tool of an MCP server."),
  toolRoundsMax: z.int().positive().max(50).default(8).describe("How often it may call tools in one turn before it must answer."),
  afterTools: z
    .enum(["prose", "summary"])
    .default("prose")
    .describe("What ends a turn whose rounds are used up: one more call without tools, or the last results as they are."),
  context,
  answer: AnswerObject.optional().describe("It answers with JSON of this shape, which is checked; prose when absent."),
};

export type ContextSettings = z.output<typeof context>;
