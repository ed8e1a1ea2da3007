import { z } from "zod";
import { HALT_MINUTES_MAX } from "../../engine/events/limits-fold.ts";
import type { AgentSettings } from "./agents.ts";
import { Alerts, Audit, Retention } from "./keeping.ts";
import type { KnowledgeSettings } from "./knowledge.ts";
import { type GuardSettings } from "./guards.ts";
import { type ModelChoice, Providers } from "./models.ts";
import { AGENTS_PER_TEAM_MAX, agentRef, description, key } from "./names.ts";
import { Sandbox } from "./sandbox.ts";
import { SlackSettings } from "./slack.ts";
import { withOwnSpellings } from "./spellings.ts";
import { Ceilings } from "./ceilings.ts";
import { Limits, usdPerDay } from "./limits.ts";
import type { SpeakersSettings } from "./speakers.ts";
import type { StopSettings } from "./stop.ts";
import type { ToolSettings } from "./tools.ts";

/** The team file. Every default of Parley lives here; inside, nothing is left open. */

const TEAMS_MAX = 100; // What a pick list in Slack can hold.
const MODELS_MAX = 50;
const TOOLS_MAX = 50;
const INCLUDES_MAX = 50;

const actions = z.enum(["off", "ask", "auto"]).default("auto");

/** What the registry says of the things that can be named. */
export interface Named {
  readonly speakers: z.ZodType<SpeakersSettings>;
  readonly agent: z.ZodType<AgentSettings>;
  readonly stop: z.ZodType<StopSettings>;
  readonly tool: z.ZodType<ToolSettings>;
  readonly model: z.ZodType<ModelChoice>;
  readonly guard: z.ZodType<GuardSettings>;
  readonly knowledge: z.ZodOptional<z.ZodType<readonly KnowledgeSettings[]>>;
}

const GUARDS_MAX = 20; // Each looks at every word that goes anywhere.
const EXTENSIONS_MAX = 50;

const guards = (guard: z.ZodType<GuardSettings>) => z.array(guard).max(GUARDS_MAX).default([]);

const teamOf = ({ speakers, agent, stop, guard, knowledge }: Named) =>
  z
    .strictObject({
      description: description.describe("One line for people who pick a team."),
      speakers,
      agents: z.array(agent).min(1, { error: "a team needs at least one agent" }).max(AGENTS_PER_TEAM_MAX),
      stop: stop
        .optional()
        .describe(
          "The team's goal, asked between turns. Without it only a leader's decision, a graph's end, a person or the limits end a run.",
        ),
      stances: z
        .union([z.enum(["off", "all"]), z.array(agentRef).min(1).max(AGENTS_PER_TEAM_MAX)])
        .default("off")
        .describe(
          "Who is asked, each for itself in one more call, whether they agree before a run ends with an answer; the result says who does not, and why. " +
            "all: every agent with a model but the one who answers. A list: these.",
        ),
      summaryFromTurns: z
        .union([z.literal("never"), z.int().min(2).max(1_000)])
        .default(6)
        .describe(
          "From so many turns on, a run that ends with an answer is summed up for people, by the model that chooses speakers or else the first of an agent, in one more call of at most 600 tokens.",
        ),
      knowledge,
      guards: guards(guard).describe(
        "Beside those of the whole file: what looks at words before they go to a model, to a tool or to people.",
      ),
      limits: Limits.prefault({}),
      answerWithinMinutes: z
        .number()
        .positive()
        .max(7 * 24 * 60)
        .optional()
        .describe("How long a question to people waits; then the run goes on without an answer. For as long as it takes when absent."),
      approvals: z
        .strictObject({
          code: actions.describe("off: no code is run. ask: a person says yes to each block first. auto: it runs in the sandbox."),
          tools: actions.describe("The same for tools that touch the world outside: pages of the web and MCP servers."),
        })
        .prefault({})
        .describe(
          "For the whole team and the teams inside it; an agent's or a tool's own rule, and a channel's in Slack, may be stricter.",
        ),
      approveWithinMinutes: z
        .number()
        .positive()
        .max(7 * 24 * 60)
        .default(60)
        .describe("How long code or a tool waits for a person's yes; then it is not run."),
      quiet: z
        .boolean()
        .default(false)
        .describe("Slack shows the card, the questions and the result alone; the turns are in a file under the result."),
    })
    .overwrite(withOwnSpellings);

const Budgets = z
  .strictObject({
    personUsdPerDay: usdPerDay.optional().describe("What the runs that one person starts may cost a day."),
    channelUsdPerDay: usdPerDay.optional().describe("What the runs of one channel may cost a day."),
    workspaceUsdPerDay: usdPerDay.optional().describe("What all runs of a workspace may cost a day."),
    waitMinutes: z
      .number()
      .positive()
      .max(HALT_MINUTES_MAX)
      .default(30)
      .describe("How long a run in Slack that has reached a limit, of its own or of the day, waits for somebody to raise it."),
  })
  .describe(
    "In US dollars and for days in UTC, as far as prices are known; without limit where one is absent. What is set in Slack goes before it.",
  );

const namedOf = (named: Named) => ({
  models: z.record(key, named.model).default({}),
  tools: z.record(key, named.tool).default({}).describe("Tools that agents can be given; each is started when it is first used."),
  teams: z.record(key, teamOf(named)).default({}),
});

/** The part of the file that says who talks, and with what. */
export const castOf = (named: Named) => z.strictObject(namedOf(named));

/** The schema of a team file in which these can be named. */
export const teamFileOf = (named: Named) =>
  z
    .strictObject({
      extensions: z
        .array(z.string().min(1).max(500))
        .max(EXTENSIONS_MAX)
        .default([])
        .describe(
          "Files of TypeScript or JavaScript whose exports can be named: tools, policies, stops, agent kinds, models and guards below, a store as `database`, scorers in the file of an evaluation. Paths begin at this file.",
        ),
      include: z
        .array(z.string().min(1).max(500))
        .max(INCLUDES_MAX)
        .default([])
        .describe("Other team files, beside or below this one. Their models give way to those of the same name here."),
      ...namedOf(named),
      mcpServers: z
        .record(z.string().max(200), z.looseObject({}))
        .optional()
        .describe(
          "MCP servers as READMEs write them for other programs: paste the JSON here. Each is a tool of its name, as one under `tools`; secrets are named: ${NAME}.",
        ),
      servers: z.record(z.string().max(200), z.looseObject({})).optional().describe("The same as VS Code has it in its mcp.json."),
      inputs: z
        .array(z.looseObject({}))
        .optional()
        .describe("Beside `servers`: what VS Code asks people for is in the environment here, ${input:api-key} in API_KEY."),
      guards: guards(named.guard).describe("For every team of the file, and those that people make in Slack."),
      defaultTeam: z.string().optional().describe("For a mention that names no team; the first team when absent."),
      providers: Providers.prefault({}),
      sandbox: Sandbox.prefault({}),
      slack: SlackSettings.prefault({}),
      budgets: Budgets.prefault({}),
      ceilings: Ceilings,
      retention: Retention.prefault({}),
      audit: Audit.prefault({}),
      alerts: Alerts.prefault({}),
      database: z
        .string()
        .min(1)
        .max(1000)
        .default("data/parley.db")
        .describe("A file of SQLite, or SCHEME:… of a store that an extension defines. PARLEY_DB goes before this."),
    })
    .refine((file) => Object.keys(file.models).length <= MODELS_MAX, { error: `at most ${MODELS_MAX} models`, path: ["models"] })
    .refine((file) => Object.keys(file.tools).length <= TOOLS_MAX, { error: `at most ${TOOLS_MAX} tools`, path: ["tools"] })
    .refine((file) => Object.keys(file.teams).length <= TEAMS_MAX, { error: `at most ${TEAMS_MAX} teams`, path: ["teams"] });

export type TeamFile = z.output<ReturnType<typeof teamFileOf>>;
export type TeamSettings = TeamFile["teams"][string];
