import { z } from "zod";

/** What the API answers and is asked, version 1. The OpenAPI document is made of these, and the tests hold each answer to them. */

const text = z.string();
const at = z.string().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();
const person = z.object({ id: text, name: text });

export const State = z.enum(["running", "waiting", "paused", "at-limit", "done", "limit", "stopped", "failed"]);
export const Outcome = z.enum(["done", "limit", "stopped", "failed"]);

export const RunLine = z
  .object({
    thread: text.describe("The thread's name."),
    seq: count.describe("Of the event with which it began; thread and seq name a run."),
    place: text.describe("The thread's name without its last part, such as a channel."),
    placeName: text.optional().describe("What it is called, where that is known."),
    state: State.describe("running, waiting (for a person), paused and at-limit go on; the others have ended so."),
    team: text,
    startedBy: person,
    startedAt: at,
    endedAt: at.optional(),
    task: text.describe("Its beginning."),
    turns: count,
    inputTokens: count,
    outputTokens: count,
    usd: z.number(),
    priced: z.boolean().describe("false: the price of a call is not known, and `usd` is at least so much."),
    waitsFor: z.array(text).optional().describe("What people are asked, where it waits for them; one line each."),
  })
  .meta({ id: "RunLine" });

export const RunsQuery = z.object({
  workspace: text.max(200).describe("One of those that the session lists."),
  q: text.max(500).optional().describe("Words, each whole or by its beginning: of the task, or of what was said."),
  team: text.max(200).optional(),
  person: text.max(200).optional().describe("The id of whoever started it or spoke in it."),
  place: text.max(300).optional(),
  state: State.optional(),
  usdMin: z.coerce.number().nonnegative().optional(),
  usdMax: z.coerce.number().nonnegative().optional(),
  from: z.iso.date().optional().describe("It ended on this day (UTC) or later."),
  to: z.iso.date().optional().describe("It ended on this day (UTC) or before."),
  older: text.max(700).optional().describe("`older` of the page before."),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const RunsAnswer = z.object({
  waiting: z.array(RunLine).describe("Those that wait for people, the longest first; on the first page alone."),
  going: z.array(RunLine).describe("The others that go on; on the first page alone."),
  found: z.array(RunLine).describe("Those that are over, newest end first."),
  older: text.optional().describe("Behind what the next page begins; absent on the last."),
});

export const FiltersQuery = z.object({ workspace: text.max(200) });
export const FiltersAnswer = z.object({
  teams: z.array(text),
  places: z.array(text),
  people: z.array(person),
  placeNames: z.record(text, text).describe("Of the places, as far as they are known."),
});

export const SessionAnswer = z.object({
  csrf: text.describe("The header X-Parley-Csrf of whatever changes something."),
  name: text,
  sees: z.enum(["all", "places"]),
  workspaces: z.array(text),
  signsInBy: text.optional().describe("The service by which one has signed in, and can sign out; absent where an address has let in."),
});

/** An event as the log holds it, which the guide describes; more fields than these by its type. */
export const Event = z.looseObject({ seq: count, at, type: text }).meta({ id: "Event" });

/** What is only shown while it comes: the event that follows holds all of it. `parley run --json --deltas` tells the same. */
export const Piece = z
  .looseObject({
    type: z.enum(["text.delta", "reasoning.delta", "activity"]),
    agent: text,
    after: count.describe("It is in the agent's first event behind this seq."),
  })
  .meta({ id: "Piece" });

export const RunParams = z.object({ thread: text.min(1).max(500), seq: z.coerce.number().int().positive() });
export const RunQuery = z.object({ after: z.coerce.number().int().nonnegative().optional().describe("Only events behind this seq.") });

export const RunAnswer = z.object({
  run: RunLine.describe("As it stood when the first page was read, where this is another."),
  id: text.describe("The run's id."),
  events: z.array(Event),
  next: count.optional().describe("`after` of the next page; absent on the last."),
  agents: z.array(z.object({ name: text, icon: text, description: text, kind: text, model: text, team: text })),
  limits: z.object({ turns: z.number(), minutes: z.number(), tokens: z.number(), usd: z.number() }).partial(),
});

export const RequestParams = RunParams.extend({ event: z.coerce.number().int().positive() });

export const RequestsAnswer = z.object({
  requests: z
    .array(
      z.object({
        model: text.describe("Its name in the team file."),
        modelName: text.describe("The provider's name for it."),
        provider: text,
        body: text.describe(
          "As it goes over the wire: JSON; long stretches that nobody can read, such as pictures, are named by their hash.",
        ),
        bytes: count.describe("Of the whole body."),
        exact: z.enum(["same", "differs", "unknown"]).describe("same: byte for byte what was sent."),
        why: z.array(text).describe("Why it is not the same, or not known to be."),
        sent: z
          .object({
            body: text.describe("SHA-256 of what was sent."),
            at,
            upToSeq: count,
            firstMs: count.optional(),
            ms: count,
            failed: text.optional(),
            without: z.array(text),
          })
          .optional(),
      }),
    )
    .describe("Oldest first; each try is one of its own."),
  none: text.optional().describe("Why there are none."),
  before: count.optional().describe("The event with which the same one was answered the time before."),
});

export const ForkOffer = z.object({
  team: text.describe("That the run has."),
  teams: z.array(text).describe("With which it can go on."),
  inThread: z.boolean().describe("Whether it can go on in a thread of its own where the run's people talk, too."),
  agents: z.array(z.object({ name: text, instructions: text })).describe("Of the run's team as it was then, those that have instructions."),
  mayNot: text.optional().describe("Why whoever asks may not fork it; absent where they may."),
});

export const ForkBody = z.strictObject({
  at: z.int().positive().describe("The seq of the last event that the fork shares."),
  team: text.max(200).optional().describe("With which it goes on; the run's own when absent."),
  words: z
    .array(z.strictObject({ seq: z.int().positive(), text: text.min(1).max(40_000) }))
    .max(20)
    .default([])
    .describe("What messages that it shares say instead; those of people are then said by whoever asks."),
  inThread: z
    .boolean()
    .default(false)
    .describe("In a thread of its own where the run's people talk; seen in the studio alone when absent."),
  instructions: z.record(text.max(200), text.max(40_000)).default({}).describe("By agent, in place of what the team file says."),
});

export const ForkAnswer = z.object({ thread: text, seq: count }).describe("The fork.");

/** It was done. */
export const Nothing = z.object({});

export const Problem = z.object({ error: z.object({ code: text, message: text }) }).meta({ id: "Problem" });

export type ForkOffer = z.infer<typeof ForkOffer>;
export type ForkBody = z.infer<typeof ForkBody>;
export type ForkAnswer = z.infer<typeof ForkAnswer>;
export type RequestsAnswer = z.infer<typeof RequestsAnswer>;
export type RunLine = z.infer<typeof RunLine>;
export type RunsAnswer = z.infer<typeof RunsAnswer>;
export type RunAnswer = z.infer<typeof RunAnswer>;
export type SessionAnswer = z.infer<typeof SessionAnswer>;
export type FiltersAnswer = z.infer<typeof FiltersAnswer>;
export type RunsQuery = z.infer<typeof RunsQuery>;
