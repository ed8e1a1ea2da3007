import { resolve } from "node:path";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { databaseOf } from "../own-stores.ts";

export const help = `parley backup FILE [--db PATH]

Copies the database to FILE, also while Parley runs on it. FILE must not be there yet. The copy is as the database was at one instant, is
read through before it gets its name, and is one file with nothing beside it.

To go back to it: end Parley, move the database and its -wal and -shm files away, copy FILE to where it was, start Parley. A Postgres is
copied to a file of SQLite; to go back: parley migrate --from FILE --to postgres://…, into a schema that is not there yet.

  --db PATH     the database; PARLEY_DB, then the team file's, when absent

Exit codes: 0 the backup is there; 1 it could not be made, and nothing is left of it; 2 bad usage or settings.`;

const MIB = 1024 * 1024;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments(args, { options: { db: { type: "string" } }, allowPositionals: true });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new UsageError("Name one file that is not there yet: parley backup FILE.");
  const path = databaseOf(io, values.db);
  if (path === ":memory:") throw new UsageError("A database in memory cannot be backed up from outside; set PARLEY_DB to a file.");
  const { backupStore } = await import("../../parley.ts");
  const { threads, events, bytes } = await backupStore(path, resolve(io.cwd, file));
  await print(
    io.stdout,
    `Backed up ${events} events of ${threads} threads to ${file} (${(bytes / MIB).toFixed(1)} MiB), and read it through.`,
  );
  return 0;
}
