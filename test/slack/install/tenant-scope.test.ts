import { expect, test } from "vitest";
import { tenantScoped, type TenantPorts } from "../../../src/slack/install/tenant-scope.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";

test("where one process has the store nothing is asked before a call to Slack, of many workspaces as of one", async () => {
  const { store } = openSqlite({ path: ":memory:" });
  const scopedOf = (of: TenantPorts["store"]) => tenantScoped("T1", { store: of, runner: {} } as TenantPorts).store;
  expect(scopedOf(store).stillHere).toBeUndefined();
  const stillHere = async () => undefined;
  expect(scopedOf({ ...store, stillHere }).stillHere).toBe(stillHere);
  await store.close();
});
