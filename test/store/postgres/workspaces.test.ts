import { afterEach, expect, test } from "vitest";
import { append, AT, commitOf, said, started } from "../../../src/store/contracts/commits.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import type { Claim } from "../../../src/store/dispatch.ts";
import { addressOf } from "../../../src/store/postgres/server/address.ts";
import { openConnection, type Query } from "../../../src/store/postgres/server/connection.ts";
import { createHeldTurns } from "../../../src/store/workspaces/held-turns.ts";
import { createWorkspaceKeeper } from "../../../src/store/workspaces/keeper.ts";
import type { PostgresOpened } from "../../../src/store/postgres/store.ts";
import { describeOnPostgres, openedStores } from "../../support/postgres.ts";

const THREAD = "T/C/1";
const holding = (text: string) => ({
  isWhole: true,
  files: [{ path: "a.txt", mode: 0o644, modifiedAtMs: 0, content: Buffer.from(text) }],
});

describeOnPostgres("the files of a thread, among processes", (server) => {
  const { open, settled, closeAll } = openedStores(server);
  afterEach(closeAll);

  /** One that serves turns, and ends none before it is told to. */
  function serving(opened: PostgresOpened) {
    const { dispatch, claimOf } = createHeldTurns(opened.dispatch);
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const taken = Promise.withResolvers<Claim>();
    const begin = () =>
      dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug: () => undefined }, async ({ claim }) => {
        taken.resolve(claim);
        await mayEnd;
      });
    return { keeper: createWorkspaceKeeper(opened.store, opened.workspaces, claimOf), claimOf, begin, end, taken: taken.promise };
  }

  test("one that has lost the turn writes nothing, neither while another has it nor afterwards, and whoever has it writes", async () => {
    const address = server.address();
    const [frozen, other] = [await open(address, { now: () => Date.parse(AT) }), await open(address, { now: () => Date.parse(AT) })];
    await frozen.store.commit(commitOf(THREAD, 0, [started()], { wake: "now" }));
    const [a, b] = [serving(frozen), serving(other)];
    a.begin();
    await a.taken;
    const turn = a.keeper.turn(THREAD);
    const base = await a.keeper.save(THREAD, undefined, async () => holding("first"), turn);
    if (base === "stale") throw new Error("the turn is its own");

    // As after a silence for which it is missed.
    const schema = new URL(address).searchParams.get("schema") ?? "";
    await server.sql(`DELETE FROM ${schema}.openers WHERE name = '${frozen.peers?.me}'`);
    b.begin();
    await b.taken;
    const packs: string[] = [];
    const late = (text: string) => async () => {
      packs.push(text);
      return holding(text);
    };
    expect(await a.keeper.save(THREAD, base.revision, late("of the one that was frozen"), turn)).toBe("stale");
    const saved = await b.keeper.save(THREAD, base.revision, async () => holding("second"), b.keeper.turn(THREAD));
    expect(saved).toEqual({ revision: expect.any(String) as string });
    a.end();
    b.end();
    await settled();
    // Nobody has it, and a block that is over late names the turn in which it was begun, or that it has none.
    const now = (await b.keeper.load(THREAD))?.revision;
    expect(await a.keeper.save(THREAD, now, late("of a turn that is over"), turn)).toBe("stale");
    expect(a.keeper.turn(THREAD)).toBe("nobody");
    expect(await a.keeper.save(THREAD, now, late("of no turn"), "nobody")).toBe("stale");
    expect(packs).toEqual(["of the one that was frozen", "of a turn that is over"]);
    expect((await b.keeper.load(THREAD))?.files).toEqual([expect.objectContaining(holding("second").files[0])]);
  });

  /** While somebody else has a table to itself. */
  async function whileHeld(address: string, table: string, job: (within: Query) => Promise<void>): Promise<void> {
    const other = await openConnection(addressOf(address));
    await other.transaction(async (within) => {
      await within(`LOCK TABLE ${table}`);
      await job(within);
    });
    await other.close();
  }
  const withFile = (hash: string, id: string): EventBody =>
    ({ ...said("here"), id, files: [{ hash, name: "a.txt", mediaType: "text/plain", bytes: 6 }] }) as EventBody;

  test("while all logs are read for files that nothing refers to, whoever puts one waits for nothing", async () => {
    const address = server.address();
    const { store, forgetter } = await open(address);
    const [used, unused] = [await store.putFile(Buffer.from("in use")), await store.putFile(Buffer.from("unused"))];
    await append(store, THREAD, [withFile(used, "m1")]);
    const schema = new URL(address).searchParams.get("schema") ?? "";
    await server.sql(`UPDATE ${schema}.files SET referred = true`);
    let sweeping: Promise<number> | undefined;
    await whileHeld(address, "events", async (within) => {
      sweeping = forgetter.sweepFiles();
      let waits = false;
      while (!waits) waits = (await within("SELECT 1 FROM pg_locks WHERE relation = 'events'::regclass AND NOT granted")).length > 0;
      expect(await store.putFile(Buffer.from("in use"))).toBe(used);
    });
    expect(await sweeping).toBe(1);
    expect([(await store.file(used))?.byteLength, await store.file(unused)]).toEqual([6, undefined]);
  });

  test("the words of a message go without a look for files, where it had none, and its file goes where it had one", async () => {
    const address = server.address();
    const { store, forgetter } = await open(address);
    const hash = await store.putFile(Buffer.from("in use"));
    await append(store, THREAD, [{ ...said("no file"), id: "m1" } as EventBody, withFile(hash, "m2")]);
    await whileHeld(address, "files", async () => {
      expect(await forgetter.message(THREAD, { id: "m1", receipt: "1.1" })).toBe(1);
    });
    expect(await store.file(hash)).toBeDefined();
    expect(await forgetter.message(THREAD, { id: "m2", receipt: "1.2" })).toBe(1);
    expect(await store.file(hash)).toBeUndefined();
  });

  test("who is there is told by name, until it has gone or is missed, and by the same name once it is back", async () => {
    const address = server.address();
    const [one, other] = [await open(address), await open(address)];
    const [me, its] = [one.peers?.me ?? "", other.peers?.me ?? ""];
    expect(await other.peers?.living()).toEqual(new Set([me, its]));
    const schema = new URL(address).searchParams.get("schema") ?? "";
    await server.sql(`DELETE FROM ${schema}.openers WHERE name = '${me}'`);
    expect(await other.peers?.living()).toEqual(new Set([its]));
    await one.store.exclusively("anything", async () => undefined);
    expect(await other.peers?.living()).toEqual(new Set([me, its]));
    await one.store.close();
    expect(await other.peers?.living()).toEqual(new Set([its]));
  });
});
