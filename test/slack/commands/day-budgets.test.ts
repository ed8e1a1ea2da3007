import { expect, test } from "vitest";
import type { Spending } from "../../../src/runner/runner.ts";
import { ownBudgetText } from "../../../src/slack/commands/day-budgets.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";

const spentBy = async (spending: Partial<Spending>): Promise<string | undefined> => {
  const own: Spending = { account: "person/U1", day: "2026-11-28", spent: 0, priced: true, limit: undefined, ...spending };
  const budgets = { spending: async () => own };
  const ctx = { me: { team: "T", user: "U0BOT" }, runner: { budgets } } as unknown as Parameters<typeof ownBudgetText>[0];
  return (await ownBudgetText(ctx, await loadTranslator("en"), "U1"))?.match(/\*(.*)\*/)?.[1];
};

test("where no price is known, nothing is said of what was spent", async () => {
  expect(await spentBy({ priced: false })).toBeUndefined();
  expect(await spentBy({ priced: false, spent: 0.001 })).toBeUndefined();
  expect(await spentBy({ priced: false, limit: 5 })).toBe("no price is known, at most $5.00");
  expect(await spentBy({ priced: false, spent: 0.5, limit: 5 })).toBe("at least $0.50 of $5.00 (10%)");
  expect(await spentBy({})).toBe("$0.00, no limit");
});
