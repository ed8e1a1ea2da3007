import { existsSync, rmSync, statSync } from "node:fs";
import type Sqlite from "better-sqlite3";
import type { Draft, Reached, Source } from "../../moving/move.ts";
import type { Key, Row, Table, Value } from "../../moving/tables.ts";
import { wordsOf } from "../../records/words.ts";
import { StoreError } from "../../store.ts";
import { sqliteAudit } from "../audit/audit.ts";
import { openConnection, type Connection } from "../connection.ts";
import { explained } from "../driver/trouble.ts";
import { Database } from "../driver/database.ts";
import { publish, refuseExisting, verified } from "./backup.ts";

/**
 * A file that nobody else has open, updated to this version first.
 * @throws StoreError when there is none, or a Parley has it open.
 */
export function sqliteSource(path: string): Source & { readonly close: () => void } {
  if (!existsSync(path)) throw new StoreError(`${path}: there is no database. Check the path (--from).`);
  const connection = openConnection(path);
  const { db, read } = connection;
  const instance = db.prepare<[], string>("SELECT value FROM notes WHERE key = 'instance'").pluck().get() ?? "";
  return {
    ...readsOf(connection),
    shown: path,
    id: `${db.name} ${instance}`,
    page: async (table, behind) => read(() => pageOf(db, table, behind)),
    lastNote: async () => read(() => db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'memories'").pluck().get() ?? 0),
    // The lock keeps everybody out.
    refuseChanged: async () => undefined,
    close: connection.close,
  };
}

/**
 * A draft beside the file that is to be, under a name of its own, until it is whole. `anew`: what an earlier move has left there is thrown away.
 * @throws StoreError when the file is there already.
 */
export function sqliteDraft(
  { to, draft }: { readonly to: string; readonly draft: string },
  anew: boolean,
): Draft & { readonly close: () => void } {
  refuseExisting(to);
  if (anew) remove(draft);
  const connection = openConnection(draft);
  const { db, read, write } = connection;
  db.exec("CREATE TABLE IF NOT EXISTS moving (what TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT");
  const note = db.prepare("INSERT OR REPLACE INTO moving (what, value) VALUES (?, ?)");
  return {
    ...readsOf(connection),
    shown: to,
    async begun() {
      const rows = read(() => db.prepare<[], { what: string; value: string }>("SELECT what, value FROM moving").all());
      const kept = new Map(rows.map(({ what, value }) => [what, JSON.parse(value) as unknown]));
      const from = kept.get("") as Awaited<ReturnType<Draft["begun"]>>["from"];
      kept.delete("");
      return { from, reached: kept as ReadonlyMap<string, Reached> };
    },
    begin: async (from) => write("full", () => void note.run("", JSON.stringify(from))),
    put: async (table, rows, reached) =>
      write("normal", () => {
        const put = putter(db, table);
        for (const row of rows) put(row);
        note.run(table.name, JSON.stringify(reached));
      }),
    async find(table, keys) {
      const one = db.prepare<Key[0][], Value[]>(`${selectOf(table)} WHERE ${table.key.map((name) => `${name} = ?`).join(" AND ")}`).raw();
      return read(() => keys.flatMap((key) => valuesOf(table, one.get(...key))));
    },
    async publish({ lastNote }) {
      write("full", () => {
        db.exec("INSERT OR IGNORE INTO runs_due (thread, workspace, mark) SELECT id, workspace, '' FROM threads WHERE last_seq > 0");
        db.exec("DELETE FROM sqlite_sequence WHERE name = 'memories'");
        db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('memories', ?)").run(lastNote);
      });
      connection.close();
      explained(to, () => {
        verified(draft, draft);
        publish(draft, to);
        remove(draft);
        // Only now: one that is killed before knows that its rows are there.
        const whole = new Database(to);
        whole.exec("DROP TABLE moving");
        whole.close();
      });
    },
    close: connection.close,
  };
}

/** How large the file is that was made. */
export const sizeOf = (file: string): number => statSync(file).size;

function remove(draft: string): void {
  for (const suffix of ["", "-wal", "-shm", "-lock", "-journal"]) rmSync(`${draft}${suffix}`, { force: true });
}

function readsOf(connection: Connection): Pick<Source, "count" | "audit"> {
  const { db, read } = connection;
  return {
    count: async ({ name }) => read(() => db.prepare<[], number>(`SELECT count(*) FROM ${name}`).pluck().get() ?? 0),
    audit: () => sqliteAudit(connection, Date.now).check(),
  };
}

/** A scope of memory stands in a table of its own here. */
const SCOPE = "(SELECT name FROM memory_scopes WHERE memory_scopes.id = memories.scope)";

const selectOf = ({ name, columns }: Table): string =>
  `SELECT ${columns.map((column) => (name === "memories" && column.name === "scope" ? SCOPE : column.name)).join(", ")} FROM ${name}`;

function pageOf(db: Sqlite.Database, table: Table, behind: Key | undefined): readonly Row[] {
  const { key, rowsAtOnce } = table;
  const isBehind = behind ? `WHERE (${key.join(", ")}) > (${key.map(() => "?").join(", ")})` : "";
  const page = db.prepare<Key[0][], Value[]>(`${selectOf(table)} ${isBehind} ORDER BY ${key.join(", ")} LIMIT ${rowsAtOnce}`).raw();
  return page.all(...(behind ?? [])).flatMap((row) => valuesOf(table, row));
}

/** SQLite has numbers for what is true. */
const valuesOf = ({ columns }: Table, row: readonly Value[] | undefined): readonly Row[] =>
  row ? [row.map((value, index) => (columns[index]?.kind === "boolean" ? value === 1 : value))] : [];

function putter(db: Sqlite.Database, { name, columns }: Table): (row: Row) => void {
  const own = (row: Row): (string | number | Uint8Array | null)[] =>
    row.map((value) => (typeof value === "boolean" ? Number(value) : value));
  const names = columns.map((column) => column.name);
  const into = (all: readonly string[]) => db.prepare(`INSERT INTO ${name} (${all.join(", ")}) VALUES (${all.map(() => "?").join(", ")})`);
  if (name !== "memories") {
    const add = into(names);
    return (row) => void add.run(...own(row));
  }
  const add = into([...names, "words"]);
  const addScope = db.prepare("INSERT OR IGNORE INTO memory_scopes (name) VALUES (?)");
  const findScope = db.prepare<[string], number>("SELECT id FROM memory_scopes WHERE name = ?").pluck();
  const [scopeAt, textAt] = [names.indexOf("scope"), names.indexOf("text")];
  return (row) => {
    const scope = String(row[scopeAt]);
    addScope.run(scope);
    const values = own(row).with(scopeAt, findScope.get(scope) ?? 0);
    add.run(...values, wordsOf(String(row[textAt])).join(" "));
  };
}
