import { z } from "zod";

/**
 * Why a run was not begun, or why a schedule has stopped itself. Kept as values and not as words: each reader has them in their own language.
 * What is named is cut where it comes from others.
 */
export const WhyNot = z.discriminatedUnion("kind", [
  /** Its owner is no active full member of the workspace any more. */
  z.object({ kind: z.literal("ownerLeft") }),
  /** Its owner is not in its place any more. */
  z.object({ kind: z.literal("ownerOutside") }),
  /** What is set does not let its owner do this. */
  z.object({ kind: z.literal("ownerMayNot"), deed: z.enum(["start", "schedule"]) }),
  /** Parley is not in its place. */
  z.object({ kind: z.literal("outside") }),
  /** The surface takes no post there, and answers with this code. */
  z.object({ kind: z.literal("closed"), code: z.string().max(100) }),
  /** There is no such team, or it cannot be used; `why` in the words of its team file's rules. */
  z.object({ kind: z.literal("team"), team: z.string().max(100), why: z.string().max(500).optional() }),
  /** Agents were talking in its thread. */
  z.object({ kind: z.literal("busy") }),
  /** A budget of the day is used up: whose (`person/U1`, `workspace`), how much it is in US dollars and what was spent, and when it starts anew (ISO 8601). */
  z.object({
    kind: z.literal("budget"),
    budgets: z
      .array(z.object({ account: z.string().max(200), spent: z.number(), limit: z.number(), priced: z.boolean() }))
      .min(1)
      .max(10),
    until: z.string().max(40),
  }),
  /** Its owner has started as many runs within an hour as one may, until then (ISO 8601). */
  z.object({ kind: z.literal("rate"), perHour: z.number(), until: z.string().max(40) }),
  /** The runner would not begin it for another reason, in its words. */
  z.object({ kind: z.literal("refused"), words: z.string().max(900) }),
  /** So many have begun on this day. */
  z.object({ kind: z.literal("enoughToday"), runs: z.number() }),
  /** Bots' words have begun so many, with no person saying anything between them. */
  z.object({ kind: z.literal("enoughByBots"), runs: z.number() }),
  /** It waits for a bot by a name, as nothing does that is made now. */
  z.object({ kind: z.literal("botByName") }),
  /** The surface was silent for as long as a run waits. */
  z.object({ kind: z.literal("silent") }),
  /** The surface is silent, and so many runs wait for it already. */
  z.object({ kind: z.literal("queue"), runs: z.number() }),
  /** It could not be begun within an hour of its time. */
  z.object({ kind: z.literal("late") }),
  /** Nobody was there at its time, and it is not to be made up for. */
  z.object({ kind: z.literal("missed") }),
]);
export type WhyNot = z.output<typeof WhyNot>;

/** What became of the last time. */
export const Outcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("begun") }),
  z.object({ kind: z.literal("leftOut"), why: WhyNot }),
  z.object({ kind: z.literal("paused") }),
]);
export type Outcome = z.output<typeof Outcome>;
