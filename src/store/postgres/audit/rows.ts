import { BEGIN, hashOf, repeatsHash, type Link, type sealed } from "../../audit-chain.ts";
import type { AuditEnds, AuditRow } from "../../records/audit-entries.ts";
import type { Query } from "../server/connection.ts";

export const ENTRY = `SELECT id, workspace, at, deed, allowed, key, words, digests, forgot, prev, hash, times, last_at AS "lastAt", last_key AS "lastKey", repeats FROM audit`;

/** Those who write to the log go one after the other: each entry holds the hash of the one before it. */
export async function lockedEnds(within: Query): Promise<AuditEnds> {
  await within("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", ["audit"]);
  return (await endsOf(within)) ?? { first: 1, before: BEGIN, last: 0, hash: BEGIN };
}

export async function endsOf(query: Query): Promise<AuditEnds | undefined> {
  return (await query<AuditEnds>("SELECT first, before, last, hash FROM audit_ends"))[0];
}

export async function putEnds(within: Query, { first, before, last, hash }: AuditEnds): Promise<void> {
  await within(
    `INSERT INTO audit_ends (one, first, before, last, hash) VALUES (1, $1, $2, $3, $4)
      ON CONFLICT (one) DO UPDATE SET first = excluded.first, before = excluded.before, last = excluded.last, hash = excluded.hash`,
    [first, before, last, hash],
  );
}

/** Writes an entry; its hash. */
export async function putEntry(
  within: Query,
  { id, workspace, at, deed, allowed, key, forgot, prev }: Omit<Link, "digests">,
  { words, digests }: ReturnType<typeof sealed>,
): Promise<string> {
  const hash = hashOf({ id, workspace, at, deed, allowed, key, forgot, digests, prev });
  const repeats = repeatsHash(hash, { times: 1, lastAt: at, lastKey: key });
  await within(
    `INSERT INTO audit (id, workspace, at, deed, allowed, key, words, digests, forgot, prev, hash, times, last_at, last_key, repeats)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [id, workspace, at, deed, allowed, key, words, digests, forgot, prev, hash, 1, at, key, repeats],
  );
  return hash;
}

/** In pages, so that a long log is not in memory at once. */
export async function* entriesAfter(query: Query, id: number, pageEntries: number): AsyncGenerator<AuditRow, void, void> {
  for (let after = id; ;) {
    const rows = await query<AuditRow>(`${ENTRY} WHERE id > $1 ORDER BY id LIMIT $2`, [after, pageEntries]);
    yield* rows;
    if (rows.length < pageEntries) return;
    after = rows.at(-1)?.id ?? after;
  }
}
