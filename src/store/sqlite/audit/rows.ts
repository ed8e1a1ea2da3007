import type Database from "better-sqlite3";
import { BEGIN, hashOf, keyOf, repeatsHash, sealed, type Link } from "../../audit-chain.ts";
import type { AuditEnds, AuditRow } from "../../records/audit-entries.ts";

/** Decisions of before the chain, oldest first, become its first entries. */
export function takeOver(db: Database.Database): void {
  const { add, putEnds } = statementsOn(db);
  const old = db
    .prepare<[], OldRow>(
      "SELECT workspace, at, person_id AS personId, person_name AS personName, deed, subject, allowed, detail, key FROM decisions ORDER BY id",
    )
    .all();
  let prev: string = BEGIN;
  old.forEach(({ workspace, at, deed, allowed, key, personId, personName, subject, detail }, index) => {
    const values = { personId, personName, subject, ...(detail === null ? {} : { detail }) };
    prev = putEntry(add, { id: index + 1, workspace, at, deed, allowed, key: keyOf(key ?? undefined), forgot: null, prev }, sealed(values));
  });
  if (old.length > 0) putEnds.run(1, BEGIN, old.length, prev);
  db.exec("DROP TABLE decisions");
}

interface OldRow {
  readonly workspace: string;
  readonly at: string;
  readonly personId: string;
  readonly personName: string;
  readonly deed: string;
  readonly subject: string;
  readonly allowed: number;
  readonly detail: string | null;
  readonly key: string | null;
}

/** Writes an entry; its hash. */
export function putEntry(
  add: ReturnType<typeof statementsOn>["add"],
  { id, workspace, at, deed, allowed, key, forgot, prev }: Omit<Link, "digests">,
  { words, digests }: ReturnType<typeof sealed>,
): string {
  const hash = hashOf({ id, workspace, at, deed, allowed, key, forgot, digests, prev });
  const repeats = repeatsHash(hash, { times: 1, lastAt: at, lastKey: key });
  add.run(id, workspace, at, deed, allowed, key, words, digests, forgot, prev, hash, 1, at, key, repeats);
  return hash;
}

export function statementsOn(db: Database.Database) {
  const select = `SELECT id, workspace, at, deed, allowed, key, words, digests, forgot, prev, hash, times, last_at AS lastAt, last_key AS lastKey, repeats FROM audit`;
  type Value = string | number | null;
  return {
    add: db.prepare<Value[]>(
      `INSERT INTO audit (id, workspace, at, deed, allowed, key, words, digests, forgot, prev, hash, times, last_at, last_key, repeats)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    byKey: db.prepare<[string, string]>("SELECT 1 FROM audit WHERE workspace = ? AND key = ?"),
    refusals: db.prepare<[string, number, string, string], AuditRow>(
      `${select} WHERE workspace = ? AND id > ? AND deed = ? AND allowed = 0 AND at >= ? ORDER BY id DESC`,
    ),
    repeat: db.prepare<[number, string, string | null, string, number]>(
      "UPDATE audit SET times = ?, last_at = ?, last_key = ?, repeats = ? WHERE id = ?",
    ),
    putWords: db.prepare<[string, number]>("UPDATE audit SET words = ? WHERE id = ?"),
    page: db.prepare<[string, number, number], AuditRow>(`${select} WHERE workspace = ? AND id < ? ORDER BY id DESC LIMIT ?`),
    after: db.prepare<[number, number], AuditRow>(`${select} WHERE id > ? ORDER BY id LIMIT ?`),
    forgetting: db.prepare<[], { readonly id: number; readonly forgot: string }>("SELECT id, forgot FROM audit WHERE forgot IS NOT NULL"),
    workspaces: db.prepare<[], string>("SELECT DISTINCT workspace FROM audit ORDER BY workspace").pluck(),
    lastBefore: db.prepare<[string], { readonly id: number | null }>(
      "SELECT coalesce((SELECT min(id) FROM audit WHERE last_at >= ?) - 1, (SELECT max(id) FROM audit)) AS id",
    ),
    prevOf: db.prepare<[number], string>("SELECT prev FROM audit WHERE id = ?").pluck(),
    drop: db.prepare<[number]>("DELETE FROM audit WHERE id <= ?"),
    ends: db.prepare<[], AuditEnds>("SELECT first, before, last, hash FROM audit_ends"),
    putEnds: db.prepare<[number, string, number, string]>(
      `INSERT INTO audit_ends (one, first, before, last, hash) VALUES (1, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET first = excluded.first, before = excluded.before, last = excluded.last, hash = excluded.hash`,
    ),
  };
}
