/** What is moved from one database to another: every row of these tables, whatever each of the two keeps beside it. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** What its rows are told apart by, and moved in the order of. */
  readonly key: readonly string[];
  /** Written in one transaction. */
  readonly rowsAtOnce: number;
}

interface Column {
  readonly name: string;
  readonly kind: Kind;
}

type Kind = "text" | "integer" | "real" | "boolean" | "bytes";
export type Value = string | number | boolean | Uint8Array | null;
/** In the order of its table's columns. */
export type Row = readonly Value[];
/** In the order of its table's key. */
export type Key = readonly (string | number)[];

const ROWS_AT_ONCE = 1_000;
/** As many as are loaded of a log at once. */
const EVENTS_AT_ONCE = 500;
/** One may have 32 MiB. */
const FILES_AT_ONCE = 2;
/** Those of a thread have 16 MiB together. */
const WORKSPACE_FILES_AT_ONCE = 8;

/**
 * The index of finished runs is made anew from the logs, that of knowledge from where it lies, and what holds for the processes that have a database open (claims, locks, money set aside) ends
 * with them. `memories.scope` is a name, and their words are divided anew.
 */
export const TABLES: readonly Table[] = [
  table("threads", "id integer, name text, workspace text, last_seq integer, at text, running boolean, forgotten integer", "id"),
  table("events", "thread integer, seq integer, body text", "thread, seq", EVENTS_AT_ONCE),
  table("outbox", "id integer, thread integer, seq integer, kind text, part integer, sending_since text, receipt text, gave_up text", "id"),
  table("ready", "thread integer, at integer", "thread"),
  table("inbox", "id integer, envelope text, at text, body text, lane text, handled_at integer", "id", EVENTS_AT_ONCE),
  table("notes", "key text, value text", "key"),
  table("files", "hash text, content bytes", "hash", FILES_AT_ONCE),
  table("spent", "workspace text, account text, day text, usd real, unpriced boolean, estimated boolean", "workspace, account, day"),
  table("heard", "id integer, workspace text, person text, kind text, at integer", "id"),
  table("memories", "id integer, scope text, agent text, text text, thread text, call text, asker_id text, asker_name text, at text", "id"),
  table("settings", "workspace text, name text, value text, revision integer", "workspace, name"),
  table("schedules", "workspace text, id text, owner text, place text, value text, due_at integer, revision integer", "workspace, id"),
  table(
    "installations",
    "id text, is_org boolean, name text, app text, bot text, bot_user text, scopes text, tokens text, expires_at integer, state text, why text, at text",
    "id",
  ),
  table(
    "logins",
    "workspace text, server text, owner text, secret text, at text, expires_at integer, giver text",
    "workspace, server, owner",
  ),
  table("org_workspaces", "workspace text, org text", "workspace"),
  table("org_channels", "org text, channel text, workspace text", "org, channel"),
  table(
    "audit",
    "id integer, workspace text, at text, deed text, allowed integer, key text, words text, digests text, forgot text, prev text, hash text, times integer, last_at text, last_key text, repeats text",
    "id",
  ),
  table("audit_ends", "one integer, first integer, before text, last integer, hash text", "one"),
  table("forgettings", "id integer, target text, others text, at text, state text, decision text", "id"),
  table("workspaces", "thread text, revision text, whole boolean", "thread"),
  table(
    "workspace_files",
    "thread text, path text, mode integer, modified_at integer, hash text, content bytes",
    "thread, path",
    WORKSPACE_FILES_AT_ONCE,
  ),
];

function table(name: string, columns: string, key: string, rowsAtOnce: number = ROWS_AT_ONCE): Table {
  const parsed = columns.split(", ").map((column): Column => {
    const [of = "", kind = ""] = column.split(" ");
    return { name: of, kind: kind as Kind };
  });
  return { name, columns: parsed, key: key.split(", "), rowsAtOnce };
}

/** The note that says which Parley a database is: it is made anew for each place. */
export const IS_OF_PLACE = { table: "notes", key: "instance" } as const;

export const keyOf = ({ columns, key }: Table, row: Row): Key =>
  key.map((name) => row[columns.findIndex((column) => column.name === name)] as string | number);
