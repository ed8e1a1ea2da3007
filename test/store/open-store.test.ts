import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { databasePath } from "../../src/config/load.ts";
import { defineStore } from "../../src/store/own-store.ts";
import { fileOf, openStore, readStore, shownAddress } from "../../src/store/open-store.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { StoreError } from "../../src/store/store.ts";
import { append, said } from "../../src/store/contracts/commits.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "parley-address-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a path and an address of SQLite are the same file", async () => {
  const path = join(folder, "log.db");
  const written = await openStore(`sqlite:${path}`);
  await append(written.store, "t", [said("kept")]);
  await written.store.close();
  for (const address of [path, `sqlite://${path}`, `SQLite:${path}`]) {
    const { store } = await openStore(address);
    expect(await store.load("t", 0)).toHaveLength(1);
    await store.close();
  }
  const reader = await readStore(`sqlite:${path}`);
  expect(await reader.load("t", 0)).toHaveLength(1);
  await reader.close();
});

test("of an address that nobody knows is said what is missing and what can be named", async () => {
  const opening = openStore("mysql://u:secret@db/parley");
  await expect(opening).rejects.toThrow(/^mysql:…: Parley keeps its log in SQLite or Postgres, and knows no store "mysql"\. Name a file/);
  await expect(openStore("mysql://u:secret@db/parley")).rejects.not.toThrow(/secret/);
  const own = new Map([["trips", defineStore({ name: "trips", open: () => openSqlite({ path: ":memory:" }) })]]);
  await expect(openStore("trip:north", { own })).rejects.toThrow(/a store of the team file's extensions \(trips\)/);
  expect(() => fileOf("trips:north")).toThrow(StoreError);
  expect(() => fileOf("postgres://u:secret@db/parley")).toThrow(
    /^postgres:\/\/u:\*\*\*@db\/parley: a store of an extension is backed up and looked through by its own means/,
  );
});

test("an address is shown without what it keeps secret", () => {
  expect(shownAddress("postgres://ada:pw@db:5432/parley?schema=x&password=pw")).toBe("postgres://ada:***@db:5432/parley");
  expect(shownAddress("trips://:pw@host/a#pw")).toBe("trips://:***@host/a");
  expect(shownAddress("postgres://[pw")).toBe("postgres:…");
  for (const same of ["trips:north", "data/parley.db", "sqlite:data/a?b#c.db", ":memory:"]) expect(shownAddress(same)).toBe(same);
});

test("a store of one's own is opened by the name it has, with the address and the clock; what it does not keep lives as long as the process", async () => {
  const asked: string[] = [];
  const trips = defineStore({
    name: "trips",
    open(address, clock) {
      asked.push(`${address} at ${clock.now()}`);
      const { store, dispatch } = openSqlite({ path: ":memory:", ...clock });
      return { store, dispatch };
    },
  });
  const opened = await openStore("trips:north", { own: new Map([["trips", trips]]), now: () => 7 });
  expect(asked).toEqual(["trips:north at 7"]);
  await append(opened.store, "t", [said("kept")]);
  expect(await opened.settings.list("T1", "")).toEqual([]);
  expect(await opened.memory.scopes()).toEqual([]);
  const by = { workspace: "T1", person: { id: "U1", name: "Ana" }, deed: "forget", subject: "t", allowed: true };
  await expect(opened.forgetter.begin({ kind: "thread", thread: "t" }, by)).rejects.toThrow(
    /trips:north: this store keeps no way to forget/,
  );
  expect(() => opened.installations({} as never)).toThrow(/keeps no installations/);
  await opened.store.close();
  const empty = new Map([["trips", { open: () => ({}) }]]);
  await expect(openStore("trips:north", { own: empty })).rejects.toThrow(/opened nothing with a `store` and a `dispatch`/);
});

test("names that no address could begin with are refused where they are defined", () => {
  for (const name of ["t", "Trips", "sqlite", "postgres", "a b"])
    expect(() => defineStore({ name, open: () => openSqlite({ path: ":memory:" }) })).toThrow(/is no name for a store/);
});

test("a folder that is not there yet is no database: a file would take its place", () => {
  for (const folder of ["data/", "sqlite:data/", "/srv/parley/"])
    expect(() => databasePath(folder, "/home")).toThrow(/^database: .*\/ is a folder; name a file in it, such as .*\/parley\.db\.$/);
});

test("settings make a path whole, and leave the address of another store as it is", () => {
  expect(
    ["data/p.db", "sqlite:data/p.db", "/srv/p.db", "sqlite:/srv/p.db", ":memory:", "trips:north"].map((one) => databasePath(one, "/home")),
  ).toEqual(["/home/data/p.db", "/home/data/p.db", "/srv/p.db", "/srv/p.db", ":memory:", "trips:north"]);
});
