import { z } from "zod";
import { limitsOf, usdPerDay } from "./limits.ts";
import { modelRef, toolRef } from "./names.ts";

const NAMES_MAX = 200; // As many models, or single tools of servers, as somebody lists by hand.
const AGENTS_MAX = 200;
const RAISED_TIMES_MAX = 10; // A limit that is raised again and again; beyond that somebody has mistyped.

const ofTeams = z
  .strictObject({
    ...limitsOf({ turns: 100, minutes: 120, tokens: 2_000_000, usd: 10 }),
    agents: z.int().positive().max(AGENTS_MAX).default(20).describe("Who may speak, those of the teams inside it too."),
    models: z.array(modelRef).min(1).max(NAMES_MAX).optional().describe("The models that it may name; all of the file when absent."),
    tools: z
      .array(toolRef)
      .max(NAMES_MAX)
      .optional()
      .describe("The tools that its agents may be given, server/tool for one tool of an MCP server; all of the file when absent."),
    code: z
      .enum(["off", "ask", "auto"])
      .default("auto")
      .describe("off: it has nobody who runs code. ask: a person says yes to each block, whatever the team says. auto: as the team says."),
    memory: z.boolean().default(true).describe("Whether its agents may keep notes."),
    web: z.boolean().default(true).describe("Whether it may read pages of the web, by whatever tool."),
  })
  .prefault({})
  .describe(
    "The most that a team made in Slack may have. What it brings in counts too: the teams inside it, and what stands behind its tools.",
  );

const raised = z
  .strictObject({
    ...limitsOf({ turns: 200, minutes: 480, tokens: 5_000_000, usd: 50 }, RAISED_TIMES_MAX),
    personUsdPerDay: usdPerDay.default(100),
    channelUsdPerDay: usdPerDay.default(250),
    workspaceUsdPerDay: usdPerDay.default(1000),
  })
  .prefault({})
  .describe(
    "How far people may raise a limit of a run that has reached it, and a budget of the day. What this file itself says may be more.",
  );

export const Ceilings = z
  .strictObject({ teams: ofTeams, raised })
  .prefault({})
  .describe("What people in Slack can set at most. More than that is refused where it is typed, and wherever it would take effect.");

export type Ceilings = z.output<typeof Ceilings>;
export type TeamCeilings = Ceilings["teams"];
