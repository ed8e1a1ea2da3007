import { hostname } from "node:os";
import { dirname } from "node:path";
import { createAlerts, INCIDENTS_NOTE, type Alerts } from "./alerts/alerts.ts";
import { readIncidents, type Telling } from "./alerts/incidents.ts";
import { createSeenHere } from "./alerts/watch/seen-here.ts";
import { watchDisk, watchLostSandboxes, watchSandbox } from "./alerts/watch/machine.ts";
import { watchMoney } from "./alerts/watch/money.ts";
import { watchProviders } from "./alerts/watch/providers.ts";
import { watchQueues } from "./alerts/watch/queues.ts";
import { ConfigError } from "./config/config-error.ts";
import type { Settings } from "./config/load.ts";
import type { Clock } from "./engine/clock.ts";
import { isWorker, type Role } from "./engine/role.ts";
import type { Gates } from "./models/gated.ts";
import type { DayBudgets } from "./runner/day-budgets.ts";
import type { Executor } from "./sandbox/executor.ts";
import type { SlackOfMany } from "./parley-options.ts";
import type { Slack, SlackSettings } from "./slack/slack.ts";
import type { Dispatch } from "./store/dispatch.ts";
import { fileOf, isSqlite } from "./store/open-store.ts";
import type { Store } from "./store/store.ts";

/** The alerts of a process, wired, with what tells them of what it sees. */
export interface OpenAlerts extends Alerts {
  readonly replied: NonNullable<Gates["replied"]>;
  readonly onDropped: (dropped: { readonly team: string }) => void;
}

interface AlertWiring {
  readonly settings: Pick<Settings, "alerts">;
  readonly role: Role;
  readonly dbPath: string;
  readonly store: Store;
  readonly dispatch: Dispatch;
  readonly executor: Executor;
  readonly budgets: () => DayBudgets;
  /** Nobody can be told without it. */
  readonly slack?: SlackSettings | SlackOfMany;
  readonly inSlack: () => Slack | undefined;
  readonly clock: Clock;
}

/** Slack says so once for each minute in which it drops some. */
const DROPPED_MS = 10 * 60_000;
const NO_SLACK = { kind: "unknown", code: "not_connected" } as const;

/** Nothing where no channel is named. Throws {@link ConfigError} where it is not known in which workspace it is. */
export function openAlerts(
  { settings, role, dbPath, store, dispatch, executor, budgets, slack, inSlack, clock }: AlertWiring,
  log: (problem: string, error?: unknown) => void,
): OpenAlerts | undefined {
  const { channel: place, runbook } = settings.alerts;
  if (place === undefined || !slack) return undefined;
  const [channel = "", workspace] = place.split("/").toReversed();
  if ("oauth" in slack && workspace === undefined)
    throw new ConfigError([
      {
        file: "environment",
        path: "PARLEY_ALERTS_CHANNEL",
        message: `is ${place}, and Parley is in several workspaces; write it with the one that it is in, as T0123ABCD/${place}.`,
      },
    ]);
  const host = hostname();
  const seen = createSeenHere(clock);
  const lostIn = watchLostSandboxes(seen, clock);
  const unfollow = store.follow(({ events, here }) => void (here && lostIn(events)));
  const isFile = isSqlite(dbPath) && dbPath !== ":memory:";
  const alerts = createAlerts({
    store,
    clock,
    name: `${role === "all" ? "process" : role} on ${host} (${process.pid})`,
    seen,
    looks: [
      ...(isWorker(role) && executor.answers ? [watchSandbox(seen, executor.answers)] : []),
      ...(isFile ? [watchDisk(seen, { folder: dirname(fileOf(dbPath)), host })] : []),
    ],
    overlook: () => [
      watchQueues({ store, dispatch, isParked: (thread) => inSlack()?.isParked(thread) ?? false, clock }),
      watchMoney({ store, budgets: budgets(), clock }),
    ],
    post: async (message) => (await inSlack()?.alert({ workspace, channel }, message)) ?? NO_SLACK,
    runbook,
    log,
  });
  return {
    start: alerts.start,
    async close() {
      unfollow();
      await alerts.close();
    },
    replied: watchProviders(seen, clock),
    onDropped: ({ team }) =>
      seen.see(
        { kind: "events-dropped", subject: `workspace ${team}`, detail: "More than 30,000 events an hour come of it." },
        { forMs: DROPPED_MS },
      ),
  };
}

/** Of the message that waits to be posted, why it was not. */
export const lastRefusedAlert = async (notes: Pick<Store, "note">): Promise<Telling["refused"]> =>
  readIncidents(await notes.note(INCIDENTS_NOTE)).telling?.refused;
