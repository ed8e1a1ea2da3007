import { StoreError } from "../../store.ts";

/** An error of Postgres or of the way to it, told in words for people, with the mend; a bug stays as it is. */
export function explained(shown: string, error: unknown): unknown {
  if (error instanceof StoreError) return error;
  const words = explanation(error);
  return words === undefined ? error : new StoreError(`${shown}: ${words}`, { cause: error });
}

/** Whether the same may be tried again at once: two who waited for each other, and one was sent back. */
export function isToTryAgain(error: unknown): boolean {
  const code = codeOf(error instanceof StoreError ? error.cause : error);
  return code === "40P01" || code === "40001";
}

/** Whether something was to hang on the row of a process that was taken for gone. */
export const isOwnerGone = (error: unknown): boolean =>
  error instanceof Error && codeOf(error) === "23503" && "constraint" in error && String(error.constraint).endsWith("_owner_fkey");

/** Whether what is on the server's disk cannot be read, as far as this was looked at. */
export const isDamage = (error: unknown): boolean => DAMAGE.has((error instanceof StoreError ? codeOf(error.cause) : codeOf(error)) ?? "");

const DAMAGE: ReadonlySet<string> = new Set(["XX001", "XX002"]);

const LOST =
  "the connection was lost. It is made again with the next call; what was being written may be there, and is looked for before it is written again.";

/** By the SQLSTATE that Postgres gives, or by what the socket says. */
function explanation(error: unknown): string | undefined {
  const code = codeOf(error) ?? "";
  const message = error instanceof Error ? error.message : "";
  if (isOfFile(error))
    return `a file that the address names cannot be read (${message}). Check sslrootcert, sslcert and sslkey in it (PARLEY_DB).`;
  if (isOfTls(code, message))
    return `no TLS that can be trusted was agreed on (${message}). Check the server's certificate, and sslmode and sslrootcert in the address (PARLEY_DB).`;
  switch (code) {
    case "ECONNREFUSED":
    case "ENOENT":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ETIMEDOUT":
    case "EACCES":
      return `nothing answers there (${code}). Start Postgres, or check host and port (PARLEY_DB).`;
    case "ECONNRESET":
    case "EPIPE":
    case "57P01":
    case "57P02":
    case "57P04":
    case "57P05":
    case "25P03":
    case "25P04":
      return LOST;
    case "57P03":
      return "Postgres is starting or stopping. Try again in a moment.";
    case "53300":
    case "53400":
      return "Postgres has no connection left (max_connections, or the limit of this user or database). Allow more, or run fewer processes: each takes up to 11.";
    case "28P01":
    case "28000":
      return "Postgres does not let this user in. Check user, password and pg_hba.conf (PARLEY_DB).";
    case "3D000":
      return "there is no such database. Make it (createdb), or name another one (PARLEY_DB).";
    case "42501":
    case "3F000":
      return `this user may not do that (${message}). Make it the owner of the schema, or let it create one in the database. To look alone it needs USAGE of the schema, and SELECT of all tables and sequences in it.`;
    case "08P01":
    case "26000":
    case "42P05":
      return `what answers there is not Postgres alone (${message}). ${NO_POOLER}`;
    case "40001":
    case "40P01":
      return `others were in the way again and again (${message}). Try again; what was recorded so far is safe.`;
    case "53100":
      return "the disk is full. Make room; what was recorded so far is safe.";
    case "53200":
      return "Postgres has no memory left. Give it more; what was recorded so far is safe.";
    case "25006":
      return "nothing can be written there: it is a copy that can only be read, or this user or database is set to read alone (default_transaction_read_only). Name the server that is written to (PARLEY_DB), or take that setting back.";
    case "57014":
    case "55P03":
      return "Postgres did not come to it in time. Look for a long transaction or a lock (pg_stat_activity); what was recorded so far is safe.";
    case "58030":
    case "XX001":
    case "XX002":
      return `the disk of Postgres failed, or what is on it is damaged (${code}). Look into its log; keep the backups you have.`;
  }
  if (code.startsWith("08")) return LOST;
  if (/timeout exceeded when trying to connect|Connection terminated due to connection timeout|^timeout expired$/i.test(message))
    return "no connection was to be had in time. Postgres does not answer there (check host and port), or all connections of this process are busy.";
  if (/^SASL|password must be a string/.test(message))
    return `Postgres does not let this user in (${message}). Check the password in the address (PARLEY_DB).`;
  if (/Connection terminated|Client has encountered a connection error|not queryable|Query read timeout/i.test(message)) return LOST;
  return undefined;
}

/** What stands between a process and Postgres has to leave it its session. */
export const NO_POOLER =
  "Name Postgres itself (PARLEY_DB), or a pooler that gives each connection a session of its own, such as PgBouncer with pool_mode = session: LISTEN, locks and prepared statements need it.";

const isOfFile = (error: unknown): boolean =>
  error instanceof Error && "syscall" in error && (error.syscall === "open" || error.syscall === "read") && "path" in error;

/** As Node tells what is wrong with a certificate, and the driver that there is no TLS. */
const isOfTls = (code: string, message: string): boolean =>
  /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code) || /SSL connection/i.test(message);

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
