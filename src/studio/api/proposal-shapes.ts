import { z } from "zod";
import { Mistake } from "./team-shapes.ts";

/** What the API answers and is asked about proposals of changes to teams, version 1. */

const text = z.string();
const Share = z.object({ value: z.number(), low: z.number(), high: z.number() }).describe("Of 1, with its 95 % interval.");

export const ProposalAnswer = z.object({
  proposal: z
    .object({
      at: text.describe("ISO 8601, UTC; which one it is."),
      state: z.enum(["open", "changed"]).describe("changed: the team is not what it was made of any more, and it cannot be taken."),
      askedBy: text,
      file: text.describe("Of the evaluation."),
      revision: z.int().describe("Of the team that it changes."),
      before: text.describe("The team as a team file has it."),
      after: text,
      reasons: z.array(text).describe("What it mends, as whoever wrote it says."),
      heldOut: z.object({ cases: z.int(), before: Share, after: Share, difference: Share, p: z.number() }),
      usd: z.number(),
    })
    .optional()
    .describe("Absent where none waits."),
});

export const ProposalBody = z.object({
  at: text.max(40).describe("Which proposal; another is not decided on."),
  take: z.boolean().describe("true: the team becomes what was proposed, as a new revision."),
});
export const ProposalDone = z.object({
  revision: z.int().optional().describe("Of the team that was taken; absent where nothing was kept."),
  mistakes: z.array(Mistake),
});

export type ProposalAnswer = z.infer<typeof ProposalAnswer>;
export type ProposalDone = z.infer<typeof ProposalDone>;
