import { z } from "zod";
import { Allow } from "./allow.ts";

const RATE_MAX = 100_000;

export const SlackSettings = z.strictObject({
  bots: z
    .array(z.string().regex(/^B[A-Z0-9]{2,20}$/, { error: "the id of a bot, such as B0123ABCD" }))
    .max(50)
    .default([])
    .describe("Other bots that are heard as people are, by bot id. All others are ignored."),
  allow: Allow,
  workflows: z
    .boolean()
    .default(false)
    .describe(
      "Workflows may ask teams, by the step in Workflow Builder. Slack does not say who runs one: guests and people from outside may.",
    ),
  language: z
    .enum(["reader", "en", "de", "fr"])
    .default("reader")
    .describe(
      "In which language Parley speaks in Slack: each reader's own, as far as it knows it, or one for everybody. Agents speak as they are asked to.",
    ),
  rates: z
    .strictObject({
      runsPerHour: z.int().positive().max(RATE_MAX).default(1_200).describe("Runs that one person may start within an hour."),
      messagesPerHour: z
        .int()
        .positive()
        .max(RATE_MAX)
        .default(3_600)
        .describe("Messages to runs that are heard of one person within an hour, answers to agents included."),
    })
    .prefault({})
    .describe("How much one person may ask. Whoever asks for more is told when they may again."),
});
