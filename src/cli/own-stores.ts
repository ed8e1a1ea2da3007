import { databasePath, loadSettings } from "../config/load.ts";
import { readEnv } from "../config/env.ts";
import type { OwnStores, StoreReader } from "../parley.ts";
import type { Io } from "./command.ts";

/** Where what is kept is: its address, and what the team file's extensions define where it is a store of theirs. */
export interface KeptAt {
  readonly path: string;
  readonly own: OwnStores;
}

/** As {@link databaseOf} finds it. A team file is read for a store of its extensions alone. */
export async function keptAt(io: Io, given: string | undefined): Promise<KeptAt> {
  const path = databaseOf(io, given);
  const { isPostgres, isSqlite } = await import("../parley.ts");
  if (isSqlite(path) || isPostgres(path)) return { path, own: new Map() };
  return { path, own: loadSettings({ env: readEnv(io.cwd, io.env), cwd: io.cwd }).registry.store };
}

/** What is kept there, to look at: also while a Parley runs on it, and only where it is there. */
export async function readKept({ path, own }: KeptAt): Promise<StoreReader> {
  const { readStore } = await import("../parley.ts");
  return readStore(path, { own });
}

/** The same, as a command's `--db` names it. */
export const readHere = async (io: Io, given: string | undefined): Promise<StoreReader> => readKept(await keptAt(io, given));

/** The path that was given, then the environment's; the team file is read only when neither says it. */
export function databaseOf(io: Io, given: string | undefined): string {
  const env = readEnv(io.cwd, io.env);
  const path = given ?? env["PARLEY_DB"]?.trim();
  return path ? databasePath(path, io.cwd) : loadSettings({ env, cwd: io.cwd }).database;
}
