import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backupStore, moveStore } from "../../src/store/moving/move-store.ts";
import type { Progress } from "../../src/store/moving/move.ts";
import { TABLES } from "../../src/store/moving/tables.ts";
import { openStore, readStore } from "../../src/store/open-store.ts";
import type { Opened } from "../../src/store/own-store.ts";
import { createKeyRing } from "../../src/store/key-ring.ts";
import { append, AT, said } from "../../src/store/contracts/commits.ts";
import { fromPostgres } from "../../src/store/postgres/upkeep/moving.ts";
import { parley } from "../cli/here.ts";
import { startChild } from "../support/children.ts";
import { describeOnPostgres } from "../support/postgres.ts";
import { plant, MINE } from "./sqlite/planted-database.ts";
import { PLANTED } from "./sqlite/planted.ts";
import { decision } from "./sqlite/planted-database.ts";

const EARLIER = join(import.meta.dirname, "../fixtures/logs/2026-11-28/log.db");
const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");
const KEY = new Uint8Array(32).fill(7);
const quiet = { anew: false, told: () => undefined };

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "parley-moving-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const here = (name: string) => join(folder, name);

/** Something of every table, and what is hard to keep: bytes, halves of pairs, numbers that have no short form. */
async function furnish(opened: Opened): Promise<void> {
  const { store, memory, schedules, installations, workspaces, forgetter } = opened;
  await plant(opened);
  await append(store, "T9/C9/9.9", [said('NUL \0, half \ud800, the last \u{10FFFF} and "quotes"')], {
    workspace: "T9",
    wake: { at: "2030-01-01T00:00:00.000Z" },
    heard: [{ person: "U9", kind: "run", perHour: 5 }] as never,
  });
  await store.putNote("odd \u{10FFFF}0", "\0");
  await store.putFile(new Uint8Array(300_000).map((_byte, index) => index % 256));
  const [first] = await store.duePosts(undefined, 1);
  if (first) await store.markDelivered(first.id, { receipt: "1.000001" });
  const note = { scope: "T9/C9", agent: "Ana", thread: "T9/C9/9.9", askedBy: PLANTED };
  await memory.remember({ ...note, text: "Boats are running on Tuesdays", call: "c1" });
  const gone = await memory.remember({ ...note, text: "This is forgotten", call: "c2" });
  if (gone.kind === "kept") await memory.forget("T9/C9", gone.note.id);
  await schedules.put({
    workspace: "T9",
    id: "s1",
    owner: "U9",
    place: "C9",
    value: { task: "Report" },
    revision: 0,
    dueAt: 1_900_000_000_000,
    decision: decision("add"),
  });
  const { save, putWorkspace, homeOf } = installations(createKeyRing([KEY]));
  const app = {
    id: "E1",
    isOrg: true,
    name: "Org",
    app: "A1",
    bot: "B1",
    botUser: "U1",
    scopes: ["chat:write"],
    state: "active",
    why: "",
    at: AT,
  } as const;
  await save({ ...app, expiresAt: undefined }, { bot: "xoxb-secret" } as never);
  await putWorkspace("T9", "E1");
  await homeOf("E1", "C9", "T9");
  await forgetter.begin({ kind: "thread", thread: "T9/C9/none" }, decision("forget thread"));
  await workspaces.put("T9/C9/9.9", undefined, {
    files: [{ path: "a/b.txt", mode: 0o644, modifiedAtMs: 1_767_603_600_123, content: Buffer.from("content") }],
    isWhole: true,
  });
}

/** Each row of each table that is moved, as they stand in a file; the index of runs by what it finds. */
function rowsIn(path: string): { readonly [table: string]: readonly unknown[] } {
  const db = new Database(path, { readonly: true });
  const rows = TABLES.map(({ name, columns, key }) => {
    const names = columns.map((column) =>
      name === "memories" && column.name === "scope" ? "(SELECT name FROM memory_scopes m WHERE m.id = scope)" : column.name,
    );
    const where = name === "notes" ? "WHERE key <> 'instance'" : "";
    return [
      name,
      db
        .prepare(`SELECT ${names.join(", ")} FROM ${name} ${where} ORDER BY ${key.join(", ")}`)
        .raw()
        .all(),
    ] as const;
  });
  db.close();
  return Object.fromEntries(rows);
}

async function filled(name: string): Promise<string> {
  const path = here(name);
  const opened = await openStore(path);
  await furnish(opened);
  await opened.store.close();
  const db = new Database(path);
  db.exec(
    "INSERT INTO logins (workspace, server, owner, secret, at, expires_at) VALUES ('T9', 'tickets', 'U9', 'v1.sealed', '2026-01-05', 1900000000000)",
  );
  db.close();
  return path;
}

/** The columns that there are and that are not moved. */
const movedBeside = (tables: readonly (readonly [string, readonly string[]])[]): string[] =>
  tables
    .flatMap(([table, columns]) => {
      const moved = TABLES.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? [];
      return columns.filter((column) => !moved.includes(column)).map((column) => `${table}.${column}`);
    })
    .toSorted();

test("each table is moved, or made anew from one that is", async () => {
  const path = here("empty.db");
  await (await openStore(path)).store.close();
  const db = new Database(path, { readonly: true });
  const names = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").pluck().all();
  const columns = TABLES.map(
    ({ name }) => [name, db.prepare<[], string>(`SELECT name FROM pragma_table_info('${name}')`).pluck().all()] as const,
  );
  db.close();
  expect(movedBeside(columns)).toEqual(["events.id", "memories.words", "workspace_files.id"]);
  const anew = /^(memory_scopes|runs|runs_due|(memory|run|knowledge)_words(_\w+)?|knowledge_(sources|documents|passages|vectors))$/;
  expect(names.filter((name) => !anew.test(name)).toSorted()).toEqual(TABLES.map(({ name }) => name).toSorted());
});

describeOnPostgres("between SQLite and Postgres", (server) => {
  /** A schema that is not there. */
  async function nowhere(): Promise<string> {
    const address = server.address();
    const schema = new URL(address).searchParams.get("schema") ?? "";
    await server.sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE; DROP SCHEMA IF EXISTS ${schema}_moving CASCADE`);
    return address;
  }
  const schemaOf = (address: string): string => new URL(address).searchParams.get("schema") ?? "";

  test("every row of every table goes over and comes back as it was", async () => {
    const from = await filled("from.db");
    const before = rowsIn(from);
    expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);
    const address = await nowhere();
    const moved = await moveStore({ from, to: address }, quiet);
    expect(moved).toMatchObject({ threads: 4, events: before["events"]?.length });
    const columns = (await server.sql(
      `SELECT table_name, array_agg(column_name::text) AS columns FROM information_schema.columns WHERE table_schema = '${schemaOf(address)}' GROUP BY 1`,
    )) as { table_name: string; columns: string[] }[];
    const ofMoved = columns.filter(({ table_name: table }) => TABLES.some(({ name }) => name === table));
    expect(movedBeside(ofMoved.map((one) => [one.table_name, one.columns]))).toEqual([
      "files.put_at",
      "files.referred",
      "memories.words",
      "ready.version",
    ]);
    await moveStore({ from: address, to: here("back.db") }, quiet);
    expect(rowsIn(here("back.db"))).toEqual(before);
    expect(rowsIn(from)).toEqual(before);
  });

  test("who goes on there finds everything: tokens open, the chain holds, words and runs are found, no number is given twice", async () => {
    const from = await filled("from.db");
    const address = await nowhere();
    await moveStore({ from, to: address }, quiet);
    const [old, opened] = [await openStore(from), await openStore(address)];
    const both = async <T>(look: (one: Opened) => Promise<T>) => expect(await look(opened)).toEqual(await look(old));
    await both(({ audit }) => audit.check());
    await both(({ installations }) => installations(createKeyRing([KEY])).tokens("E1"));
    await both(({ memory }) => memory.recall("T9/C9", { query: "a running boat", limit: 5 }));
    await both(({ store }) => store.unfinished());
    await both(({ store }) => store.unhandled(10));
    await both(({ store }) => store.duePosts(undefined, 10));
    await both(async ({ runs }) => {
      const wanted = { workspace: "T1", places: ["T1/C1", "T1/C2"], reader: "U1", limit: 10 };
      while (await runs.enter("T1"));
      return (await runs.search(wanted)).found;
    });
    const draft = { scope: "T9/C9", agent: "Ana", text: "Another", thread: "T9/C9/9.9", call: "c3", askedBy: PLANTED };
    await both(async ({ memory }) => {
      const kept = await memory.remember(draft);
      return kept.kind === "kept" && kept.note.id;
    });
    await both(async ({ store }) => {
      await append(store, "T9/C9/new", [said("hello")]);
      return (await store.load(MINE, 0)).length;
    });
    await both(({ audit, settings }) =>
      settings
        .record(decision("go on"))
        .then(() => audit.check())
        .then(({ problems }) => problems),
    );
    expect(opened.instance()).not.toBe(old.instance());
    await old.store.close();
    await opened.store.close();
  });

  test("a database of an earlier version goes over, with each of its runs", async () => {
    cpSync(EARLIER, here("log.db"));
    const address = await nowhere();
    await moveStore({ from: here("log.db"), to: address }, quiet);
    const [old, now] = [await readStore(here("log.db")), await readStore(address)];
    const threads = await now.recent(100);
    expect(threads).toEqual(await old.recent(100));
    for (const { thread } of threads) expect(await now.load(thread, 0)).toEqual(await old.load(thread, 0));
    expect(threads.length).toBeGreaterThan(2);
    await old.close();
    await now.close();
  });

  test.each([
    ["copy", "events"],
    ["copy", "files"],
    ["compare", "notes"],
    ["compare", "workspace_files"],
  ] as const)("broken off while it is to %s %s, it stands nowhere, and goes on where it was", async (doing, table) => {
    const from = await filled("from.db");
    const before = rowsIn(from);
    const address = await nowhere();
    for (const way of [
      { from, to: address },
      { from: address, to: here("back.db") },
    ]) {
      const brokenOff = (progress: Progress) => {
        if (progress.doing === doing && progress.table === table) throw new Error("the power went");
      };
      await expect(moveStore(way, { anew: false, told: brokenOff })).rejects.toThrow("the power went");
      await expect(readStore(way.to)).rejects.toThrow("there is no database");
      const again: string[] = [];
      await moveStore(way, { anew: false, told: (progress) => void (progress.doing === "copy" && again.push(progress.table)) });
      expect(again).not.toContain("threads");
    }
    expect(rowsIn(here("back.db"))).toEqual(before);
    expect(existsSync(here("back.db.moving"))).toBe(false);
    expect(await server.sql(`SELECT 1 FROM pg_namespace WHERE nspname = '${schemaOf(address)}_moving'`)).toEqual([]);
  });

  test("what stands at the address already is left alone, and so is what is open", async () => {
    const from = await filled("from.db");
    const address = await nowhere();
    const opened = await openStore(from);
    await expect(moveStore({ from, to: address }, quiet)).rejects.toThrow(
      /another Parley is running on this database\. Stop that one first/,
    );
    await opened.store.close();
    await moveStore({ from, to: address }, quiet);
    await expect(moveStore({ from, to: address }, quiet)).rejects.toThrow(
      /is not empty, and a move overwrites nothing\. Name another one .*DROP SCHEMA/,
    );
    const running = await openStore(address);
    await expect(moveStore({ from: address, to: here("back.db") }, quiet)).rejects.toThrow(
      /1 of Parley's processes have it open\. Stop them first/,
    );
    await running.store.close();
    await expect(moveStore({ from: address, to: from }, quiet)).rejects.toThrow(/from\.db: is there already/);
    await expect(moveStore({ from: here("none.db"), to: address }, quiet)).rejects.toThrow(/none\.db: there is no database/);
    await expect(moveStore({ from, to: here("other.db") }, quiet)).rejects.toThrow(/both are files of SQLite; parley backup copies one/);
  });

  test("of another source, and of one that was changed in between, is said how to begin anew", async () => {
    const from = await filled("from.db");
    const address = await nowhere();
    const stop = (progress: Progress) => {
      if (progress.doing === "copy" && progress.table === "outbox") throw new Error("stopped");
    };
    await expect(moveStore({ from, to: address }, { anew: false, told: stop })).rejects.toThrow("stopped");
    const other = await filled("other.db");
    await expect(moveStore({ from: other, to: address }, quiet)).rejects.toThrow(/holds a part of another move, from .*from\.db\..*--anew/);
    const opened = await openStore(from);
    await append(opened.store, MINE, [said("later")]);
    await opened.store.close();
    await expect(moveStore({ from, to: address }, quiet)).rejects.toThrow(
      /threads 1 is not what was copied: it was changed since this move began/,
    );
    await moveStore({ from, to: address }, { anew: true, told: () => undefined });
    expect(await (await readStore(address)).load(MINE, 0)).toHaveLength(
      rowsIn(from)["events"]?.filter((row) => (row as [number])[0] === 1).length ?? 0,
    );
  });

  test("killed while it waits for a write, it is gone on with by the command", async () => {
    const from = await filled("from.db");
    const address = await nowhere();
    const stop = ({ doing, table }: Progress) => {
      if (doing === "copy" && table === "outbox") throw new Error("stopped");
    };
    await expect(moveStore({ from, to: address }, { anew: false, told: stop })).rejects.toThrow("stopped");
    const holder = new pg.Client({ connectionString: address.replace(/\?.*/, "") });
    await holder.connect();
    await holder.query(`BEGIN; LOCK TABLE ${schemaOf(address)}_moving.files`);
    const child = startChild(process.execPath, [MAIN, "migrate", "--from", from, "--to", address], { cwd: folder });
    const gone = new Promise((resolve) => child.once("exit", resolve));
    while ((await server.sql("SELECT 1 FROM pg_locks WHERE NOT granted")).length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    child.kill("SIGKILL");
    await gone;
    await holder.end();
    const { code, out } = await parley(["migrate", "--from", "from.db", "--to", address], { cwd: folder });
    expect(out).toMatch(/^Moved \d+ events of 4 threads, \d+ rows in all, to postgres:.*, and compared every one\.\nName it in PARLEY_DB/);
    expect(code).toBe(0);
    await moveStore({ from: address, to: here("back.db") }, quiet);
    expect(rowsIn(here("back.db"))).toEqual(rowsIn(from));
  });

  test("who starts on a server while it is moved from there is found out", async () => {
    const from = await filled("from.db");
    const address = await nowhere();
    await moveStore({ from, to: address }, quiet);
    const move = fromPostgres(address, "alone", async ({ refuseChanged }) => {
      await (await openStore(address)).store.close();
      await refuseChanged();
    });
    await expect(move).rejects.toThrow(/a Parley was started on it in the meantime\. End it, and begin anew with --anew/);
    // One that stood still for so long that it was not seen goes on where it was.
    const openers = `${schemaOf(address)}.openers`;
    await server.sql(`INSERT INTO ${openers} (name, seen) VALUES ('still', clock_timestamp() - interval '1 minute')`);
    const other = fromPostgres(address, "alone", async ({ refuseChanged }) => {
      await server.sql(`UPDATE ${openers} SET seen = clock_timestamp()`);
      await refuseChanged();
    });
    await expect(other).rejects.toThrow(/1 of Parley's processes have it open\. Stop them first/);
  });

  test("a Parley whose schema bears the name of a draft is not written to", async () => {
    const from = await filled("from.db");
    const address = await nowhere();
    const { store } = await openStore(`${address}_moving`);
    await store.putNote("theirs", "1");
    for (const anew of [false, true])
      await expect(moveStore({ from, to: address }, { ...quiet, anew })).rejects.toThrow(/_moving is no part of a move\. Look into it/);
    expect(await store.note("theirs")).toBe("1");
    await store.close();
  });

  test("a backup of a server that is being worked on is a file that can be worked on", async () => {
    const from = await filled("from.db");
    const address = await nowhere();
    await moveStore({ from, to: address }, quiet);
    const running = await openStore(address);
    const { threads, events, bytes } = await backupStore(address, here("backup.db"));
    expect({ threads, events }).toEqual({ threads: 4, events: rowsIn(from)["events"]?.length });
    expect(bytes).toBeGreaterThan(100_000);
    expect(rowsIn(here("backup.db"))).toEqual(rowsIn(from));
    await expect(backupStore(address, here("backup.db"))).rejects.toThrow("is there already");
    await running.store.close();
  });
});
