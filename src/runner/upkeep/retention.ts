import type { Clock } from "../../engine/clock.ts";
import type { Audit } from "../../store/audit.ts";
import type { Forgetter } from "../../store/forgetting.ts";
import type { Decision } from "../../store/settings.ts";
import type { Store } from "../../store/store.ts";
import type { Forgets } from "./forgetting.ts";
import { createLeader } from "../leader.ts";

/** How long what is kept is kept. */
export interface RetentionRules {
  /** For ever when absent. */
  readonly days?: number | undefined;
  readonly keep: readonly ("costs" | "audit" | "memory")[];
  readonly removedWorkspaceDays: number;
  readonly auditDays: number;
}

const DAY_MS = 24 * 3_600_000;

/** Carries on what a crash has broken off, and forgets what is older than it may be: at the start and then once a day. */
export function createRetention(parts: {
  readonly rules: RetentionRules;
  readonly forgetting: Pick<Forgets, "forget" | "resume">;
  readonly forgetter: Pick<Forgetter, "threads" | "removed" | "compact">;
  readonly audit: Pick<Audit, "dropBefore">;
  readonly clock: Clock;
  readonly log: (line: string, error?: unknown) => void;
}): { start(): void; close(): Promise<void> } {
  const { rules, forgetting, forgetter, audit, clock, log } = parts;
  const closing = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const before = (days: number): string => new Date(clock.now() - days * DAY_MS).toISOString();

  async function forgetOld(days: number): Promise<void> {
    const target = {
      kind: "older",
      before: before(days),
      costs: rules.keep.includes("costs"),
      memory: rules.keep.includes("memory"),
    } as const;
    const { length } = await forgetter.threads(target);
    if (length === 0) return;
    const threads = `${length} ${length === 1 ? "thread" : "threads"}`;
    await forgetting.forget(target, byRule("", "forget by time", `${threads} without an event since ${target.before}`));
    log(`${threads} in which nothing had happened for ${days} days were forgotten`);
  }

  async function once(): Promise<void> {
    await forgetting
      .resume()
      .catch((error: unknown) => log("what was being forgotten could not be carried on; it is tried again in a day", error));
    if (rules.days !== undefined) await forgetOld(rules.days);
    for (const workspace of await forgetter.removed(before(rules.removedWorkspaceDays))) {
      await forgetting.forget({ kind: "workspace", workspace }, byRule(workspace, "forget a removed workspace", workspace));
      log(`workspace ${workspace}, from which the app was removed, was forgotten`);
    }
    const kept = rules.days !== undefined && !rules.keep.includes("audit") ? Math.min(rules.days, rules.auditDays) : rules.auditDays;
    await audit.dropBefore(before(kept));
    await forgetter.compact("if small");
  }

  return {
    start() {
      running = (async () => {
        while (!closing.signal.aborted) {
          await once().catch((error: unknown) =>
            log("what is older than it may be could not be forgotten; it is tried again in a day", error),
          );
          await clock.sleep(DAY_MS, closing.signal);
        }
      })();
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}

const byRule = (workspace: string, deed: string, subject: string): Decision => ({
  workspace,
  person: { id: "parley", name: "Parley" },
  deed,
  subject,
  allowed: true,
});

/** The same for several processes on one store: whoever leads does it. */
export const leadRetention = ({ store, ...parts }: { readonly store: Store } & Parameters<typeof createRetention>[0]) =>
  createLeader({ store, key: "retention", create: () => createRetention(parts), clock: parts.clock, log: parts.log });
