import { z } from "zod";
import { MODEL_DEFAULTS } from "../models/create.ts";

/** The team file. Every default of Parley lives here; inside, nothing is left open. */

/** Names that a person, a selector's answer, Slack or Parley itself already uses. */
const RESERVED_NAMES: readonly string[] = [
  "human", "user", "system", "assistant", "tool", "selector", "finish", "person", "parley", "slackbot", "slack", "here", "channel", "everyone", "group",
]; // prettier-ignore

/** Speaker policies of the public format that this version does not run. */
export const POLICIES_TO_COME: readonly string[] = ["swarm", "graph", "magentic"];

const AGENTS_PER_TEAM_MAX = 20; // A selector reads every description before each turn; people cannot follow more voices either.
const TEAMS_MAX = 100; // What a pick list in Slack can hold.
const MODELS_MAX = 50;
const INCLUDES_MAX = 50;
const INSTRUCTIONS_LENGTH_MAX = 20_000; // Sent with every call: about 5000 tokens.

const key = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, { error: "a name starts with a letter and has at most 40 letters, digits, - and _" })
  .refine((text) => !["constructor", "prototype"].includes(text), { error: "this name cannot be used; take another" });

const agentName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9 _-]{0,39}$/, {
    error: "a name starts with a letter and has at most 40 letters, digits, spaces, - and _, so that it can be said and selected",
  })
  .refine((text) => text === text.trim(), { error: "a name does not end with a space" })
  .refine((text) => !RESERVED_NAMES.includes(text.toLowerCase()), { error: "this name is reserved; take another" })
  .describe("How people, other agents and the selector call it.");

const icon = z
  .string()
  .max(500)
  .regex(/^(:[a-z0-9_+'-]+:|https:\/\/\S+)$/, { error: 'an icon is an emoji name such as ":gear:" or an https address of a picture' })
  .optional()
  .describe("The face in Slack: an emoji name or an https address; one is chosen by the name when absent.");

const description = z.string().trim().min(1, { error: "say in one line when to call on it" }).max(500);

const price = z
  .strictObject({
    inputPerMTokUsd: z.number().nonnegative().max(10_000),
    outputPerMTokUsd: z.number().nonnegative().max(10_000),
    cachedPerMTokUsd: z
      .number()
      .nonnegative()
      .max(10_000)
      .optional()
      .describe("Input read from the provider's cache; as other input when absent."),
  })
  .describe("US dollars a million tokens. Without a price the money limit cannot count.");

const call = {
  temperature: z.number().min(0).max(2).optional().describe("The provider's own when absent; some models refuse any."),
  outputTokensMax: z.int().positive().max(200_000).default(MODEL_DEFAULTS.outputTokensMax).describe("The longest reply."),
  price: price.optional(),
  attempts: z.int().positive().max(10).default(MODEL_DEFAULTS.attempts).describe("Calls in all when a provider is busy or away."),
};

const reasoning = <const Efforts extends readonly string[]>(efforts: Efforts) =>
  z.enum(efforts).optional().describe("How long it thinks; the provider's own when absent.");
const openAiCall = {
  ...call,
  reasoningEffort: reasoning(["none", "minimal", "low", "medium", "high", "xhigh"]),
  api: z.enum(["chat", "responses"]).default("chat"),
  structured: z.enum(["native", "prompt"]).default("native").describe("prompt: for a server that cannot hold a model to a schema."),
};

const model = z.string().trim().min(1).max(200);
const envName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,99}$/, { error: "the NAME of an environment variable, such as ANTHROPIC_API_KEY; never the key itself" });
const baseUrl = z.url({ protocol: /^https?$/, error: "an http or https address, such as http://127.0.0.1:11434/v1" });

const ProviderModel = z.discriminatedUnion("provider", [
  z.strictObject({
    provider: z.literal("anthropic"),
    model,
    baseUrl: baseUrl.optional(),
    apiKeyEnv: envName.default("ANTHROPIC_API_KEY"),
    reasoningEffort: reasoning(["low", "medium", "high", "xhigh", "max"]),
    structured: z.enum(["native", "tool"]).default("native").describe("tool: for a server that cannot hold a model to a schema."),
    ...call,
  }),
  z.strictObject({
    provider: z.literal("openai"),
    model,
    baseUrl: baseUrl.optional(),
    apiKeyEnv: envName.default("OPENAI_API_KEY"),
    ...openAiCall,
  }),
  z.strictObject({ provider: z.literal("openai-compatible"), model, baseUrl, apiKeyEnv: envName.optional(), ...openAiCall }),
  z.strictObject({
    provider: z.literal("azure"),
    model,
    baseUrl,
    apiVersion: z.string().min(1).max(40).optional(),
    apiKeyEnv: envName.default("AZURE_OPENAI_API_KEY"),
    ...openAiCall,
  }),
  z.strictObject({
    provider: z.literal("replay"),
    file: z.string().min(1).max(500).describe("A file of written-down replies, beside or below this file."),
    wordDelayMs: z.int().nonnegative().max(1000).default(0).describe("Between words, so that it looks as if somebody typed."),
  }),
]);

const ModelChoice = z.union([
  ProviderModel,
  z.strictObject({
    anyOf: z
      .array(ProviderModel)
      .min(1)
      .max(10)
      .describe("The first whose key is in the environment is used; one that needs no key always counts as having it."),
  }),
]);

const Assistant = z.strictObject({
  name: agentName,
  kind: z.literal("assistant").optional(),
  icon,
  description,
  model: key.describe("A name under `models`."),
  instructions: z
    .string()
    .max(INSTRUCTIONS_LENGTH_MAX)
    .default("")
    .describe("Its part, in the second person. Who is in the team and how to hand over is added."),
  tools: z.array(key).max(50).default([]),
  toolRoundsMax: z.int().positive().max(50).default(8).describe("How often it may call tools in one turn before it must answer."),
  handoffs: z
    .array(z.string().min(1).max(40))
    .max(AGENTS_PER_TEAM_MAX)
    .default([])
    .describe('Names of agents, or "human" for a person in the thread.'),
});

const CodeRunner = z.strictObject({
  name: agentName,
  kind: z.literal("code-runner"),
  icon,
  description,
  runs: z.array(z.string().min(1).max(40)).min(1, { error: "name the agents whose code blocks it runs" }).max(AGENTS_PER_TEAM_MAX),
});

const Agent = z.discriminatedUnion("kind", [Assistant, CodeRunner]);

const STOP_LIST_MAX = 20;

/** One key says what kind of condition it is; `any` and `all` hold others. */
export interface StopSettings {
  any?: StopSettings[] | undefined;
  all?: StopSettings[] | undefined;
  textMention?: string | { text: string; agents?: string[] | undefined } | undefined;
  maxMessages?: number | undefined;
  maxTurns?: number | undefined;
  tokens?: number | { total?: number | undefined; input?: number | undefined; output?: number | undefined } | undefined;
  usd?: number | undefined;
  minutes?: number | undefined;
  handoff?: string | undefined;
}

const stopList = z.lazy(() => z.array(Stop).min(1).max(STOP_LIST_MAX)).optional();

const Stop: z.ZodType<StopSettings, StopSettings> = z
  .strictObject({
    any: stopList.describe("Stops when one of these holds."),
    all: stopList.describe("Stops when all of these hold."),
    textMention: z
      .union([
        z.string().min(1).max(200),
        z.strictObject({ text: z.string().min(1).max(200), agents: z.array(z.string()).min(1).optional() }),
      ])
      .optional()
      .describe("Stops when an agent's message has these words, upper and lower case as written."),
    maxMessages: z.int().positive().max(10_000).optional().describe("Counts people's messages too."),
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
    handoff: z.string().min(1).max(40).optional().describe("Stops when the floor is handed to this agent."),
  })
  .refine((condition) => Object.keys(condition).length === 1, {
    error: "one condition has one key; put several into a list under `any` or `all`",
  })
  .meta({ minProperties: 1, maxProperties: 1 });

const Limits = z
  .strictObject({
    turns: z.int().positive().max(500).default(24),
    minutes: z
      .number()
      .positive()
      .max(24 * 60)
      .default(20)
      .describe("Time spent waiting for people does not count."),
    tokens: z.int().positive().max(50_000_000).default(200_000),
    usd: z.number().positive().max(1000).default(1),
  })
  .describe("Always on; checked before each model call and each code run.");

const Speakers = z.discriminatedUnion("policy", [
  z.strictObject({ policy: z.literal("round-robin") }),
  z.strictObject({
    policy: z.literal("selector"),
    model: key.describe("A name under `models`; a small one will do."),
    allowRepeats: z.boolean().default(false).describe("Whether the one who spoke last may be chosen again."),
    attempts: z.int().positive().max(10).default(3).describe("How often the model is asked before the choice falls back to a rule."),
  }),
]);

const TeamSchema = z.strictObject({
  description: description.describe("One line for people who pick a team."),
  speakers: Speakers,
  agents: z.array(Agent).min(1, { error: "a team needs at least one agent" }).max(AGENTS_PER_TEAM_MAX),
  stop: Stop.optional().describe(
    "The team's goal, asked between turns. Without it only a selector's decision, a person or the limits end a run.",
  ),
  limits: Limits.prefault({}),
});

const Sandbox = z.strictObject({
  executor: z
    .enum(["docker", "wasm", "off"])
    .default("docker")
    .describe("docker: a container of its own for each thread. wasm: Python without the file system and the network. off: no code is run."),
  image: z
    .string()
    .min(1)
    .max(300)
    .default("parley-sandbox")
    .describe("An image that the engine has; nothing is pulled. PARLEY_SANDBOX_IMAGE goes before this."),
  timeoutSeconds: z.int().positive().max(600).default(60),
  memoryMb: z.int().min(64).max(16_384).default(512),
});

const SlackSettings = z.strictObject({});

export const TeamFile = z
  .strictObject({
    include: z
      .array(z.string().min(1).max(500))
      .max(INCLUDES_MAX)
      .default([])
      .describe("Other team files, beside or below this one. Their models give way to those of the same name here."),
    models: z.record(key, ModelChoice).default({}),
    teams: z.record(key, TeamSchema).default({}),
    defaultTeam: z.string().optional().describe("For a mention that names no team; the first team when absent."),
    sandbox: Sandbox.prefault({}),
    slack: SlackSettings.prefault({}),
    database: z.string().min(1).max(1000).default("data/parley.db").describe("PARLEY_DB goes before this."),
  })
  .refine((file) => Object.keys(file.models).length <= MODELS_MAX, { error: `at most ${MODELS_MAX} models`, path: ["models"] })
  .refine((file) => Object.keys(file.teams).length <= TEAMS_MAX, { error: `at most ${TEAMS_MAX} teams`, path: ["teams"] });

export type TeamFile = z.output<typeof TeamFile>;
export type ModelChoice = z.output<typeof ModelChoice>;
export type ProviderModel = z.output<typeof ProviderModel>;
export type TeamSettings = z.output<typeof TeamSchema>;
export type AgentSettings = z.output<typeof Agent>;
export type SandboxSettings = z.output<typeof Sandbox>;

/** For editors: the team file as JSON Schema (draft 2020-12), as it may be written, defaults left out. */
export function teamFileJsonSchema(): Record<string, unknown> {
  return { title: "Parley team file", ...z.toJSONSchema(TeamFile, { io: "input" }) };
}
