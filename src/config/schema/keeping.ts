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

/** A channel, and before it the workspace that it is in. */
export const ALERTS_CHANNEL = /^(?:(T[A-Z0-9]{2,20})\/)?([CG][A-Z0-9]{2,20})$/;
export const NO_ALERTS_CHANNEL = "is no channel; give its id, such as C0123ABCD, and for many workspaces T0123ABCD/C0123ABCD";

/** Where whoever runs Parley is told what is not as it should be. */
export const Alerts = z
  .strictObject({
    channel: z
      .string()
      .regex(ALERTS_CHANNEL, { error: NO_ALERTS_CHANNEL })
      .optional()
      .describe(
        "A channel that Parley is in, by id; for many workspaces with the workspace before it. PARLEY_ALERTS_CHANNEL goes before this.",
      ),
    runbook: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("Where docs/runbook.md is on the web: messages link to its entries."),
  })
  .describe(
    "Told once are troubles of providers, money, queues, sandboxes, processes, disks and the database, and when they are over. Nobody is told without a channel.",
  );
