import { z } from "zod";

const PLACES = ["model", "tool", "people"] as const;

/** What every guard has, of whatever kind. */
export const guarding = {
  at: z
    .array(z.enum(PLACES))
    .min(1, { error: "name at least one of model, tool, people; leave `at` out for all of them" })
    .max(PLACES.length)
    .default([...PLACES])
    .describe("Where it looks: at what goes to a model, to a tool or the sandbox, or to people and into the log."),
};

/** Beside `guard` and `at`, only the guard's own definition reads what is there. */
export type GuardSettings = { readonly guard: string } & z.output<z.ZodObject<typeof guarding>>;
