import { StoreError } from "../../store.ts";

/** An error of Postgres or of the way to it, told in words for people, with the mend; a bug stays as it is. */
export function explained(shown: string, error: unknown): unknown {
  if (error instanceof StoreError) return error;
  const words = explanation(error);
  return words === undefined ? error : new StoreError(`${shown}: ${words}`, { cause: error });
}

/** Whether the same may be tried again at once: two who waited for each other, and one was sent back. */
export function isToTryAgain(error: unknown): boolean {
  const code = codeOf(error);
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
    case "57P05":
    case "25P03":
      return LOST;
    case "57P03":
      return "Postgres is starting or stopping. Try again in a moment.";
    case "53300":
    case "53400":
      return "Postgres has no connection left (max_connections). Allow more, or run fewer processes: each takes up to 11.";
    case "28P01":
    case "28000":
      return "Postgres does not let this user in. Check user, password and pg_hba.conf (PARLEY_DB).";
    case "3D000":
      return "there is no such database. Make it (createdb), or name another one (PARLEY_DB).";
    case "42501":
      return "this user may not do that. Let it create a schema in the database, or make it the owner of the one that is there.";
    case "53100":
      return "the disk is full. Make room; what was recorded so far is safe.";
    case "53200":
      return "Postgres has no memory left. Give it more; what was recorded so far is safe.";
    case "25006":
      return "this is a copy that can only be read. Name the server that is written to (PARLEY_DB).";
    case "57014":
    case "55P03":
      return "Postgres did not come to it in time. Look for a long transaction or a lock (pg_stat_activity); what was recorded so far is safe.";
    case "58030":
    case "XX001":
    case "XX002":
      return `the disk of Postgres failed, or what is on it is damaged (${code}). Look into its log; keep the backups you have.`;
  }
  if (code.startsWith("08")) return LOST;
  const message = error instanceof Error ? error.message : "";
  if (/Connection terminated|Client has encountered a connection error|not queryable|Query read timeout/i.test(message)) return LOST;
  if (/timeout exceeded when trying to connect/i.test(message))
    return "no connection was to be had in time. Postgres does not answer, or all connections of this process are busy.";
  return undefined;
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
