import { beforeEach, expect, test } from "vitest";
import { createDayBudgets, type BudgetSettings } from "../../src/runner/day-budgets.ts";
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
