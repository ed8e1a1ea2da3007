import type { Audit, AuditCheck, AuditTold, Forgets } from "../../audit.ts";
import { checkChain } from "../../records/audit-check.ts";
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
  type AuditEnds,
  without,
} from "../../records/audit-entries.ts";
import { BEGIN, keyOf, repeatsHash, sealed, type Forgot, type WordField, type Words } from "../../audit-chain.ts";
import { putEntry, statementsOn } from "./rows.ts";
import type { Decision, RecordedDecision } from "../../settings.ts";
import type { Connection } from "../connection.ts";

export interface SqliteAudit extends Audit {
  /** In the transaction of whoever calls. */
  readonly add: (decision: Decision) => void;
  readonly page: (workspace: string, page: { readonly limit: number; readonly before: number }) => readonly RecordedDecision[];
  readonly workspaces: () => readonly string[];
  /** In the transaction of whoever calls: takes the words that are meant out of the entries, and says in an entry of its own which. */
  readonly forget: (forgets: Forgets, by: Decision) => number;
  readonly checkNow: () => AuditCheck;
  /** Runs a transaction, and tells of what was recorded in it. */
  readonly telling: <T>(transaction: () => T) => T;
  /** Somebody else may have recorded something: whoever follows is told of the last entry. Never throws. */
  readonly recordedBeside: () => void;
}

/** The audit log: entries in a chain; see audit-chain.ts. */
export function sqliteAudit({ db, write, read }: Connection, now: () => number): SqliteAudit {
  let prepared: ReturnType<typeof statementsOn> | undefined;
  const on = () => (prepared ??= statementsOn(db));
  const listeners = new Set<(told: AuditTold) => void>();
  let untold: AuditTold[] = [];

  const ends = (): AuditEnds => on().ends.get() ?? { first: 1, before: BEGIN, last: 0, hash: BEGIN };

  function append(decision: Decision, at: string, forgot: Forgot | null): void {
    const { last, hash: prev, first, before } = ends();
    const id = last + 1;
    const { workspace, deed, allowed } = decision;
    const key = keyOf(decision.key);
    const link = { id, workspace, at, deed: cut(deed), allowed: allowed ? 1 : 0, key, forgot: forgot && JSON.stringify(forgot), prev };
    const hash = putEntry(on().add, link, sealed(valuesOf(decision)));
    on().putEnds.run(first, before, id, hash);
    untold.push({ kind: "entry", id });
  }

  /** True when it is one of the last refusals once more, and is counted there. */
  function folded({ workspace, deed, person, detail, ...rest }: Decision, at: string): boolean {
    const key = keyOf(rest.key);
    const since = new Date(Date.parse(at) - FOLDED_MS).toISOString();
    const same = on()
      .refusals.all(workspace, ends().last - LOOKED_BACK_MAX, cut(deed), since)
      .find((row) => isSameRefusal(row, { person, detail }));
    if (!same) return false;
    if (key !== null && (key === same.key || key === same.lastKey)) return true;
    const repeats = { times: same.times + 1, lastAt: at, lastKey: key };
    on().repeat.run(repeats.times, at, key, repeatsHash(same.hash, repeats), same.id);
    untold.push({ kind: "repeat", id: same.id, times: repeats.times, lastAt: at });
    return true;
  }

  function add(decision: Decision): void {
    const { workspace, allowed } = decision;
    const key = keyOf(decision.key);
    if (key !== null && on().byKey.get(workspace, key)) return;
    const at = new Date(now()).toISOString();
    if (!allowed && folded(decision, at)) return;
    append(decision, at, null);
  }

  return {
    add,
    page: (workspace, { limit, before }) => read(() => on().page.all(workspace, before, limit).map(entryOf)),
    workspaces: () => read(() => on().workspaces.all()),
    forget(forgets, by) {
      const found: [number, WordField[]][] = [];
      for (let after = 0; ;) {
        const rows = on().after.all(after, PAGE_ENTRIES);
        for (const row of rows) {
          const words = JSON.parse(row.words) as Words;
          const fields = forgets(entryOf(row)).filter((field) => words[field]);
          if (fields.length === 0) continue;
          found.push([row.id, fields]);
          on().putWords.run(without(words, fields), row.id);
        }
        if (rows.length < PAGE_ENTRIES) break;
        after = rows.at(-1)?.id ?? after;
      }
      const at = new Date(now()).toISOString();
      for (let from = 0; from === 0 || from < found.length; from += FORGOT_PER_ENTRY_MAX) {
        const named = found.slice(from, from + FORGOT_PER_ENTRY_MAX);
        append(by, at, named.length === 0 ? null : (Object.fromEntries(named) as Forgot));
      }
      return found.length;
    },
    telling(transaction) {
      untold = [];
      const result = transaction();
      for (const one of untold) for (const listener of listeners) listener(one);
      return result;
    },
    recordedBeside() {
      try {
        const { last } = read(ends);
        for (const listener of listeners) listener({ kind: "entry", id: last });
      } catch {
        // Whoever follows reads on with the next one.
      }
    },
    follow(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    after: async (id, limit) =>
      read(() =>
        on()
          .after.all(id, limit)
          .map((row) => ({ ...entryOf(row), proof: proofOf(row) })),
      ),
    dropBefore: async (at) =>
      write("full", () => {
        const { first, before, last, hash } = ends();
        const row = on().lastBefore.get(at);
        // Only from the beginning on, and never what says where the chain ends.
        const upTo = Math.min(row?.id ?? 0, last - 1);
        if (upTo < first) return 0;
        const kept = on().prevOf.get(upTo + 1) ?? before;
        const { changes } = on().drop.run(upTo);
        on().putEnds.run(upTo + 1, kept, last, hash);
        return changes;
      }),
    check: async () => checkNow(),
    checkNow,
  };

  function checkNow(): AuditCheck {
    return read(() =>
      checkChain({ ends: on().ends.get(), rows: on().after.iterate(0, Number.MAX_SAFE_INTEGER), forgetting: on().forgetting.all() }),
    );
  }
}
