import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { systemClock, type Clock } from "../../../src/engine/clock.ts";
import { isStoreTrouble } from "../../../src/runner/store-trouble.ts";
import { append, AT, started } from "../../../src/store/contracts/commits.ts";
import { fakeClock, until } from "../../../src/store/contracts/fake-clock.ts";
import { postgresInbox } from "../../../src/store/postgres/inbox.ts";
import { MIGRATIONS } from "../../../src/store/postgres/schema.ts";
import { addressOf } from "../../../src/store/postgres/server/address.ts";
import { openConnection, type Connection, type Query } from "../../../src/store/postgres/server/connection.ts";
import { openChanges } from "../../../src/store/postgres/together/changes.ts";
import { createTaking } from "../../../src/store/postgres/together/taking.ts";
import { workTogether } from "../../../src/store/postgres/together/together.ts";
import { createLocks } from "../../../src/store/postgres/together/locks.ts";
import { rememberedSettings } from "../../../src/store/postgres/remembered-settings.ts";
import type { Decision, SettingChanged, Settings } from "../../../src/store/settings.ts";
import { createLeisure } from "../../../src/store/leisure.ts";
import { StoreError } from "../../../src/store/store.ts";
import { describeOnPostgres, openedStores } from "../../support/postgres.ts";

test("what was being taken while all was lost is given back, and looked for again", async () => {
  const asked = Promise.withResolvers<{ attempt: number; failures: number; version: undefined }>();
  const [back, again]: [string[], string[]] = [[], []];
  const taking = createTaking({
    kind: "post",
    claims: { take: () => asked.promise, giveBack: async (_kind, { key }) => void back.push(key), disown: async () => undefined },
    clock: systemClock,
    again: (key) => void again.push(key),
  });
  const taken = taking.take({ key: "T1/C1", workspace: "T1" }, () => true);
  taking.lost();
  asked.resolve({ attempt: 1, failures: 0, version: undefined });
  expect(await taken).toBeUndefined();
  expect([back, again]).toEqual([["T1/C1"], ["T1/C1"]]);
});

test("while the server says nothing no more comes in than a limit, and is not acked", async () => {
  const { receive } = postgresInbox(
    {
      query: () => new Promise(() => undefined),
      shown: "postgres://here",
    } as unknown as Connection,
    { changes: { make: () => new Promise(() => undefined) }, leisure: createLeisure(), now: Date.now },
  );
  const one = (number: number) => receive({ id: `e${number}`, at: AT, body: "{}", lane: "T1/C1/1.1" });
  for (let number = 0; number < 1_000; number++) void one(number);
  const refused = await one(1_000).catch((error: unknown) => error);
  expect(String(refused)).toMatch(/1000 envelopes wait to be written down, and this one is not taken/);
  // Whoever has an event keeps it then, and writes it down later.
  expect(isStoreTrouble(refused)).toBe(true);
});

test("who cannot let go of an earlier ticket of its own goes without the lock, and keeps nobody from it", async () => {
  const left: unknown[] = [];
  const query: Query = async <Row extends object>(sql: string) => {
    if (sql.startsWith("DELETE")) throw new StoreError("the server is away");
    return [sql.startsWith("WITH") ? { ticket: 2 } : { ticket: 1, owner: 7 }] as object[] as Row[];
  };
  const locks = createLocks({ query, shown: "postgres://here" } as Connection, {
    changes: {
      async make({ values }) {
        left.push(...values);
        return undefined;
      },
    },
    membership: () => ({ as: (work) => work(7) }),
  });
  await expect(locks.exclusively("k", async () => "done")).rejects.toThrow("the server is away");
  await until(() => left.length > 0);
  expect(left).toEqual([2]);
});

test("a setting is read once, and anew where it was put here, with or without success, or where somebody has put it", async () => {
  let tell: (changed: SettingChanged) => void = () => undefined;
  let reads = 0;
  const settings = rememberedSettings({
    get: async (_workspace: string, name: string) =>
      name === "broken" ? Promise.reject(new Error("away")) : { name, value: ++reads, revision: 1 },
    put: async ({ value }: { readonly value: unknown }) => (value === "lost" ? Promise.reject(new Error("away")) : value === "won"),
    follow(listener: typeof tell) {
      tell = listener;
      return () => undefined;
    },
  } as Partial<Settings> as Settings);
  const read = async () => (await settings.get("T1", "team/a"))?.value;
  const put = (value: string) => settings.put({ name: "team/a", value, revision: 1, decision: { workspace: "T1" } as Decision });
  expect([await read(), await read()]).toEqual([1, 1]);
  expect([await put("won"), await read(), await put("slower"), await read()]).toEqual([true, 2, false, 3]);
  await expect(put("lost")).rejects.toThrow("away");
  expect(await read()).toBe(4);
  tell({ workspace: "T1", name: "team/b" });
  tell({ workspace: "T2", name: "team/a" });
  expect(await read()).toBe(4);
  tell({ workspace: "T1", name: "team/a" });
  expect(await read()).toBe(5);
  tell({});
  expect(await read()).toBe(6);
  for (let tries = 0; tries < 2; tries++) await expect(settings.get("T1", "broken")).rejects.toThrow("away");
});

describeOnPostgres("where an answer of the server's is lost", (server) => {
  const { open, closeAll } = openedStores(server);
  afterEach(() => vi.useRealTimers());
  afterEach(closeAll);

  /**
   * Two processes. Of the second, the next such statement, with the transaction that it is in, is made and fails here all the same (`lost`); or the transaction is not made (`cut`).
   */
  async function pair(clock: Clock) {
    const address = server.address();
    const other = await open(address, clock);
    const connection = await openConnection(addressOf(address));
    const line = { lost: "", cut: "" };
    const trouble = (): StoreError => new StoreError("the connection was lost", { cause: new Error("cut") });
    const transaction: Connection["transaction"] = async (work) => {
      let isLost = false;
      const result = await connection.transaction((within) =>
        work((async (sql: string, values?: readonly unknown[]) => {
          if (line.cut !== "" && sql.includes(line.cut)) {
            line.cut = "";
            throw trouble();
          }
          isLost ||= line.lost !== "" && sql.includes(line.lost);
          return within(sql, values);
        }) as Query),
      );
      if (!isLost) return result;
      line.lost = "";
      throw trouble();
    };
    const query: Query = async <Row extends object>(sql: string, values?: readonly unknown[]) => {
      if (line.cut !== "" && sql.includes(line.cut)) {
        line.cut = "";
        throw trouble();
      }
      const rows = await connection.query<Row>(sql, values);
      if (line.lost === "" || !sql.includes(line.lost)) return rows;
      line.lost = "";
      throw trouble();
    };
    const together = await workTogether({ ...connection, query, transaction }, { clock, role: "all", known: MIGRATIONS.length });
    onTestFinished(async () => {
      await together.leave();
      await connection.close();
    });
    return { other: other.store, together, line, query: connection.query };
  }

  test("a change is not waited for whose number is told here when it has been heard, and looked for in vain, already", async () => {
    const address = server.address();
    await open(address);
    const connection = await openConnection(addressOf(address));
    const heard = new Set<number>();
    const changes = await openChanges(connection, { hear: ({ id }) => void heard.add(id), missed: async () => undefined });
    onTestFinished(async () => {
      await changes.close();
      await connection.close();
    });
    const id = await connection.transaction((within) => changes.say(within, { kind: "mark" }));
    await until(() => heard.has(id));
    // As while the answer to the statement is on its way: in the first look it is still there.
    for (let looks = 0; looks < 3; looks++) await changes.poll();
    await expect(changes.heard(id)).resolves.toBeUndefined();
  });

  test("a turn that was taken without being told so is begun all the same", async () => {
    const clock = fakeClock();
    const { other, together, line } = await pair(clock);
    const [begun, bugs]: [string[], unknown[]] = [[], []];
    line.lost = "INSERT INTO claims";
    together.dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug: (error) => void bugs.push(error) }, async ({ key }) => {
      begun.push(key);
    });
    await append(other, "t", [started()], { wake: "now" });
    await until(() => bugs.length === 1);
    expect(begun).toEqual([]);
    await clock.advance(1_000);
    await until(() => begun.length === 1);
    expect([begun, bugs.length]).toEqual([["t"], 1]);
  });

  test("what was done though it was never known here leaves no failure behind; what is left of it does", async () => {
    const { other, together, query } = await pair(systemClock);
    for (const id of ["done", "left"]) await other.receive({ id, at: AT, body: "{}", lane: `T1/C1/${id}` });
    const bugs: string[] = [];
    const options = { slots: 1, perWorkspace: 1, onBug: (_error: unknown, key: string) => void bugs.push(key) };
    together.dispatch.serve("envelope", options, async ({ key }) => {
      if (key.endsWith("done")) await other.handled("done");
      throw new Error("the answer was lost");
    });
    await until(() => bugs.length === 2);
    expect(await query("SELECT key FROM failing")).toEqual([{ key: "T1/C1/left" }]);
  });

  test("what was done before its process was gone is counted as failing no more, though it was never let go of; what is left of it is", async () => {
    const clock = fakeClock();
    const { other, together, query } = await pair(clock);
    for (const id of ["done", "left"]) await other.receive({ id, at: AT, body: "{}", lane: `T1/C1/${id}` });
    const [bugs, handled]: [string[], PromiseWithResolvers<void>] = [[], Promise.withResolvers()];
    const options = { slots: 2, perWorkspace: 2, onBug: (_error: unknown, key: string) => void bugs.push(key) };
    together.dispatch.serve("envelope", options, async ({ key, claim, failures }) => {
      if (failures === 0 || key.endsWith("left")) throw new Error("not now");
      await other.handled("done", claim);
      handled.resolve();
      await new Promise(() => undefined);
    });
    await until(() => bugs.length === 2);
    await clock.advance(1_000);
    await handled.promise;
    expect(await query("SELECT key FROM failing ORDER BY key")).toEqual([{ key: "T1/C1/done" }, { key: "T1/C1/left" }]);
    await together.leave();
    expect(await query("SELECT key FROM failing ORDER BY key")).toEqual([{ key: "T1/C1/left" }]);
  });

  test("work that cannot be let go of is told of once, and let go of as soon as that can be said", async () => {
    const { other, together, line, query } = await pair(systemClock);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await other.receive({ id: "e", at: AT, body: "{}", lane: "T1/C1/1" });
    const bugs: unknown[] = [];
    line.cut = "DELETE FROM claims";
    const options = { slots: 1, perWorkspace: 1, onBug: (error: unknown) => void bugs.push(error) };
    const serving = together.dispatch.serve("envelope", options, async () => void (await other.handled("e")));
    await until(() => bugs.length === 1);
    expect(await query("SELECT key FROM claims")).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    await serving.idle();
    expect(await query("SELECT key FROM claims")).toEqual([]);
    expect(bugs).toHaveLength(1);
  });

  test("a lock that was had without being told so is let go, though nobody here asks for it again", async () => {
    const { other, together, line } = await pair(systemClock);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    line.lost = "INSERT INTO locks";
    await expect(together.locks.exclusively("k", async () => "had")).rejects.toThrow("the connection was lost");
    vi.advanceTimersByTime(1_000);
    expect(await other.exclusively("k", async () => "free")).toBe("free");
  });

  const call = { workspace: "T1", day: "2026-01-05", usd: 1, budgets: [{ account: "workspace", limit: 1 }] };
  const { signal } = new AbortController();

  test("money that was set aside without being told so is let go", async () => {
    const { other, together, line } = await pair(systemClock);
    line.lost = "INSERT INTO reservations";
    await expect(together.reservations.reserve(call, signal)).rejects.toThrow("the connection was lost");
    expect((await other.reserve(call, signal)).kind).toBe("reserved");
  });

  test("money of a call that ended while nobody could be told is let go as soon as that can be said", async () => {
    const { other, together, line } = await pair(systemClock);
    const reserved = await together.reservations.reserve(call, signal);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    line.cut = "DELETE FROM reservations";
    await expect(together.reservations.callEnded(reserved.kind === "reserved" ? reserved.reservation : "", 0)).rejects.toThrow("lost");
    const waiting = other.reserve(call, signal);
    vi.advanceTimersByTime(1_000);
    expect((await waiting).kind).toBe("reserved");
  });

  test("who cannot enter leaves no connection behind that listens", async () => {
    const address = server.address();
    await open(address);
    const connection = await openConnection(addressOf(address));
    onTestFinished(() => connection.close());
    const isListening: boolean[] = [];
    const own: Connection["own"] = async () => {
      const client = await connection.own();
      const index = isListening.push(true) - 1;
      client.once("end", () => void (isListening[index] = false));
      return client;
    };
    const gone = () => Promise.reject(new StoreError("the connection was lost"));
    await expect(
      openChanges({ ...connection, own, query: gone }, { hear: () => undefined, missed: async () => undefined }),
    ).rejects.toThrow("the connection was lost");
    const process = { clock: systemClock, role: "all", known: MIGRATIONS.length } as const;
    await expect(workTogether({ ...connection, own, transaction: gone }, process)).rejects.toThrow("the connection was lost");
    expect(isListening).toEqual([false, false]);
  });
});
