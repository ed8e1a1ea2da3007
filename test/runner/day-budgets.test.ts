import { beforeEach, describe, expect, test } from "vitest";
import { createDayBudgets, dayOf, nearingBudgets, nextDay, reasonsOf, type BudgetSettings } from "../../src/runner/day-budgets.ts";
import { openSqlite, type SqliteOpened } from "../../src/store/sqlite/store.ts";
import { MARIA } from "../support/scripted.ts";

const NOW = Date.UTC(2026, 0, 5, 9);
const ACCOUNTS = ["workspace", "channel/C1", "person/U0MARIA"];

let opened: SqliteOpened;
let asked: string[];
beforeEach(() => {
  opened = openSqlite({ path: ":memory:", now: () => NOW });
  asked = [];
});

/** The budgets of one process, which tells what it asks of the store. */
function budgetsOf({ store, settings }: SqliteOpened, budgets: BudgetSettings = {}) {
  return createDayBudgets({
    store: {
      spentOn: (workspace, account, day) => {
        asked.push(`spent ${account}`);
        return store.spentOn(workspace, account, day);
      },
    },
    settings: {
      ...settings,
      get: (workspace, name) => {
        asked.push(`set ${name}`);
        return settings.get(workspace, name);
      },
    },
    budgets,
    accounts: () => ACCOUNTS,
    clock: { now: () => NOW },
  });
}

const set = async ({ settings }: SqliteOpened, name: string, value: unknown) => {
  const revision = (await settings.get("T1", name))?.revision ?? 0;
  const decision = { workspace: "T1", person: MARIA, deed: "set", subject: name, allowed: true };
  expect(await settings.put({ name, value, revision, decision })).toBe(true);
};

test("where nobody has set a budget nothing is looked up after the first time, however often it is asked", async () => {
  const budgets = budgetsOf(opened);
  expect(await budgets.held("T1", "T1/C1/1", MARIA)).toEqual([]);
  asked.splice(0);
  for (let times = 0; times < 10; times++) expect(await budgets.held("T1", "T1/C1/1", MARIA)).toEqual([]);
  expect(asked).toEqual([]);
});

test("of the accounts that have a budget alone it is looked up what was spent", async () => {
  const budgets = budgetsOf(opened, { channelUsdPerDay: 2 });
  await budgets.held("T1", "T1/C1/1", MARIA);
  asked.splice(0);
  expect(await budgets.held("T1", "T1/C1/1", MARIA)).toMatchObject([{ account: "channel/C1", limit: 2, spent: 0 }]);
  expect(asked).toEqual(["spent channel/C1"]);
});

test("a budget that another process sets, raises or takes away holds at once", async () => {
  const here = budgetsOf(opened);
  const other = opened.beside();
  const limits = async () => (await here.held("T1", "T1/C1/1", MARIA)).map(({ account, limit }) => [account, limit]);
  expect(await limits()).toEqual([]);
  await set(other, "channel/C1", { usdPerDay: 1 });
  expect(await limits()).toEqual([["channel/C1", 1]]);
  expect(await budgetsOf(other).raise("T1", { account: "channel/C1", usd: 3 }, MARIA)).toBe(true);
  expect(await limits()).toEqual([["channel/C1", 3]]);
  await set(other, "channel/C1", undefined);
  expect(await limits()).toEqual([]);
  await other.store.close();
});

describe("what may be spent", () => {
  /** Budgets of whatever was set, spent and may be raised; `lost`: how many others' writes come between. */
  function budgetsWith(parts: {
    readonly budgets?: BudgetSettings;
    readonly ceilings?: BudgetSettings;
    readonly set?: { readonly [name: string]: unknown };
    readonly spent?: number;
    readonly lost?: number;
  }) {
    const values = new Map(Object.entries(parts.set ?? {}));
    const decisions: object[] = [];
    let lost = parts.lost ?? 0;
    let follower: (changed: { readonly workspace: string; readonly name: string | undefined }) => void = () => undefined;
    const settings = {
      get: async (_workspace: string, name: string) => (values.has(name) ? { value: values.get(name), revision: 1 } : undefined),
      put: async ({ name, value, decision }: { readonly name: string; readonly value: unknown; readonly decision: object }) => {
        decisions.push(decision);
        if (lost-- > 0) return false;
        values.set(name, value);
        follower({ workspace: "T1", name });
        return true;
      },
      follow: (each: typeof follower) => ((follower = each), () => undefined),
    };
    const budgets = createDayBudgets({
      store: { spentOn: async () => ({ usd: parts.spent ?? 0, priced: true }) },
      settings: settings as unknown as Parameters<typeof createDayBudgets>[0]["settings"],
      budgets: parts.budgets ?? {},
      ...(parts.ceilings ? { ceilings: parts.ceilings } : {}),
      accounts: () => ACCOUNTS,
      clock: { now: () => NOW },
    });
    const limit = async (account: string) => (await budgets.spending("T1", account)).limit;
    const raise = (usd: number, account = "person/U1") => budgets.raise("T1", { account, usd }, MARIA);
    return { budgets, values, decisions, limit, raise, changes: (name?: string) => follower({ workspace: "T1", name }) };
  }
  const FILE = { personUsdPerDay: 1, channelUsdPerDay: 2, workspaceUsdPerDay: 3 };

  test("is what the file says for each kind of account, and nothing where it says nothing", async () => {
    const { limit } = budgetsWith({ budgets: FILE });
    expect([await limit("person/U1"), await limit("channel/C1"), await limit("workspace")]).toEqual([1, 2, 3]);
    expect(await budgetsWith({}).limit("workspace")).toBeUndefined();
  });

  test("is what people have set, above the file's as far as its ceilings let them, and below it as they like", async () => {
    const own = (usdPerDay: unknown, ceilings: BudgetSettings = {}) =>
      budgetsWith({ budgets: FILE, ceilings, set: { "person/U1": { usdPerDay } } }).limit("person/U1");
    expect(await own(0.5)).toBe(0.5);
    expect(await own(9)).toBe(9);
    expect(await own(9, { personUsdPerDay: 4 })).toBe(4);
    // A ceiling below the file's own budget takes nothing of that.
    expect(await own(9, { personUsdPerDay: 0.5 })).toBe(1);
    expect(await budgetsWith({ ceilings: { personUsdPerDay: 4 }, set: { "person/U1": { usdPerDay: 9 } } }).limit("person/U1")).toBe(9);
  });

  test("what is set otherwise than as an amount of money does not hold", async () => {
    for (const value of [
      null,
      5,
      "5",
      {},
      { usdPerDay: "5" },
      { usdPerDay: 0 },
      { usdPerDay: -1 },
      { usdPerDay: Infinity },
      { usdPerDay: NaN },
    ])
      expect(await budgetsWith({ budgets: FILE, set: { "person/U1": value } }).limit("person/U1")).toBe(1);
  });

  test("was raised for its day alone, and no further than the ceiling", async () => {
    const raised = (value: unknown, ceilings: BudgetSettings = {}) =>
      budgetsWith({ budgets: FILE, ceilings, set: { "raised/person/U1": value } }).limit("person/U1");
    expect(await raised({ day: "2026-01-05", usd: 5 })).toBe(5);
    expect(await raised({ day: "2026-01-04", usd: 5 })).toBe(1);
    expect(await raised({ day: "2026-01-05", usd: 0.2 })).toBe(1);
    expect(await raised({ day: "2026-01-05", usd: 5 }, { personUsdPerDay: 3 })).toBe(3);
    for (const value of [null, "2026-01-05", { usd: 5 }, { day: "2026-01-05" }]) expect(await raised(value)).toBe(1);
    expect(await budgetsWith({ set: { "raised/person/U1": { day: "2026-01-05", usd: 5 } } }).limit("person/U1")).toBeUndefined();
  });

  test("is raised by a person, which is written down; not to what there is already, nor where there is no budget", async () => {
    const { raise, limit, values, decisions } = budgetsWith({ budgets: FILE });
    expect(await raise(1)).toBe(false);
    expect(await raise(4)).toBe(true);
    expect([await limit("person/U1"), values.get("raised/person/U1")]).toEqual([4, { day: "2026-01-05", usd: 4 }]);
    expect(decisions).toEqual([
      { workspace: "T1", person: MARIA, deed: "raise budget", subject: "person/U1", allowed: true, detail: "$1.00 to $4.00 on 2026-01-05" },
    ]);
    expect(await raise(4)).toBe(false);
    expect(await budgetsWith({}).raise(4)).toBe(false);
    const capped = budgetsWith({ budgets: FILE, ceilings: { personUsdPerDay: 2 } });
    expect([await capped.raise(9), await capped.limit("person/U1"), await capped.raise(9)]).toEqual([true, 2, false]);
    expect([capped.budgets.most("person/U1"), capped.budgets.most("workspace")]).toEqual([2, Infinity]);
  });

  test("is raised again where others did so at the same time, and not for ever", async () => {
    const some = budgetsWith({ budgets: FILE, lost: 9 });
    expect([await some.raise(4), some.decisions.length]).toEqual([true, 10]);
    const always = budgetsWith({ budgets: FILE, lost: Infinity });
    await expect(always.raise(4)).rejects.toThrow("the budget of person/U1 could not be raised: others did so at the same time, 10 times");
    expect(always.decisions).toHaveLength(10);
  });

  test("is read again when that account's setting was changed, or nobody knows which", async () => {
    const { limit, values, changes } = budgetsWith({ budgets: FILE });
    expect(await limit("person/U1")).toBe(1);
    values.set("person/U1", { usdPerDay: 7 });
    changes("person/U2");
    expect(await limit("person/U1")).toBe(1);
    changes("person/U1");
    expect(await limit("person/U1")).toBe(7);
    values.set("person/U1", { usdPerDay: 8 });
    changes(undefined);
    expect(await limit("person/U1")).toBe(8);
  });

  test("that could not be read is read again", async () => {
    let reads = 0;
    const budgets = createDayBudgets({
      store: { spentOn: async () => ({ usd: 0, priced: true }) },
      settings: {
        get: async () => {
          if (reads++ === 0) throw new Error("the disk is full");
          return undefined;
        },
        put: async () => true,
        follow: () => () => undefined,
      },
      budgets: FILE,
      accounts: () => ACCOUNTS,
      clock: { now: () => NOW },
    });
    await expect(budgets.spending("T1", "workspace")).rejects.toThrow("the disk is full");
    expect(await budgets.spending("T1", "workspace")).toMatchObject({ limit: 3 });
  });

  test("is used up when all of it is spent, and comes near from four fifths on, once for each amount", async () => {
    const held = (spent: number) => budgetsWith({ budgets: { workspaceUsdPerDay: 10 }, spent }).budgets.held("T1", "T1/C1/1", MARIA);
    expect(reasonsOf(await held(9.99))).toEqual([]);
    expect(reasonsOf(await held(10))).toEqual([
      { kind: "budget", account: "workspace", day: "2026-01-05", limit: 10, spent: 10, priced: true },
    ]);
    const near = (spent: number, neared: readonly object[] = []) =>
      held(spent).then((budgets) => nearingBudgets(budgets, { neared } as unknown as Parameters<typeof nearingBudgets>[1]));
    const one = { limit: "budget", account: "workspace", used: 8, of: 10 };
    expect([await near(7.9), await near(8), await near(10)]).toEqual([[], [one], []]);
    expect(await near(8, [one])).toEqual([]);
    expect(
      await near(8, [
        { ...one, of: 9 },
        { ...one, account: "person/U1" },
      ]),
    ).toEqual([one]);
  });
});

test("a day is UTC's, and the next one begins at its midnight", () => {
  expect([dayOf(NOW), nextDay(NOW), nextDay(Date.UTC(2026, 0, 6))]).toEqual([
    "2026-01-05",
    "2026-01-06T00:00:00.000Z",
    "2026-01-07T00:00:00.000Z",
  ]);
});
