import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Clock, systemClock } from "../engine/clock.ts";
import type { Presence, Updates } from "../engine/role.ts";
import type { Forgetter } from "./forgetting.ts";
import { logsOf, type Logs } from "./runs/logs.ts";
import type { Opened, OwnStore } from "./own-store.ts";
import { runsInLogs } from "./runs/runs-in-logs.ts";
import { checkSqlite } from "./sqlite/upkeep/check.ts";
import { quickCheckSqlite } from "./sqlite/upkeep/quick-check.ts";
import { openSqlite, openSqliteLogs, openSqliteNotes, openSqliteReadOnly, openSqliteSettings } from "./sqlite/store.ts";
import type { OpenedSettings } from "./settings.ts";
import { StoreError, type Store } from "./store.ts";
import type { Check, TroubleOf } from "./upkeep/check.ts";
import { readerOf, type StoreReader } from "./upkeep/reader.ts";

/** Loaded where a database is one of Postgres: it is as much as all of SQLite's. */
const postgres = () => import("./postgres/store.ts");
const postgresReader = () => import("./postgres/upkeep/reader.ts");

/** By the scheme of its addresses, such as `trips` for `trips:anything`. */
export type OwnStores = ReadonlyMap<string, { open(address: string, clock: Clock): unknown }>;

/** A database in memory: gone when it is closed. */
const MEMORY = ":memory:";
/** One letter is a drive of Windows. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]+):/;

/**
 * Opens the store at an address: a path or `sqlite:PATH` (a file of SQLite), `:memory:`, `postgres://…`, or `SCHEME:…` of a store that an extension
 * defines. This is the one place that knows which stores there are.
 * @throws StoreError when it cannot be used, with the mend.
 */
export async function openStore(
  address: string,
  {
    own,
    role = "all",
    updates = "alone",
    ...more
  }: { readonly own?: OwnStores; readonly role?: Presence; readonly updates?: Updates } & Partial<Clock> = {},
): Promise<Opened> {
  const scheme = schemeOf(address);
  if (scheme === undefined || scheme === "sqlite") return openSqlite({ path: fileOf(address), ...more });
  if (isPostgres(address)) return (await postgres()).openPostgres({ address, role, updates, ...more });
  const kind = own?.get(scheme);
  if (!kind) throw new StoreError(missing(address, scheme, [...(own?.keys() ?? [])]));
  const clock: Clock = { ...systemClock, ...more };
  const opened: unknown = await kind.open(address, clock);
  if (!isOwnStore(opened))
    throw new StoreError(`${shownAddress(address)}: the store "${scheme}" opened nothing with a \`store\` and a \`dispatch\`.`);
  return completed(opened, address, clock);
}

/** Why nobody opens this address; nothing where SQLite, Postgres or one of these does. */
export function noStoreFor(address: string, own: OwnStores): string | undefined {
  const scheme = schemeOf(address);
  if (scheme === undefined || isSqlite(address) || isPostgres(address) || own.has(scheme)) return undefined;
  return missing(address, scheme, [...own.keys()]);
}

/** Whether it is a file of SQLite, or Postgres, or of a store that an extension defines. */
export function isSqlite(address: string): boolean {
  const scheme = schemeOf(address);
  return scheme === undefined || scheme === "sqlite";
}

/** Whether it is in Postgres. */
export const isPostgres = (address: string): boolean => ["postgres", "postgresql"].includes(schemeOf(address) ?? "");

/**
 * For reading only, also while a Parley runs on it; a store of an extension is opened as that one opens it.
 * @throws StoreError when there is no database, or one that this program cannot read.
 */
export async function readStore(address: string, { own }: { readonly own?: OwnStores } = {}): Promise<StoreReader> {
  if (isSqlite(address)) return openSqliteReadOnly({ path: fileOf(address) });
  return isPostgres(address)
    ? (await postgresReader()).openPostgresReadOnly({ address })
    : readerOf(await openStore(address, own ? { own } : {}));
}

/** Whether a first start has made what is at this address. A store of an extension is taken to be there. */
export async function isStoreThere(address: string): Promise<boolean> {
  if (isSqlite(address)) return existsSync(fileOf(address));
  return isPostgres(address) ? (await postgresReader()).isPostgresThere({ address }) : true;
}

/** To look at while it grows, also while a Parley runs on it: of SQLite beside whoever writes, of another store as one who opens it and does no work. */
export async function openLogs(address: string, { own, ...clock }: { readonly own?: OwnStores } & Partial<Clock> = {}): Promise<Logs> {
  if (isSqlite(address)) return openSqliteLogs({ path: fileOf(address), ...clock });
  return logsOf(await openStore(address, { ...(own ? { own } : {}), role: "reader", ...clock }));
}

/** Its notes, also while a Parley runs on it: what is put there by compare-and-set, that Parley reads with its next look. */
export async function openNotes(address: string): Promise<Pick<Store, "note" | "swapNote" | "close">> {
  return isSqlite(address) ? openSqliteNotes({ path: fileOf(address) }) : (await openStore(address, { role: "reader" })).store;
}

/** Its settings, also while a Parley runs on it: what is put there, that Parley hears of. */
export async function openSettings(address: string, { own }: { readonly own?: OwnStores } = {}): Promise<OpenedSettings> {
  if (isSqlite(address)) return openSqliteSettings({ path: fileOf(address) });
  const { settings, store } = await openStore(address, { ...(own ? { own } : {}), role: "reader" });
  return { get: settings.get, put: settings.put, close: () => store.close() };
}

/** Reads all of it through, also while a Parley runs on it; see `checkRows`. Throws StoreError where there is nothing, or it is a store of an extension. */
export const checkStore = async (address: string, troubleOf: TroubleOf): Promise<Check> =>
  isPostgres(address)
    ? (await import("./postgres/upkeep/check.ts")).checkPostgres({ address, troubleOf })
    : checkSqlite({ path: fileOf(address), troubleOf });

/** `late`: too large to be looked through in time. What is no file has nothing to be looked through. */
export async function quickCheckStore(address: string, timeoutMs: number): Promise<"late" | "done"> {
  if (!isSqlite(address) || fileOf(address) === MEMORY) return "done";
  return (await quickCheckSqlite({ path: fileOf(address), timeoutMs })) === "late" ? "late" : "done";
}

/** The file of SQLite at this address. Throws StoreError for an address of another store. */
export function fileOf(address: string): string {
  const scheme = schemeOf(address);
  if (scheme === undefined) return address;
  if (scheme === "sqlite") return pathIn(address);
  throw new StoreError(
    `${shownAddress(address)}: a store of an extension is backed up and looked through by its own means; parley does so with SQLite and Postgres.`,
  );
}

/** An address for people and logs: without a password, and without its parameters, which may hold one. */
export function shownAddress(address: string): string {
  if (isSqlite(address)) return address;
  const url = URL.parse(address);
  if (!url) return `${schemeOf(address)}:…`;
  if (url.password !== "") url.password = "***";
  [url.search, url.hash] = ["", ""];
  return url.href;
}

function schemeOf(address: string): string | undefined {
  return SCHEME.exec(address)?.[1]?.toLowerCase();
}

/** `sqlite:data/parley.db`, `sqlite:/srv/parley.db`, `sqlite:///srv/parley.db`. */
function pathIn(address: string): string {
  const rest = address.slice("sqlite:".length);
  return rest.startsWith("//") ? fileURLToPath(`file:${rest}`) : rest;
}

const missing = (address: string, scheme: string, own: readonly string[]): string =>
  `${address.split(":")[0]}:…: Parley keeps its log in SQLite or Postgres, and knows no store "${scheme}". Name a file (PARLEY_DB=data/parley.db), an address of Postgres (postgres://…), or a store of the team file's extensions (${own.length > 0 ? own.join(", ") : "there is none; see docs/guide/own-store.md"}).`;

const isOwnStore = (opened: unknown): opened is OwnStore =>
  typeof opened === "object" &&
  opened !== null &&
  ["store", "dispatch"].every((part) => typeof (opened as { [part: string]: unknown })[part] === "object");

/** Notes, settings and decisions that are not kept live as long as the process; what cannot be done without being kept says so. */
function completed(own: OwnStore, address: string, clock: Clock): Opened {
  const { store: spare, memory, knowledge, workspaces, settings, schedules, audit, logins } = openSqlite({ path: MEMORY, ...clock });
  const instance = randomUUID();
  const cannot = (what: string) => (): never => {
    throw new StoreError(`${shownAddress(address)}: this store keeps ${what}.`);
  };
  return {
    memory,
    knowledge,
    workspaces,
    settings,
    schedules,
    runs: runsInLogs(own.store),
    audit,
    forgetter: unforgetting(cannot("no way to forget; take words out of it by its own means")),
    // Given anew after a restart.
    logins,
    installations: cannot("no installations; use one workspace's tokens, or SQLite"),
    instance: () => instance,
    ...own,
    ...(own.runs ? { runs: { ...runsInLogs(own.store), ...own.runs } } : {}),
    store: {
      ...own.store,
      async close() {
        await own.store.close();
        await spare.close();
      },
    },
  };
}

function unforgetting(cannot: () => never): Forgetter {
  return {
    find: async () => cannot(),
    begin: async () => cannot(),
    underWay: async () => [],
    threads: async () => [],
    rewrite: async () => cannot(),
    finish: async () => cannot(),
    message: async () => cannot(),
    forks: async () => [],
    removed: async () => [],
    sweepFiles: async () => 0,
    compact: async () => false,
  };
}
