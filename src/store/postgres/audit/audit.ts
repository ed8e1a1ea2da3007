import type { Audit, AuditCheck, AuditTold, Forgets } from "../../audit.ts";
import { keyOf, repeatsHash, sealed, type Forgot, type WordField, type Words } from "../../audit-chain.ts";
import { chainCheck } from "../../records/audit-check.ts";
import {
  cut,
  entryOf,
  FOLDED_MS,
  FORGOT_PER_ENTRY_MAX,
  isSameRefusal,
  LOOKED_BACK_MAX,
  PAGE_ENTRIES,
  proofOf,
  valuesOf,
  without,
  type AuditEnds,
  type AuditRow,
} from "../../records/audit-entries.ts";
import type { Decision, RecordedDecision } from "../../settings.ts";
import type { Connection, Query } from "../server/connection.ts";
import type { Changes } from "../together/changes.ts";
import { endsOf, entriesAfter, ENTRY, lockedEnds, putEnds, putEntry } from "./rows.ts";

/** A change that was said in the transaction is heard before who began it goes on. */
type Say = (said: number) => Promise<void>;

export interface PostgresAudit extends Audit {
  /** In the transaction of whoever calls. */
  readonly add: (within: Query, say: Say, decision: Decision) => Promise<void>;
  readonly page: (workspace: string, page: { readonly limit: number; readonly before: number }) => Promise<readonly RecordedDecision[]>;
  readonly workspaces: () => Promise<readonly string[]>;
  /** In the transaction of whoever calls: takes the words that are meant out of the entries, and says in an entry of its own which. */
  readonly forget: (within: Query, say: Say, how: { readonly forgets: Forgets; readonly by: Decision }) => Promise<number>;
  /** Runs a transaction; all that was said in it has been heard when it resolves. */
  readonly telling: <T>(work: (within: Query, say: Say) => Promise<T>) => Promise<T>;
}

/** The audit log: entries in a chain; see audit-chain.ts. */
export function postgresAudit(
  { query, transaction, atOneInstant }: Connection,
  {
    changes,
    follow,
    now,
  }: { readonly changes: Pick<Changes, "say" | "heard">; readonly follow: Audit["follow"]; readonly now: () => number },
): PostgresAudit {
  const told = async (within: Query, say: Say, what: AuditTold): Promise<void> =>
    say(await changes.say(within, { kind: "audit", told: what }));

  async function append(
    within: Query,
    ends: AuditEnds,
    { decision, at, forgot }: { readonly decision: Decision; readonly at: string; readonly forgot: Forgot | null },
  ): Promise<AuditEnds> {
    const { last, hash: prev, first, before } = ends;
    const id = last + 1;
    const { workspace, deed, allowed } = decision;
    const key = keyOf(decision.key);
    const link = { id, workspace, at, deed: cut(deed), allowed: allowed ? 1 : 0, key, forgot: forgot && JSON.stringify(forgot), prev };
    const grown = { first, before, last: id, hash: await putEntry(within, link, sealed(valuesOf(decision))) };
    await putEnds(within, grown);
    return grown;
  }

  /** Nothing when it is no refusal that came before; otherwise it is counted there. */
  async function folded(within: Query, ends: AuditEnds, decision: Decision, at: string): Promise<AuditTold | "told again" | undefined> {
    const { workspace, deed, person, detail } = decision;
    const key = keyOf(decision.key);
    const since = new Date(Date.parse(at) - FOLDED_MS).toISOString();
    const rows = await within<AuditRow>(
      `${ENTRY} WHERE workspace = $1 AND id > $2 AND deed = $3 AND allowed = 0 AND at >= $4 ORDER BY id DESC`,
      [workspace, ends.last - LOOKED_BACK_MAX, cut(deed), since],
    );
    const same = rows.find((row) => isSameRefusal(row, { person, detail }));
    if (!same) return undefined;
    if (key !== null && (key === same.key || key === same.lastKey)) return "told again";
    const repeats = { times: same.times + 1, lastAt: at, lastKey: key };
    await within("UPDATE audit SET times = $1, last_at = $2, last_key = $3, repeats = $4 WHERE id = $5", [
      repeats.times,
      at,
      key,
      repeatsHash(same.hash, repeats),
      same.id,
    ]);
    return { kind: "repeat", id: same.id, times: repeats.times, lastAt: at };
  }

  return {
    async add(within, say, decision) {
      const ends = await lockedEnds(within);
      const key = keyOf(decision.key);
      if (key !== null && (await within("SELECT 1 FROM audit WHERE workspace = $1 AND key = $2", [decision.workspace, key])).length > 0)
        return;
      const at = new Date(now()).toISOString();
      const again = decision.allowed ? undefined : await folded(within, ends, decision, at);
      if (again === "told again") return;
      const what = again ?? { kind: "entry" as const, id: (await append(within, ends, { decision, at, forgot: null })).last };
      await told(within, say, what);
    },
    async page(workspace, { limit, before }) {
      const rows = await query<AuditRow>(`${ENTRY} WHERE workspace = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, [workspace, before, limit]);
      return rows.map(entryOf);
    },
    async workspaces() {
      return (await query<{ workspace: string }>("SELECT DISTINCT workspace FROM audit ORDER BY workspace")).map(
        ({ workspace }) => workspace,
      );
    },
    async forget(within, say, { forgets, by }) {
      let ends = await lockedEnds(within);
      const found: [number, WordField[]][] = [];
      for await (const row of entriesAfter(within, 0, PAGE_ENTRIES)) {
        const words = JSON.parse(row.words) as Words;
        const fields = forgets(entryOf(row)).filter((field) => words[field]);
        if (fields.length === 0) continue;
        found.push([row.id, fields]);
        await within("UPDATE audit SET words = $1 WHERE id = $2", [without(words, fields), row.id]);
      }
      const at = new Date(now()).toISOString();
      for (let from = 0; from === 0 || from < found.length; from += FORGOT_PER_ENTRY_MAX) {
        const named = found.slice(from, from + FORGOT_PER_ENTRY_MAX);
        ends = await append(within, ends, { decision: by, at, forgot: named.length === 0 ? null : (Object.fromEntries(named) as Forgot) });
        await told(within, say, { kind: "entry", id: ends.last });
      }
      return found.length;
    },
    async telling(work) {
      let said: number[] = [];
      const result = await transaction((within) => {
        said = [];
        return work(within, async (id) => void said.push(id));
      });
      for (const id of said) await changes.heard(id);
      return result;
    },
    follow,
    async after(id, limit) {
      const rows = await query<AuditRow>(`${ENTRY} WHERE id > $1 ORDER BY id LIMIT $2`, [id, limit]);
      return rows.map((row) => ({ ...entryOf(row), proof: proofOf(row) }));
    },
    dropBefore: (at) =>
      transaction(async (within) => {
        const { first, before, last, hash } = await lockedEnds(within);
        const [row] = await within<{ id: number | null }>(
          "SELECT coalesce((SELECT min(id) FROM audit WHERE last_at >= $1) - 1, (SELECT max(id) FROM audit)) AS id",
          [at],
        );
        // Only from the beginning on, and never what says where the chain ends.
        const upTo = Math.min(row?.id ?? 0, last - 1);
        if (upTo < first) return 0;
        const [kept] = await within<{ prev: string }>("SELECT prev FROM audit WHERE id = $1", [upTo + 1]);
        const dropped = await within("DELETE FROM audit WHERE id <= $1 RETURNING 1", [upTo]);
        await putEnds(within, { first: upTo + 1, before: kept?.prev ?? before, last, hash });
        return dropped.length;
      }),
    check: () => atOneInstant(checkedIn),
  };
}

/** As it is at one instant: others go on writing. */
export async function checkedIn(within: Query): Promise<AuditCheck> {
  const forgetting = await within<{ id: number; forgot: string }>("SELECT id, forgot FROM audit WHERE forgot IS NOT NULL");
  const { add, end } = chainCheck({ ends: await endsOf(within), forgetting });
  for await (const row of entriesAfter(within, 0, PAGE_ENTRIES)) add(row);
  return end();
}
