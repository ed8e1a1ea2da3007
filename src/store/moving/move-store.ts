import { resolve } from "node:path";
import { fileOf, isPostgres, isSqlite, shownAddress } from "../open-store.ts";
import { backupSqlite, type Backup } from "../sqlite/upkeep/backup.ts";
import { sizeOf, sqliteDraft, sqliteSource } from "../sqlite/upkeep/moving.ts";
import { StoreError } from "../store.ts";
import { move, type Draft, type Moved, type Progress, type Source } from "./move.ts";

/** Loaded where it is moved from there, or to it. */
const postgres = () => import("../postgres/upkeep/moving.ts");

/** Of a file that is not whole yet: it is gone on with from here. */
const PART = ".moving";

/**
 * Moves all that is kept from one database to another that is empty; see {@link move}. `anew`: what an earlier move has left there is thrown away.
 * @throws StoreError with the mend; what was copied is gone on with by the next call, and the source is as it was.
 */
export async function moveStore(
  { from, to }: { readonly from: string; readonly to: string },
  { anew, told }: { readonly anew: boolean; readonly told: (progress: Progress) => void },
): Promise<Moved> {
  for (const address of [from, to])
    if (address === ":memory:" || !(isSqlite(address) || isPostgres(address)))
      throw new StoreError(
        `${shownAddress(address)}: what is moved is in a file of SQLite or in Postgres. Name one of these (--from, --to).`,
      );
  if (isSqlite(from) && isSqlite(to))
    throw new StoreError(`${from}: both are files of SQLite; parley backup copies one, also while Parley runs.`);
  const into = async (source: Source): Promise<Moved> => {
    const work = (draft: Draft) => move(source, draft, told);
    return isPostgres(to)
      ? (await postgres()).toPostgres(to, anew, work)
      : inFile({ to: fileOf(to), draft: `${fileOf(to)}${PART}` }, { anew, work });
  };
  if (isPostgres(from)) return (await postgres()).fromPostgres(from, "alone", into);
  const source = sqliteSource(fileOf(from));
  try {
    return await into(source);
  } finally {
    source.close();
  }
}

async function inFile<T>(
  where: { readonly to: string; readonly draft: string },
  { anew, work }: { readonly anew: boolean; readonly work: (draft: Draft) => Promise<T> },
): Promise<T> {
  const draft = sqliteDraft(where, anew);
  try {
    return await work(draft);
  } finally {
    draft.close();
  }
}

/**
 * Copies all that is kept to a file of SQLite that is not there yet, also while a Parley runs on it, as it is at one instant; it was read through
 * when this resolves. Of Postgres it is what {@link moveStore} brings back into one.
 * @throws StoreError when the file is there already, there is no room, or what was copied is damaged; then no file is made.
 */
export async function backupStore(address: string, to: string): Promise<Backup> {
  if (!isPostgres(address)) return backupSqlite({ path: fileOf(address), to });
  const draft = `${resolve(to)}.${process.pid}.partial`;
  const { fromPostgres } = await postgres();
  const { threads, events } = await fromPostgres(address, "beside others", (source) =>
    inFile({ to, draft }, { anew: true, work: (into) => move(source, into, () => undefined) }),
  );
  return { threads, events, bytes: sizeOf(to) };
}
