import { z } from "zod";
import { REPLANS_MAX_DEFAULT, STALLS_MAX_DEFAULT } from "../../engine/reading/stalls.ts";
import { context } from "./assistant.ts";
import type { ByName } from "./by-name.ts";
import { agentName, agentRef, AGENTS_PER_TEAM_MAX, icon, INSTRUCTIONS_CHARS_MAX, modelRef } from "./names.ts";

const RULES_MAX = 100; // A table that somebody can still read.
const EDGES_MAX = 200;

const contains = z.string().min(1).max(200);
const after = agentRef.describe("Who spoke last: an agent, or user for a person.");
const stallsMax = z
  .int()
  .positive()
  .max(50)
  .default(STALLS_MAX_DEFAULT)
  .describe("Turns without progress before it says that it is stuck.");

const mayAskHuman = z.boolean().optional().describe("Whether it may ask a person; when absent, if one of its agents may.");

/** Of policies without a leader: they are watched as a leader would. */
export const watched = {
  stallsMax: stallsMax.describe("Turns that say again what was said before a person is asked how to go on."),
  mayAskHuman: mayAskHuman.describe("Whether a person is asked when the team goes in a circle; when absent, if one of its agents may."),
};

const RoundRobin = z.strictObject(watched);

const Selector = z.strictObject({
  model: modelRef
    .optional()
    .describe("A name under `models`; a small one will do. When absent: the model named `fast`, or else that of the first agent with one."),
  allowRepeats: z.boolean().default(false).describe("Whether the one who spoke last may be chosen again."),
  attempts: z.int().positive().max(10).default(3).describe("How often the model is asked before the choice falls back to a rule."),
  historyMessages: z
    .int()
    .positive()
    .max(1000)
    .default(40)
    .describe(
      "How much its model reads: the task and at most the last so many messages; the window moves in steps, so that prompt caches hit.",
    ),
  stallsMax,
  mayAskHuman,
  prompt: z
    .string()
    .trim()
    .min(1)
    .max(INSTRUCTIONS_CHARS_MAX)
    .optional()
    .describe("Instead of Parley's own; {roles}, {participants} (who may be chosen now) and {history} are filled in."),
  rules: z
    .array(
      z.strictObject({
        after,
        when: z
          .strictObject({
            hasCode: z.literal(true).optional().describe("The last message has code that the sandbox can run."),
            contains: contains.optional().describe("The last message has these words, upper and lower case as written."),
          })
          .refine((when) => Object.keys(when).length > 0, { error: "name hasCode or contains; leave `when` out for every message" })
          .optional(),
        next: agentRef,
      }),
    )
    .max(RULES_MAX)
    .default([])
    .describe("Decide before the model is asked; the first that fits counts."),
  candidates: z
    .array(z.strictObject({ after, next: z.array(agentRef).min(1).max(AGENTS_PER_TEAM_MAX) }))
    .max(AGENTS_PER_TEAM_MAX + 1)
    .default([])
    .describe("Who may be chosen after whom; where nothing is said, everybody."),
});

const Swarm = z
  .strictObject(watched)
  .describe("Hand-overs decide: whoever has the floor keeps it until it hands it over. The first agent begins.");

const Graph = z.strictObject({
  edges: z
    .array(
      z.strictObject({
        from: agentRef,
        to: agentRef,
        ifContains: contains.optional().describe("Taken only when the words of `from` contain this, upper and lower case as written."),
        group: z.string().min(1).max(40).optional().describe("Edges into an agent with the same group are counted together."),
        join: z.enum(["all", "any"]).default("all").describe("all: `to` waits for every edge of the group. any: the first one is enough."),
      }),
    )
    .min(1, { error: "a graph needs at least one edge" })
    .max(EDGES_MAX),
  entry: agentRef.optional().describe("Who begins; the agents that no edge leads to when absent."),
  ...watched,
});

const Magentic = z
  .strictObject({
    name: agentName.default("Lead").describe("Under which name the leader speaks."),
    icon,
    model: modelRef.describe("A name under `models`; the leader plans and judges with it."),
    attempts: z.int().positive().max(10).default(3).describe("How often the model is asked before the choice falls back to a rule."),
    stallsMax,
    replansMax: z.int().nonnegative().max(20).default(REPLANS_MAX_DEFAULT).describe("New plans before it asks a person, or gives up."),
    reviewPlan: z.boolean().default(false).describe("Whether a person approves the plan before the work begins."),
    mayAskHuman,
    context,
  })
  .describe("A leader surveys the facts, makes a plan, says after each turn who does what next, and plans anew when the team is stuck.");

/** The policies that come with Parley, by name. */
export const POLICIES = { "round-robin": RoundRobin, selector: Selector, swarm: Swarm, graph: Graph, magentic: Magentic } as const;

/** Those of extensions look like one of these here; only their own definition reads them. */
export type SpeakersSettings = ByName<typeof POLICIES, "policy">;

export type SelectorSpeakers = z.output<typeof Selector>;
export type GraphSpeakers = z.output<typeof Graph>;
