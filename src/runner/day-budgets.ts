import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { Clock } from "../engine/clock.ts";
import type { NearedLimit, Person, StopReason } from "../engine/events/events.ts";
import { HALT_MINUTES_MAX, isHalted } from "../engine/events/limits-fold.ts";
import { isNear } from "../engine/limits/run-limits.ts";
import type { RunState } from "../engine/reading/run-state.ts";
import { currentRun, type Transcript } from "../engine/reading/transcript.ts";
import type { Settings } from "../store/settings.ts";
import type { Store } from "../store/store.ts";
import { forEachOf } from "./look-over.ts";

/** US dollars a day (UTC); no limit where one is absent. */
export interface BudgetSettings {
  readonly personUsdPerDay?: number | undefined;
  readonly channelUsdPerDay?: number | undefined;
  readonly workspaceUsdPerDay?: number | undefined;
}

/**
 * What persons, channels and workspaces may spend a day, and have spent. An account is named as its settings are: `workspace`, `channel/C1`,
 * `person/U1`. A `usdPerDay` in these settings takes precedence over the team file's budgets.
 */
export interface DayBudgets {
  /** The accounts to which a thread's costs are added, by day. */
  accounts(thread: string, startedBy: Person): readonly string[];
  /** How an account stands today. */
  spending(workspace: string, account: string): Promise<Spending>;
  /** The budgets that a run in this thread, started by this person, has to keep. */
  held(workspace: string, thread: string, startedBy: Person): Promise<readonly Budget[]>;
  /** How far people may raise the budget of an account for a day. */
  most(account: string): number;
  /** Raises a budget for the rest of the day, up to {@link most}; `false` where that would not raise it. May be called twice. */
  raise(workspace: string, budget: { readonly account: string; readonly usd: number }, person: Person): Promise<boolean>;
}

export interface Spending {
  readonly account: string;
  /** UTC: `2026-11-23`. */
  readonly day: string;
  /** `undefined` where the account has no budget. */
  readonly limit: number | undefined;
  readonly spent: number;
  /** False where some price is not known: then `spent` is a lower bound. */
  readonly priced: boolean;
  /** Some of it rests on estimated tokens. */
  readonly estimated?: true;
}

export interface Budget extends Spending {
  readonly limit: number;
}

export const isUsedUp = ({ spent, limit }: Budget): boolean => spent >= limit;

/** UTC: `2026-11-23`. */
export const dayOf = (nowMs: number): string => new Date(nowMs).toISOString().slice(0, DAY_CHARS);

/** When the next day begins in UTC: ISO 8601. */
export const nextDay = (nowMs: number): string => new Date((Math.floor(nowMs / DAY_MS) + 1) * DAY_MS).toISOString();

const DAY_MS = 24 * 60 * 60_000;
const DAY_CHARS = "2026-11-23".length;
/** Two people may raise a budget at the same moment; more than a few rounds of that is a bug. */
const TRIES_MAX = 10;

export function createDayBudgets(parts: {
  readonly store: Pick<Store, "spentOn">;
  readonly settings: Pick<Settings, "get" | "put" | "follow">;
  readonly budgets: BudgetSettings;
  /** How far people may raise budgets; without bounds where one is absent. */
  readonly ceilings?: BudgetSettings;
  readonly accounts: DayBudgets["accounts"];
  readonly clock: Pick<Clock, "now">;
}): DayBudgets {
  const { store, settings, budgets, clock } = parts;
  const most = (account: string): number => inFile(parts.ceilings ?? {}, account) ?? Infinity;
  const today = () => dayOf(clock.now());

  /** A cache of what people have set for accounts, since it is asked for before and after each event of a run; an entry goes when its setting changes. */
  const set = new Map<string, Promise<SetByPeople>>();
  settings.follow((changed) => {
    if (changed.name === undefined) set.clear();
    else set.delete(keyOf(changed.workspace, changed.name.replace(raisedName(""), "")));
  });

  function setOf(workspace: string, account: string): Promise<SetByPeople> {
    const key = keyOf(workspace, account);
    const known = set.get(key);
    if (known) return known;
    if (set.size >= ACCOUNTS_MAX) set.clear();
    const read = Promise.all([settings.get(workspace, account), settings.get(workspace, raisedName(account))]).then(([own, raised]) => ({
      own: dollarsIn(own?.value, "usdPerDay"),
      raised: raised?.value,
    }));
    set.set(key, read);
    read.catch(() => void (set.get(key) === read && set.delete(key)));
    return read;
  }

  async function limitOf(workspace: string, account: string): Promise<number | undefined> {
    const { own, raised: raisedThen } = await setOf(workspace, account);
    const first = inFile(budgets, account);
    // A budget set in Slack may raise the file's only up to the ceiling; where the file has none, any budget is a restriction.
    const limit = own === undefined || first === undefined ? (own ?? first) : Math.min(own, Math.max(first, most(account)));
    const raised = raisedOn(today(), raisedThen);
    return limit === undefined || raised === undefined ? limit : Math.max(limit, Math.min(raised, most(account)));
  }

  async function spending(workspace: string, account: string): Promise<Spending> {
    const [limit, { usd: spent, priced, estimated }] = await Promise.all([
      limitOf(workspace, account),
      store.spentOn(workspace, account, today()),
    ]);
    return { account, day: today(), limit, spent, priced, ...(estimated ? { estimated } : {}) };
  }

  return {
    accounts: parts.accounts,
    spending,
    most,
    async held(workspace, thread, startedBy) {
      const held: Budget[] = [];
      for (const account of parts.accounts(thread, startedBy)) {
        const limit = await limitOf(workspace, account);
        // Where nobody has set a budget nothing is looked up.
        if (limit !== undefined) held.push({ ...(await spending(workspace, account)), limit });
      }
      return held;
    },
    async raise(workspace, { account, usd: wanted }, person) {
      const name = raisedName(account);
      const usd = Math.min(wanted, most(account));
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const limit = await limitOf(workspace, account);
        if (limit === undefined || limit >= usd) return false;
        const revision = (await settings.get(workspace, name))?.revision ?? 0;
        const detail = `$${limit.toFixed(2)} to $${usd.toFixed(2)} on ${today()}`;
        const decision = { workspace, person, deed: "raise budget", subject: account, allowed: true, detail };
        if (await settings.put({ name, value: { day: today(), usd }, revision, decision })) return true;
      }
      throw new Error(`the budget of ${account} could not be raised: others did so at the same time, ${TRIES_MAX} times`);
    },
  };
}

interface SetByPeople {
  readonly own: number | undefined;
  /** As it stands there: it may be another day's. */
  readonly raised: unknown;
}

/** Accounts whose settings are kept in mind; with more, they are read again. */
const ACCOUNTS_MAX = 10_000;

const keyOf = (workspace: string, account: string): string => `${workspace} ${account}`;

const raisedName = (account: string): string => `raised/${account}`;

function inFile({ personUsdPerDay, channelUsdPerDay, workspaceUsdPerDay }: BudgetSettings, account: string): number | undefined {
  const [kind] = account.split("/");
  return kind === "person" ? personUsdPerDay : kind === "channel" ? channelUsdPerDay : workspaceUsdPerDay;
}

/** What is not as it should be does not hold. */
function dollarsIn(value: unknown, name: string): number | undefined {
  const found = typeof value === "object" && value !== null ? (value as { readonly [name: string]: unknown })[name] : undefined;
  return typeof found === "number" && Number.isFinite(found) && found > 0 ? found : undefined;
}

const raisedOn = (day: string, value: unknown): number | undefined =>
  typeof value === "object" && value !== null && "day" in value && value.day === day ? dollarsIn(value, "usd") : undefined;

export const reasonsOf = (budgets: readonly Budget[]): readonly StopReason[] =>
  budgets.filter(isUsedUp).map(({ account, day, limit, spent, priced }) => ({ kind: "budget", account, day, limit, spent, priced }));

/** Whether a run waits for one of these accounts to have budget again, and for nothing else. */
export const waitsForBudget = (run: RunState, accounts: readonly string[]): boolean =>
  isHalted(run) &&
  run.halt !== undefined &&
  run.halt.reasons.every(({ kind }) => kind === "budget") &&
  run.halt.reasons.some((reason) => reason.kind === "budget" && accounts.includes(reason.account));

/** Those that have come near in this run and that it has not been told of. */
export const nearingBudgets = (budgets: readonly Budget[], { neared }: RunState): readonly NearedLimit[] =>
  budgets
    .map(({ account, spent, limit }) => ({ limit: "budget" as const, account, used: spent, of: limit }))
    .filter((one) => isNear(one) && !neared.some(({ account, of }) => account === one.account && of === one.of));

/** How many logs are read at once: a store that is asked for several can read them together. */
const LOGS_AT_ONCE_MAX = 20;
/** Clocks of processes may differ, and a halt that is over is ended a little later. */
const MARGIN_MS = 3_600_000;

/**
 * Looks again at each run of a workspace that waits for the budget of one of these accounts, and for nothing else. A run halts for a day at most, so only
 * threads are read in which something was recorded within that time; other work goes on between them. Rejects once the signal is aborted: then the caller
 * does it again at the next start.
 */
export async function lookAgainAtBudgets(
  { workspace, accounts, here }: { readonly workspace: string; readonly accounts: readonly string[]; readonly here: string | undefined },
  parts: {
    readonly store: Pick<Store, "unfinished">;
    readonly clock: Pick<Clock, "now">;
    readonly read: (thread: string) => Promise<Transcript>;
    readonly lookAgain: (thread: string) => Promise<void>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  if (accounts.length === 0) return;
  const { store, clock, read, lookAgain, signal } = parts;
  const since = new Date(clock.now() - HALT_MINUTES_MAX * 60_000 - MARGIN_MS).toISOString();
  const threads = (await store.unfinished(workspace, since)).filter(({ thread, at }) => thread !== here && at >= since);
  await forEachOf(threads, LOGS_AT_ONCE_MAX, async ({ thread }, index) => {
    if (index % LOGS_AT_ONCE_MAX === LOGS_AT_ONCE_MAX - 1) await eventLoopTurn();
    signal.throwIfAborted();
    if (waitsForBudget(currentRun(await read(thread)), accounts)) await lookAgain(thread);
  });
}
