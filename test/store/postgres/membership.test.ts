import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Query } from "../../../src/store/postgres/server/connection.ts";
import { joinOpeners, GONE_MS, type Membership } from "../../../src/store/postgres/together/membership.ts";
import { StoreError } from "../../../src/store/store.ts";

/** The table of openers, and a line to it that can be cut. Heartbeats come by the real time, which stands still here. */
function table() {
  const rows = new Set<number>();
  /** Rows of whom nothing has been heard for too long. */
  const silent = new Set<number>();
  const names = new Map<unknown, number>();
  let ids = 0;
  const line = { isCut: false };
  const answer = (sql: string, values: readonly unknown[] = []): readonly object[] => {
    if (sql.startsWith("INSERT")) {
      rows.add(++ids);
      names.set(values[0], ids);
      return [{ id: ids }];
    }
    const id = Number(values[0]);
    if (sql.startsWith("UPDATE")) return rows.has(id) ? [{ id }] : [];
    if (sql.startsWith("DELETE")) {
      const gone = sql.includes("WHERE name") ? [names.get(values[0]) ?? 0] : [...silent];
      return gone.filter((one) => rows.delete(one)).map((one) => ({ id: one }));
    }
    if (sql.startsWith("SELECT 1")) return [...silent].filter((one) => rows.has(one)).map((one) => ({ one }));
    return sql.startsWith("SELECT") ? [{ openers: rows.size }] : [];
  };
  const query = (async (sql: string, values?: readonly unknown[]) => {
    if (line.isCut) throw new StoreError("the connection was lost");
    return answer(sql, values);
  }) as Query;
  const transaction = async <T>(work: (within: Query) => Promise<T>): Promise<T> => work(query);
  return { rows, silent, line, connection: { query, transaction, shown: "postgres://here" } };
}

let losses = 0;
let rowsGone = 0;
let opened: Membership | undefined;
const join = async ({ connection }: Pick<ReturnType<typeof table>, "connection">): Promise<Membership> =>
  (opened = await joinOpeners(connection, {
    changes: { say: async () => 1, heard: async () => undefined },
    role: "all",
    lost: () => void losses++,
    beat: () => undefined,
    gone: async () => void rowsGone++,
  }));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
  losses = 0;
  rowsGone = 0;
});
afterEach(async () => {
  await opened?.leave().catch(() => undefined);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("one that was cut off for as long as it is missed gives up what it has, and enters anew, though nobody has taken it for gone", async () => {
  const server = table();
  const member = await join(server);
  const first = member.id();
  server.line.isCut = true;
  await vi.advanceTimersByTimeAsync(GONE_MS + 2_000);
  expect(losses).toBe(1);
  server.line.isCut = false;
  await vi.advanceTimersByTimeAsync(4_000);
  // What hung on the old row would be nobody's, and yet be held.
  expect(member.id()).not.toBe(first);
  expect([...server.rows]).toEqual([member.id()]);
  expect([losses, rowsGone]).toEqual([1, 1]);
});

test("whatever has another one's row go is done in the same transaction: nobody having heard of it, and leaving", async () => {
  const server = table();
  const member = await join(server);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(rowsGone).toBe(0);
  server.rows.add(99);
  server.silent.add(99);
  await vi.advanceTimersByTimeAsync(3_000);
  expect([rowsGone, ...server.rows]).toEqual([1, member.id()]);
  await member.leave();
  expect([rowsGone, ...server.rows]).toEqual([2]);
});

test("a beat that is late is no loss, and one that is answered makes sure again", async () => {
  const server = table();
  const member = await join(server);
  server.line.isCut = true;
  await vi.advanceTimersByTimeAsync(8_000);
  const asked = member.stillHere();
  server.line.isCut = false;
  await vi.advanceTimersByTimeAsync(1_000);
  await asked;
  expect(losses).toBe(0);
});

test("one that stood still asks before it does anything outside, and does not do it where it was taken for gone meanwhile", async () => {
  const server = table();
  const member = await join(server);
  await member.stillHere();
  // Time goes by, and no timer goes off.
  vi.setSystemTime(Date.now() + 20_000);
  vi.spyOn(performance, "now").mockReturnValue(performance.now() + 20_000);
  server.rows.clear();
  await expect(member.stillHere()).rejects.toThrow(/was taken for gone/);
  expect(losses).toBe(1);
  // It has a row again, and may go on.
  await member.stillHere();
  expect([...server.rows]).toEqual([member.id()]);
});

test("who has come while nothing could be asked is counted with the next beat", async () => {
  const server = table();
  const member = await join(server);
  server.rows.add(99);
  server.line.isCut = true;
  await expect(member.count()).rejects.toThrow("the connection was lost");
  server.line.isCut = false;
  expect(member.openers()).toBe(1);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(member.openers()).toBe(2);
});

test("what is to hang on a row that is gone hangs on the new one", async () => {
  const server = table();
  const member = await join(server);
  server.rows.clear();
  const used: number[] = [];
  const done = await member.as(async (id) => {
    used.push(id);
    if (!server.rows.has(id)) throw Object.assign(new Error("violates"), { code: "23503", constraint: "claims_owner_fkey" });
    return "done";
  });
  expect([done, used.length, losses]).toEqual(["done", 2, 1]);
  await expect(member.as(() => Promise.reject(new Error("another trouble")))).rejects.toThrow("another trouble");
});

test("what is taken after the loss and before the next beat hangs on the new row, and is not lost with the old one", async () => {
  const server = table();
  const member = await join(server);
  const first = member.id();
  server.line.isCut = true;
  await vi.advanceTimersByTimeAsync(GONE_MS + 2_000);
  server.line.isCut = false;
  expect([losses, member.id()]).toEqual([1, first]);
  expect(await member.as(async (id) => id)).not.toBe(first);
  expect([...server.rows]).toEqual([member.id()]);
});

test("who has left does nothing more outside", async () => {
  const member = await join(table());
  await member.stillHere();
  await member.leave();
  await expect(member.stillHere()).rejects.toThrow(/the database has been closed\. What this process had is another's/);
});
