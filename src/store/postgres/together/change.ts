import type { AuditTold } from "../../audit.ts";
import type { Signal, WorkKind } from "../../dispatch.ts";

/** What one process has done, for all that have the database open. Kept small: it is sent to each of them. */
export type Change =
  /** `wake`: ms since the epoch, or `null` for rest; absent where a wake-up stays as it is. */
  | {
      readonly kind: "commit";
      readonly thread: string;
      readonly workspace: string;
      readonly from: number;
      readonly events: number;
      readonly posts: number;
      readonly wakes: boolean;
      readonly wake?: number | null;
      /** Something was spent, or is set aside no more. */
      readonly money: boolean;
    }
  | { readonly kind: "delivered"; readonly thread: string; readonly workspace: string; readonly post: string }
  | { readonly kind: "rewritten"; readonly thread: string; readonly workspace: string }
  | { readonly kind: "received"; readonly lane: string; readonly workspace: string }
  /** Work is due, or will be (`at`). */
  | { readonly kind: "work"; readonly of: WorkKind; readonly key: string; readonly workspace: string; readonly at: number }
  /** Somebody has stopped serving and may have left something. */
  | { readonly kind: "look" }
  | { readonly kind: "signal"; readonly thread: string; readonly what: Signal }
  | { readonly kind: "note"; readonly key: string }
  | { readonly kind: "lock"; readonly key: string }
  | { readonly kind: "money"; readonly workspace: string }
  | { readonly kind: "openers" }
  | { readonly kind: "setting"; readonly workspace?: string; readonly name?: string }
  | { readonly kind: "schedule"; readonly workspace: string }
  | { readonly kind: "audit"; readonly told: AuditTold }
  | { readonly kind: "mark" };

/** A statement that changes something, and what is told of it. */
export interface Made {
  /** Those of its WITH, of which one, named `made`, gives a row where there is something to tell, and one at most. */
  readonly parts: string;
  readonly values: readonly unknown[];
  readonly change: {
    readonly [kind in Change["kind"]]: Partial<Extract<Change, { kind: kind }>> & { readonly kind: kind };
  }[Change["kind"]];
  /** Of that row, told beside the rest of the change. */
  readonly columns?: readonly string[];
}

/** Postgres takes 8,000 bytes; one that is longer is fetched. */
export const NOTIFIED_BYTES_MAX = 7_000;

/** Changes something, and says so in the same breath, so that neither is there without the other: a row of `changes`, which is notified. */
export function statementOf(
  { parts, values, change, columns = [] }: Made,
  { by, channel }: { readonly by: string; readonly channel: string },
): { readonly sql: string; readonly values: readonly unknown[] } {
  const given = `$${values.length + 1}::text`;
  const more = columns.map((column) => ` || ',"${column}":' || ${jsonOf(`made.${column}`)}`).join("");
  const told = more === "" ? given : `left(${given}, -1)${more} || '}'`;
  return {
    sql: `WITH ${parts}, said AS (INSERT INTO changes (said) SELECT ${told} FROM made RETURNING id, said)
      SELECT made.*, said.id AS said, pg_notify(
        '${channel}', CASE WHEN octet_length(said.said) > ${NOTIFIED_BYTES_MAX} THEN said.id::text ELSE said.id || ' ' || said.said END)
      FROM made, said`,
    values: [...values, JSON.stringify({ ...change, by })],
  };
}

/** A column as JSON, in the way in which a text of JSON is kept: a NUL in it, which is two characters in the column, is an escape of JSON's there (text.ts). */
const jsonOf = (column: string): string => `replace(to_json(${column})::text, U&'\\+10FFFF0', '\\u0000')`;
