import { z } from "zod";

/** Of a team that says nothing of them. */
export const LIMITS_DEFAULT = { turns: 24, minutes: 20, tokens: 200_000, usd: 1 } as const;

const TURNS_MAX = 500;
const MINUTES_MAX = 24 * 60;
const TOKENS_MAX = 50_000_000;
const USD_MAX = 1000;

/** Limits of a run with these defaults; `times`: of what a team itself may have, where people raise them. */
export const limitsOf = (
  atFirst: { readonly turns: number; readonly minutes: number; readonly tokens: number; readonly usd: number },
  times = 1,
) => ({
  turns: z
    .int()
    .positive()
    .max(TURNS_MAX * times)
    .default(atFirst.turns),
  minutes: z
    .number()
    .positive()
    .max(MINUTES_MAX * times)
    .default(atFirst.minutes)
    .describe("Time spent waiting for people does not count."),
  tokens: z
    .int()
    .positive()
    .max(TOKENS_MAX * times)
    .default(atFirst.tokens),
  usd: z
    .number()
    .positive()
    .max(USD_MAX * times)
    .default(atFirst.usd),
});

export const Limits = z.strictObject(limitsOf(LIMITS_DEFAULT)).describe("Always on; checked before each model call and each code run.");

/** What may be spent a day, in US dollars. */
export const usdPerDay = z.number().positive().max(100_000);
