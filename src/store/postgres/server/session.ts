import type pg from "pg";

/** How long, in ms; 0 for as long as it takes. */
export interface Limits {
  readonly statementMsMax: number;
  readonly lockMsMax: number;
  /** A process that is frozen within a transaction must not hold up the others for long. */
  readonly idleInTransactionMsMax: number;
}

/** As connecting may take: a server that is gone without a word behind that says nothing at all, and whoever waits for it would wait for ever. */
const ANSWER_MS_MAX = 5_000;

/**
 * Tells a session all that is taken for granted of one, whatever the server, the database or the role are set to. By a statement, and not as parameters with
 * which it begins: a pooler in between refuses those, or drops them, and then all would be looked for in another schema. What an older server does not
 * know is left out.
 */
export async function settle(
  client: pg.ClientBase,
  { schema, onlyReads, limits }: { readonly schema: string; readonly onlyReads: boolean; readonly limits: Limits },
): Promise<void> {
  const settings = {
    search_path: schema,
    TimeZone: "UTC",
    client_min_messages: "warning",
    // Statements that wait for a row go on with what it is by then; under a stricter one they would be sent back again and again.
    default_transaction_isolation: "read committed",
    // Sums of money as they were written.
    extra_float_digits: "1",
    statement_timeout: limits.statementMsMax,
    lock_timeout: limits.lockMsMax,
    idle_in_transaction_session_timeout: limits.idleInTransactionMsMax,
    // One that listens is silent for hours, and a copy of everything takes what it takes.
    idle_session_timeout: 0,
    transaction_timeout: 0,
    ...(onlyReads ? { default_transaction_read_only: "on" } : {}),
  };
  await client.query({
    text: "SELECT set_config(name, value, false) FROM json_each_text($1::json) AS wanted (name, value) WHERE current_setting(name, true) IS NOT NULL",
    values: [JSON.stringify(settings)],
    query_timeout: ANSWER_MS_MAX,
  } as pg.QueryConfig);
}
