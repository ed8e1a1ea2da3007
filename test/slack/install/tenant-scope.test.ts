import { expect, test } from "vitest";
import type { LoginDesk } from "../../../src/slack/logins/login-desk.ts";
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

test("of many workspaces each has the logins of its own people, and of nobody else's", async () => {
  const asked: unknown[] = [];
  const logins: LoginDesk = {
    offer: async (_wish, { thread }) => (asked.push(thread), "https://parley.example/login"),
    list: async (workspace) => (asked.push(workspace), []),
    withdraw: async (workspace) => (asked.push(workspace), true),
  };
  const own = tenantScoped("T1", { logins, runner: {}, store: {} } as unknown as TenantPorts).logins;
  const wish = { server: "github", share: "person" } as Parameters<LoginDesk["offer"]>[0];
  const given = { server: "github", owner: "T2/U1" };
  expect(await own?.offer(wish, { thread: "T2/C1/1.000001", seq: 1 })).toBeUndefined();
  expect(await own?.list("T2", { id: "U1" })).toEqual([]);
  expect(await own?.withdraw("T2", { id: "U1" }, given)).toBe(false);
  expect(asked).toEqual([]);
  expect(await own?.offer(wish, { thread: "T1/C1/1.000001", seq: 1 })).toBe("https://parley.example/login");
  await own?.list("T1", { id: "U1" });
  expect(await own?.withdraw("T1", { id: "U1" }, { ...given, owner: "T1/U1" })).toBe(true);
  expect(asked).toEqual(["T1/C1/1.000001", "T1", "T1"]);
  expect(tenantScoped("T1", { runner: {}, store: {} } as unknown as TenantPorts).logins).toBeUndefined();
});
