import { expect, test } from "vitest";
import { settled } from "../../../src/store/contracts/fake-clock.ts";
import type { Query } from "../../../src/store/postgres/server/connection.ts";
import { createReservations } from "../../../src/store/postgres/together/reservations.ts";

test("who asks for money has those of other workspaces who wait for theirs ask nothing", async () => {
  const asked: unknown[] = [];
  const query = (async (sql: string, [workspace]: readonly unknown[] = []) => {
    if (!sql.includes("AS under_way")) return [];
    asked.push(workspace);
    return [{ spent: 0, under_way: workspace === "T1" ? 1 : 0 }];
  }) as Query;
  const { reserve, look, close } = createReservations(
    { transaction: (work) => work(query) },
    { changes: { make: async () => undefined }, membership: () => ({ as: (work) => work(1) }) },
  );
  const { signal } = new AbortController();
  const callIn = (workspace: string) => ({ workspace, day: "2026-01-05", usd: 1, budgets: [{ account: "workspace", limit: 1 }] });
  const waiting = [1, 2, 3].map(() => reserve(callIn("T1"), signal));
  await settled();
  asked.length = 0;
  expect((await reserve(callIn("T2"), signal)).kind).toBe("reserved");
  expect(asked).toEqual(["T2"]);
  look("T1");
  await settled();
  expect(asked).toEqual(["T2", "T1", "T1", "T1"]);
  close();
  expect(await Promise.all(waiting)).toEqual([{ kind: "aborted" }, { kind: "aborted" }, { kind: "aborted" }]);
});
