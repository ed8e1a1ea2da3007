import { checkRows, NOTHING, PROBLEMS_MAX, type Check, type EventRow, type TroubleOf } from "../../upkeep/check.ts";
import { openConnectionReadOnly, type Connection } from "../connection.ts";
import { explained } from "../driver/trouble.ts";
import { sqliteAudit } from "../audit/audit.ts";
import { StoreError } from "../../store.ts";

/**
 * Reads the database through, also while a Parley runs on it, as it is at one instant: pages and indexes, and all that `checkRows` looks at.
 * @throws StoreError when there is no database, or one that cannot be read at all.
 */
export async function checkSqlite(options: { readonly path: string; readonly troubleOf: TroubleOf }): Promise<Check> {
  const connection = openConnectionReadOnly(options.path);
  const { db } = connection;
  try {
    const damage = damageOf(connection, options.path);
    // What reads garbage tells garbage.
    if (damage.length > 0) return { ...NOTHING, problems: damage };
    // One instant for all that follows: a running Parley goes on writing.
    db.exec("BEGIN");
    const bodiesOf = db.prepare<[number], EventRow>("SELECT seq, body FROM events WHERE thread = ? ORDER BY seq").raw();
    const contentOf = db.prepare<[string], Buffer>("SELECT content FROM files WHERE hash = ?").pluck();
    return await checkRows(
      {
        all: <Row extends object>(sql: string) => db.prepare<[], Row>(sql).all(),
        bodiesOf: (thread) => bodiesOf.all(thread),
        contentOf: (hash) => contentOf.get(hash),
        audit: () => sqliteAudit(connection, Date.now).checkNow(),
      },
      options.troubleOf,
    );
  } catch (error) {
    return explained(options.path, () => {
      throw error;
    });
  } finally {
    connection.close();
  }
}

/** What SQLite itself says of the pages and indexes. */
function damageOf({ db, read }: Connection, path: string): string[] {
  try {
    const found = read(() => db.pragma(`integrity_check(${PROBLEMS_MAX})`)) as readonly { readonly integrity_check: string }[];
    return found.flatMap(({ integrity_check: line }) => (line === "ok" ? [] : [`the file is damaged: ${line.replaceAll("\n", " ")}`]));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return [error.message.startsWith(`${path}: `) ? error.message.slice(path.length + 2) : error.message];
  }
}
