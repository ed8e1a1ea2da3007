import { z } from "zod";

/** What the API answers and is asked about teams, version 1. */

const text = z.string();
const count = z.int().nonnegative();
const workspace = text.max(200).describe("One of those that the session lists.");
const name = text.min(1).max(100);
/** As much as a team may have, and some room for what is wrong with it. */
const yaml = text.max(400_000).describe("A team as a team file has it: `teams: { NAME: … }`, one of them.");

export const Mistake = z
  .object({
    path: text.describe("Below the team, such as agents[0].model; empty for the team as a whole."),
    line: count.optional().describe("From 1, in the text that was sent."),
    message: text.describe("What is wrong, and the mend."),
  })
  .meta({ id: "TeamMistake" });

export const TeamLine = z
  .object({
    name: text,
    description: text,
    policy: text.describe("Who speaks next, such as selector."),
    agents: z.array(z.object({ name: text, icon: text })),
    fromFile: z.boolean().describe("Of the team file: only to be read here."),
    isDefault: z.boolean(),
    revision: count.describe("Of what is kept; 0 for one of the file."),
    mistakes: z.array(Mistake).describe("Why it cannot be used any more."),
  })
  .meta({ id: "TeamLine" });

export const TeamsQuery = z.object({ workspace });
export const TeamsAnswer = z.object({
  teams: z.array(TeamLine),
  mayNotEdit: text.optional().describe("Why whoever asks may change none; absent where they may."),
  mayNotPlay: text.optional().describe("Why there is no playground for them; absent where there is."),
  models: z.array(z.object({ name: text, provider: text, model: text })),
  tools: z.array(z.object({ name: text, kind: text, description: text })),
  ceilings: z.object({ turns: z.number(), minutes: z.number(), tokens: z.number(), usd: z.number(), code: text }),
});

export const SchemaAnswer = z.looseObject({}).describe("JSON Schema (draft 2020-12) of the text of one team.");

export const TeamParams = z.object({ workspace: text.min(1).max(200), name });
export const TeamAnswer = z.object({
  name: text,
  yaml: text.describe("As a team file has it."),
  fromFile: z.boolean(),
  revision: count,
  mistakes: z.array(Mistake),
});

export const TeamOfRunAnswer = z.object({ yaml: text.describe("The team as it was when the run began, as a team file has it.") });

export const VersionsAnswer = z.object({
  versions: z.array(
    z.object({ revision: count, at: text.describe("ISO 8601, UTC."), yaml: text.optional().describe("Absent: it was taken away.") }),
  ),
});

export const CheckBody = z.object({
  workspace,
  yaml,
  editing: name.optional().describe("The team on the shelf that this is to become; a new one when absent."),
});
export const CheckAnswer = z.object({
  name: text.optional().describe("Of the team in the text, where it can be read."),
  mistakes: z.array(Mistake),
});

export const SaveBody = z.object({
  yaml,
  revision: count.describe("Of the team that was changed; 0 for a new one. Where another is kept by now, nothing is."),
});
export const SaveAnswer = z.object({
  revision: count.optional().describe("Of what is kept now; absent where nothing was kept."),
  mistakes: z.array(Mistake),
});

export const RemoveQuery = z.object({ revision: z.coerce.number().int().positive() });

export const PlayBody = z.object({
  workspace,
  yaml,
  task: text.min(1).max(30_000),
  model: text.max(100).optional().describe("For every agent and whoever leads, in place of those that the text names."),
  recorded: z
    .object({ thread: text.min(1).max(500), seq: z.int().positive() })
    .optional()
    .describe("The run whose recorded words its agents say, in place of their models'."),
});
export const PlayAnswer = z.object({
  run: z.object({ thread: text, seq: count }).optional(),
  mistakes: z.array(Mistake),
});

export type TeamLine = z.infer<typeof TeamLine>;
export type TeamsAnswer = z.infer<typeof TeamsAnswer>;
export type TeamAnswer = z.infer<typeof TeamAnswer>;
export type VersionsAnswer = z.infer<typeof VersionsAnswer>;
export type CheckAnswer = z.infer<typeof CheckAnswer>;
export type SaveAnswer = z.infer<typeof SaveAnswer>;
export type PlayAnswer = z.infer<typeof PlayAnswer>;
export type Mistake = z.infer<typeof Mistake>;
