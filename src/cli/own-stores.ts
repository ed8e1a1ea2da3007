import { loadSettings } from "../config/load.ts";
import { readEnv } from "../config/env.ts";
import type { OwnStores } from "../parley.ts";
import type { Io } from "./command.ts";
import { databaseOf } from "./logs/export.ts";

/** Where what is kept is: its address, and what the team file's extensions define where it is a store of theirs. */
export interface KeptAt {
  readonly path: string;
  readonly own: OwnStores;
}

/** As {@link databaseOf} finds it. A team file is read for a store of its extensions alone. */
export async function keptAt(io: Io, given: string | undefined): Promise<KeptAt> {
  const path = databaseOf(io, given);
  const { isSqlite } = await import("../parley.ts");
  if (isSqlite(path)) return { path, own: new Map() };
  return { path, own: loadSettings({ env: readEnv(io.cwd, io.env), cwd: io.cwd }).registry.store };
}

/** What is kept there, to look at: a file of SQLite also while a Parley runs on it, and only where it is there. */
export async function readKept({ path, own }: KeptAt) {
  const { isSqlite, openStore, readStore } = await import("../parley.ts");
  if (isSqlite(path)) {
    const { memory, forgetter, recent, close } = readStore(path);
    return { memory, forgetter, recent, close };
  }
  const { store, memory, forgetter } = await openStore(path, { own });
  return { memory, forgetter, recent: (limit: number) => store.recent(limit), close: () => store.close() };
}
