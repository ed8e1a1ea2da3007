import { z } from "zod";

const DAYS_MAX = 36_500;
const days = z.int().positive().max(DAYS_MAX);

/** How long what was said is kept. */
export const Retention = z
  .strictObject({
    days: days
      .optional()
      .describe("A thread in which nothing has happened for so long is forgotten, once a day and at each start. For ever when absent."),
    keep: z
      .array(z.enum(["costs", "audit", "memory"]))
      .default(["costs", "audit"])
      .describe(
        "What stays of it. costs: who spoke when, how it ended and what it cost, without words. audit: who decided what, without words. memory: what agents were asked to remember.",
      ),
    removedWorkspaceDays: days
      .default(30)
      .describe("A workspace from which the app was removed is forgotten after so long, unless it is installed there again."),
  })
  .describe("docs/forgetting.md says what is forgotten, and what is not.");

/** The log of who decided what. */
export const Audit = z.strictObject({
  days: days.default(1_095).describe("How long an entry is kept; less where `retention` says less and does not keep the audit log."),
  file: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe("Each entry is appended to this file too, one JSON object a line. PARLEY_AUDIT_FILE and --audit-file go before this."),
});
