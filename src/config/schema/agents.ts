import { z } from "zod";
import { assistantShape, context, instructions } from "./assistant.ts";
import type { ByName } from "./by-name.ts";
import {
  agentName,
  agentRef,
  AGENTS_PER_TEAM_MAX,
  description,
  envName,
  icon,
  INSTRUCTIONS_CHARS_MAX,
  key,
  MESSAGES_MAX,
  modelRef,
} from "./names.ts";

const hears = z
  .array(
    z
      .strictObject({
        from: agentRef.describe("An agent's name, or user for people."),
        first: z.int().positive().max(MESSAGES_MAX).optional().describe("Only its first so many messages since this agent's last turn."),
        last: z.int().positive().max(MESSAGES_MAX).optional().describe("Only its last so many messages since this agent's last turn."),
      })
      .refine(({ first, last }) => first === undefined || last === undefined, { error: "take the first or the last messages, not both" }),
  )
  .min(1, { error: "name at least one it hears; leave `hears` out to hear everybody" })
  .max(AGENTS_PER_TEAM_MAX + 1)
  .optional()
  .describe("Whom it hears; whoever is not listed is not heard. Everybody when absent.");

/** What every agent has, of whatever kind. */
export const named = { name: agentName, icon, description, hears };

const handoff = z.union([
  agentRef,
  z.strictObject({
    to: agentRef,
    tool: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: "a tool's name has at most 64 letters, digits, - and _" })
      .optional()
      .describe("The name under which the model calls it; transfer_to_… when absent."),
    message: z.string().trim().min(1).max(2000).optional().describe("What everybody reads when it is made."),
  }),
]);

const memory = z
  .union([
    z.boolean(),
    z.strictObject({
      recall: z
        .enum(["tool", "automatic"])
        .default("tool")
        .describe("tool: when it thinks of it. automatic: also before its first words in each run, with the task."),
    }),
  ])
  .default(false)
  .describe("Notes that it keeps across the threads of a channel, with the tools remember, recall and forget. People see and delete them.");

const Assistant = z.strictObject({
  ...assistantShape,
  handoffs: z.array(handoff).max(AGENTS_PER_TEAM_MAX).default([]).describe('Names of agents, or "human" for a person in the thread.'),
  memory,
});

const approval = z.enum(["auto", "ask"]).default("auto").describe("ask: a person says yes to each block before it runs.");

const CodeRunner = z.strictObject({
  runs: z.array(agentRef).min(1, { error: "name the agents whose code blocks it runs" }).max(AGENTS_PER_TEAM_MAX),
  approval,
});

const Coder = z
  .strictObject({
    model: modelRef,
    instructions,
    approval,
    retriesMax: z.int().nonnegative().max(20).default(3).describe("How often it may try again after code that failed."),
    context,
  })
  .describe("Writes code, runs it, reads what came of it, mends it, and explains, all in one turn.");

const SubTeam = z
  .strictObject({
    team: key.describe("Another team of the file."),
    voice: z
      .union([
        z.literal("members"),
        z.strictObject({
          model: modelRef,
          instructions: z.string().max(INSTRUCTIONS_CHARS_MAX).default("").describe("How it answers for the team."),
        }),
      ])
      .default("members")
      .describe("members: everybody hears what its members say. With a model: they talk among themselves, and the model answers for them."),
  })
  .describe("A team as a participant: its turn is a conversation of its own.");

const Human = z
  .strictObject({
    question: z.string().trim().min(1).max(2000).optional().describe("What is asked at each of its turns; the last words when absent."),
    options: z.array(z.string().trim().min(1).max(75)).max(5).optional().describe("Answers offered as buttons."),
  })
  .describe("A person in the thread whose turn it is like an agent's. Nothing waits: the run goes on with the answer.");

const SECONDS_MAX = 3_600;

const Foreign = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: "an http or https address" })
      .describe(
        "Of the agent's card, or of the agent, which has it at .well-known/agent-card.json beneath. It is spoken to at that host alone.",
      ),
    headersEnv: z
      .record(z.string().min(1).max(200), envName)
      .optional()
      .describe(
        "Header → NAME of the environment variable that holds its value. A bare token for Authorization is sent as a bearer token.",
      ),
    timeoutSeconds: z.int().positive().max(SECONDS_MAX).default(300).describe("Of a turn, from its beginning to its answer."),
  })
  .describe(
    "An agent that somebody else runs, by A2A (1.0 or 0.3). It is sent what was said in the run; what it costs there, no budget knows.",
  );

/** The kinds that come with Parley, by name. */
export const AGENTS = { assistant: Assistant, "code-runner": CodeRunner, coder: Coder, team: SubTeam, human: Human, a2a: Foreign } as const;

type Named = z.output<z.ZodObject<typeof named>>;

export type AssistantSettings = Named & { readonly kind?: "assistant" | undefined } & z.output<typeof Assistant>;
export type CoderSettings = Extract<AgentSettings, { readonly kind: "coder" }>;

/** Those of extensions look like one of these here; only their own definition reads them. */
export type AgentSettings = AssistantSettings | (Named & ByName<Omit<typeof AGENTS, "assistant">, "kind">);

type HandoffSettings = AssistantSettings["handoffs"][number];

/** To whom a hand-over of the file goes. */
export const targetOf = (handoff: HandoffSettings): string => (typeof handoff === "string" ? handoff : handoff.to);

/** How an agent comes by its notes; nothing for one without memory. */
export function recallOf(agent: AgentSettings): "tool" | "automatic" | undefined {
  if (!("memory" in agent) || agent.memory === false) return undefined;
  return agent.memory === true ? "tool" : agent.memory.recall;
}

/** The hand-overs of an agent; none for those that cannot make any. */
export const handoffsOf = (agent: AgentSettings): readonly HandoffSettings[] => ("handoffs" in agent ? agent.handoffs : []);
