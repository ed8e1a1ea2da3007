import { StoreError } from "../store.ts";
import type { Connection, Query } from "./server/connection.ts";
import { GONE_MS } from "./together/membership.ts";

/** Put in order byte by byte, as SQLite does, whatever language the database is in. */
const T = 'text COLLATE "C" NOT NULL';
const MAYBE = 'text COLLATE "C"';
const N = "bigint NOT NULL";
const ID = "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY";
const OWNER = "bigint NOT NULL REFERENCES openers ON DELETE CASCADE";

/**
 * The tables, as a list of steps: a schema at version n has had the first n. A released step is never edited, and none takes away what the version
 * before it uses: that one may still run beside. What the version before could not go on with, such as a new type of event, comes with a step of its own,
 * if only with a comment in it: by the number of steps a process knows that it is too old (age.ts). They are SQLite's (sqlite/schema.ts says what each is for), but for this:
 *
 * - `events.body` is JSON as text: JSON escapes what Postgres refuses in a text, and `jsonb` would write it anew.
 * - `openers` are the processes that have it open. What they hold (`claims`, `locks`, `reservations`) goes with their row, in one step: a process
 *   that is gone, or was taken for gone, holds nothing, and what it still commits under a claim is refused.
 * - `ready.version` is new with each wake-up, so that whoever has dealt with one takes no other away. `failing` counts how often a handler has thrown
 *   on something; its pause holds as long as the process is there in which it threw.
 * - `changes` tells everybody what was done, in the transaction that does it; each is notified, and read again from here by whoever has missed it.
 * - `files.referred`: an event refers to it, or did. One that was put and that nothing refers to yet is not swept for a while.
 * - Words are looked for by `tsvector`, without a list of words that do not count: of memories stemmed as SQLite's index does it (porter), of runs as
 *   they stand.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE SEQUENCE attempts;
  CREATE SEQUENCE versions;
  CREATE TABLE openers (id ${ID}, name ${T} UNIQUE, seen timestamptz NOT NULL DEFAULT clock_timestamp());
  CREATE TABLE changes (id ${ID}, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), at timestamptz NOT NULL DEFAULT clock_timestamp(), said ${T});
  CREATE INDEX changes_by_xid ON changes (xid);
  CREATE TABLE claims (kind ${T}, key ${T}, attempt bigint NOT NULL UNIQUE, owner ${OWNER}, PRIMARY KEY (kind, key));
  CREATE INDEX claims_by_owner ON claims (owner);
  CREATE TABLE failing (
    kind ${T}, key ${T}, workspace ${T}, count integer NOT NULL, retry_at ${N}, paused_by bigint REFERENCES openers ON DELETE SET NULL,
    PRIMARY KEY (kind, key)
  );
  CREATE INDEX failing_by_pause ON failing (paused_by) WHERE paused_by IS NOT NULL;
  CREATE TABLE locks (ticket ${ID}, key ${T}, owner ${OWNER});
  CREATE INDEX locks_by_key ON locks (key, ticket);
  CREATE INDEX locks_by_owner ON locks (owner);
  CREATE TABLE reservations (
    id ${T} PRIMARY KEY, owner ${OWNER}, workspace ${T}, day ${T}, usd double precision NOT NULL, cost double precision,
    accounts text[] NOT NULL
  );
  CREATE INDEX reservations_by_day ON reservations (workspace, day);
  CREATE INDEX reservations_by_owner ON reservations (owner);

  CREATE TABLE threads (
    id ${ID}, name ${T} UNIQUE, workspace ${T}, last_seq integer NOT NULL, at ${T}, running boolean NOT NULL,
    forgotten integer NOT NULL DEFAULT 0
  );
  CREATE INDEX threads_running ON threads (workspace) WHERE running;
  CREATE TABLE events (thread ${N}, seq integer NOT NULL, body ${T}, PRIMARY KEY (thread, seq));
  CREATE TABLE outbox (
    id ${ID}, thread ${N}, seq integer NOT NULL, kind ${T}, part integer NOT NULL, sending_since ${MAYBE}, receipt ${MAYBE}, gave_up ${MAYBE}
  );
  CREATE UNIQUE INDEX outbox_by_event ON outbox (thread, seq, kind, part);
  CREATE INDEX outbox_due ON outbox (thread, id) WHERE receipt IS NULL AND gave_up IS NULL;
  CREATE TABLE ready (thread bigint PRIMARY KEY, at ${N}, version ${N});
  CREATE INDEX ready_by_time ON ready (at);
  CREATE TABLE inbox (id ${ID}, envelope ${T} UNIQUE, at ${T}, body ${T}, lane ${T}, handled_at bigint);
  CREATE INDEX inbox_unhandled ON inbox (lane, id) WHERE handled_at IS NULL;
  CREATE INDEX inbox_handled ON inbox (handled_at) WHERE handled_at IS NOT NULL;
  CREATE TABLE notes (key ${T} PRIMARY KEY, value ${T});
  CREATE TABLE files (hash ${T} PRIMARY KEY, content bytea NOT NULL, put_at timestamptz NOT NULL DEFAULT clock_timestamp(), referred boolean NOT NULL DEFAULT false);
  CREATE TABLE spent (
    workspace ${T}, account ${T}, day ${T}, usd double precision NOT NULL, unpriced boolean NOT NULL, estimated boolean NOT NULL,
    PRIMARY KEY (workspace, account, day)
  );
  CREATE TABLE heard (id ${ID}, workspace ${T}, person ${T}, kind ${T}, at ${N});
  CREATE INDEX heard_by_person ON heard (workspace, person, kind, at);

  CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = pg_catalog.snowball, Language = porter);
  CREATE TABLE memories (
    id ${ID}, scope ${T}, agent ${T}, text ${T}, words tsvector NOT NULL, thread ${T}, call ${T}, asker_id ${T}, asker_name ${T}, at ${T}
  );
  CREATE UNIQUE INDEX memories_by_call ON memories (thread, call);
  CREATE INDEX memories_by_scope ON memories (scope, id);
  CREATE INDEX memories_by_word ON memories USING gin (words);
  CREATE TABLE settings (workspace ${T}, name ${T}, value ${T}, revision integer NOT NULL, PRIMARY KEY (workspace, name));
  CREATE TABLE schedules (
    workspace ${T}, id ${T}, owner ${T}, place ${T}, value ${T}, due_at bigint, revision integer NOT NULL, PRIMARY KEY (workspace, id)
  );
  CREATE INDEX schedules_by_due ON schedules (workspace, due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE installations (
    id ${T} PRIMARY KEY, is_org boolean NOT NULL, name ${T}, app ${T}, bot ${T}, bot_user ${T}, scopes ${T}, tokens ${T}, expires_at bigint,
    state ${T}, why ${T}, at ${T}
  );
  CREATE TABLE org_workspaces (workspace ${T} PRIMARY KEY, org ${T});
  CREATE TABLE org_channels (org ${T}, channel ${T}, workspace ${T}, PRIMARY KEY (org, channel));
  CREATE TABLE audit (
    id bigint PRIMARY KEY, workspace ${T}, at ${T}, deed ${T}, allowed integer NOT NULL, key ${MAYBE}, words ${T}, digests ${T}, forgot ${MAYBE},
    prev ${T}, hash ${T}, times integer NOT NULL, last_at ${T}, last_key ${MAYBE}, repeats ${T}
  );
  CREATE INDEX audit_by_workspace ON audit (workspace, id);
  CREATE UNIQUE INDEX audit_by_key ON audit (workspace, key) WHERE key IS NOT NULL;
  CREATE TABLE audit_ends (one integer PRIMARY KEY CHECK (one = 1), first ${N}, before ${T}, last ${N}, hash ${T});
  CREATE TABLE forgettings (id ${ID}, target ${T}, others ${T}, at ${T}, state ${T}, decision ${T});
  CREATE TABLE workspaces (thread ${T} PRIMARY KEY, revision ${T}, whole boolean NOT NULL);
  CREATE TABLE workspace_files (
    thread ${T}, path ${T}, mode integer NOT NULL, modified_at ${N}, hash ${T}, content bytea NOT NULL, PRIMARY KEY (thread, path)
  );
  CREATE TABLE runs (
    id ${ID}, thread ${N}, seq integer NOT NULL, until integer NOT NULL, workspace ${T}, place ${T}, run ${T}, team ${T}, starter ${T}, ended_at ${T},
    shown ${T}, spending ${T}, words tsvector NOT NULL, people text[] NOT NULL
  );
  CREATE UNIQUE INDEX runs_by_thread ON runs (thread, seq, until);
  CREATE INDEX runs_by_end ON runs (workspace, ended_at, id, place, starter, team);
  CREATE INDEX runs_by_word ON runs USING gin (words);
  CREATE TABLE runs_due (thread bigint PRIMARY KEY, workspace ${T}, mark ${T});
  `,
  // The words of runs were stems; by the beginning of a word those are not found.
  `
  INSERT INTO runs_due (thread, workspace, mark) SELECT DISTINCT ON (thread) thread, workspace, gen_random_uuid()::text FROM runs
    ON CONFLICT (thread) DO UPDATE SET mark = excluded.mark;
  DELETE FROM runs;
  `,
  // What each process does; see role.ts.
  `ALTER TABLE openers ADD COLUMN role ${T} DEFAULT 'all';`,
  // Lists are narrowed to these, and would have to read what is shown of each run.
  `
  ALTER TABLE runs ADD COLUMN IF NOT EXISTS outcome text COLLATE "C" NOT NULL DEFAULT '';
  ALTER TABLE runs ADD COLUMN IF NOT EXISTS usd double precision NOT NULL DEFAULT 0;
  UPDATE runs SET outcome = shown::jsonb ->> 'outcome', usd = (shown::jsonb -> 'usage' ->> 'usd')::double precision;
  DROP INDEX IF EXISTS runs_by_end;
  CREATE INDEX runs_by_end ON runs (workspace, ended_at, id, place, starter, team, outcome, usd);
  `,
  `
  CREATE TABLE logins (workspace ${T}, server ${T}, owner ${T}, secret ${T}, at ${T}, expires_at bigint, giver ${MAYBE}, PRIMARY KEY (workspace, server, owner));
  `,
  // Who is in a few channels goes through the runs of these.
  `
  CREATE INDEX IF NOT EXISTS runs_by_place ON runs (workspace, place, ended_at, id, starter, team, outcome, usd);
  `,
  // Spending is told apart by models as well, and what people and agents thought of a run stands with it; see the last step.
  `ALTER TABLE runs ADD COLUMN IF NOT EXISTS opinions ${T} DEFAULT '';`,
  // What documents of elsewhere say.
  `
  CREATE TABLE IF NOT EXISTS knowledge_sources (id ${ID}, name ${T} UNIQUE, used_at ${N});
  CREATE TABLE IF NOT EXISTS knowledge_documents (
    id ${ID}, source bigint NOT NULL REFERENCES knowledge_sources ON DELETE CASCADE, name ${T}, version ${T}, hash ${T}, title ${T}, link ${T},
    problem ${T}, part ${T}, at ${N}
  );
  CREATE UNIQUE INDEX IF NOT EXISTS knowledge_documents_by_name ON knowledge_documents (source, name);
  CREATE TABLE IF NOT EXISTS knowledge_passages (
    id ${ID}, source ${N}, document bigint NOT NULL REFERENCES knowledge_documents ON DELETE CASCADE, position integer NOT NULL, place ${T},
    text ${T}, overlap integer NOT NULL, words tsvector NOT NULL
  );
  CREATE UNIQUE INDEX IF NOT EXISTS knowledge_passages_by_position ON knowledge_passages (document, position);
  CREATE INDEX IF NOT EXISTS knowledge_passages_by_source ON knowledge_passages (source);
  CREATE INDEX IF NOT EXISTS knowledge_passages_by_word ON knowledge_passages USING gin (words);
  CREATE TABLE IF NOT EXISTS knowledge_vectors (
    passage bigint PRIMARY KEY REFERENCES knowledge_passages ON DELETE CASCADE, model ${T}, vector bytea NOT NULL
  );
  `,
  // By which version of the index a run was entered: what an older one has, before this step or beside a newer process, is entered anew, bit by bit.
  `
  ALTER TABLE runs ADD COLUMN IF NOT EXISTS index_version integer NOT NULL DEFAULT 0;
  CREATE INDEX IF NOT EXISTS runs_by_version ON runs (workspace, index_version);
  `,
];

/** As `server_version_num` has it: transactions are told apart by `xid8` from 13 on. */
const VERSION_MIN = 130_000;
const STEP_LOCK_MS_MAX = 10_000;
/** "Parl": those who bring a schema up to date take turns under it. */
const LOCK_CLASS = 0x5061726c;

/** What becomes of a schema that is older than this program. `alone`: where no other process has it open, which would stand back from then on. */
export type AnOlderOne = "is brought up to date" | "is brought up to date alone" | "is refused";

/**
 * Brings the schema up to date, or makes it; those who start at the same time take turns. All steps are one transaction: one that fails leaves it as it was.
 * @throws StoreError for a schema that is newer than this program, for one that is refused, and for a server that cannot hold what is kept.
 */
export async function migrate(
  connection: Connection,
  migrations: readonly string[] = MIGRATIONS,
  anOlderOne: AnOlderOne = "is brought up to date",
): Promise<void> {
  const { shown, schema, query, unhurried } = connection;
  const [server] = await query<Server>(
    "SELECT current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS copy",
  );
  if (!server || server.version < VERSION_MIN)
    throw new StoreError(`${shown}: is an older Postgres than 13. Parley is tried with 15; update it, or name another server (PARLEY_DB).`);
  if (server.encoding !== "UTF8")
    throw new StoreError(
      `${shown}: the database keeps texts as ${server.encoding}, and not every text is one there. Make it with ENCODING 'UTF8'.`,
    );
  if (server.copy) throw new StoreError(`${shown}: is a copy that can only be read. Name the server that is written to (PARLEY_DB).`);
  const before = await versionOf(query, schema);
  if (before === migrations.length) return;
  if (before > 0 && anOlderOne === "is refused") return refuseOther(connection, migrations);
  // A table of many runs takes longer than a statement may, and so long the others wait for their turn.
  await unhurried(async (within) => {
    await within("SELECT pg_advisory_xact_lock($1, hashtext($2))", [LOCK_CLASS, schema]);
    // Who waits for a table has everybody else wait for it.
    await within(`SET LOCAL lock_timeout = ${STEP_LOCK_MS_MAX}`);
    const version = await versionOf(within, schema);
    refuseNewer(shown, version, migrations);
    if (version > 0 && version < migrations.length && anOlderOne === "is brought up to date alone") await refuseBesideOthers(within, shown);
    if (version === 0) {
      // Asked to make one that is there, Postgres refuses it to whoever may make none, as where an administrator has made it for them.
      const [made] = await within("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema]);
      if (!made) await within(`CREATE SCHEMA "${schema}"`);
      const [foreign] = await within("SELECT 1 FROM pg_class WHERE relnamespace = $1::regnamespace LIMIT 1", [schema]);
      if (foreign)
        throw new StoreError(
          `${shown}: the schema ${schema} has tables of another program. Name another one in the address (?schema=parley_two).`,
        );
      await within(`CREATE TABLE parley_version (one integer PRIMARY KEY CHECK (one = 1), version integer NOT NULL)`);
    }
    for (const step of migrations.slice(version))
      for (const statement of step.split(/;\s*$/m)) if (statement.trim()) await within(statement);
    await within("INSERT INTO parley_version VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET version = excluded.version", [
      migrations.length,
    ]);
  });
}

/** Throws StoreError unless there is a schema of ours that is neither newer nor older than this program. */
export async function refuseOther({ shown, schema, query }: Connection, migrations: readonly string[] = MIGRATIONS): Promise<void> {
  const version = await versionOf(query, schema);
  if (version === 0)
    throw new StoreError(`${shown}: there is no database. Check the address (PARLEY_DB); a first \`parley start\` makes it.`);
  refuseNewer(shown, version, migrations);
  if (version < migrations.length)
    throw new StoreError(
      `${shown}: was written by an older Parley (its schema is ${version}, this one needs ${migrations.length}). Run \`parley start\` once, which updates it.`,
    );
}

/** Throws StoreError where processes have it open that can only be of an older version. */
async function refuseBesideOthers(within: Query, shown: string): Promise<void> {
  const [row] = await within<{ others: number }>(
    `SELECT count(*)::integer AS others FROM openers WHERE seen >= clock_timestamp() - interval '${GONE_MS} ms'`,
  );
  const others = row?.others ?? 0;
  if (others > 0)
    throw new StoreError(
      `${shown}: an older Parley is at work on this database (${others === 1 ? "one process" : `${others} processes`}), and would take nothing more once its schema is brought up to date. Run \`parley start\` of this version first, which takes over from it, or end the older processes.`,
    );
}

function refuseNewer(shown: string, version: number, migrations: readonly string[]): void {
  if (version > migrations.length)
    throw new StoreError(
      `${shown}: was written by a newer Parley (its schema is ${version}, this one knows ${migrations.length}). Update Parley, or name another database (PARLEY_DB).`,
    );
}

/** Whether a first start has made it. */
export const isMade = async ({ query, schema }: Connection): Promise<boolean> => (await versionOf(query, schema)) > 0;

interface Server {
  readonly version: number;
  readonly encoding: string;
  readonly copy: boolean;
}

/** 0 where there is none of ours. */
export async function versionOf(query: Query, schema: string): Promise<number> {
  const [found] = await query("SELECT 1 FROM pg_class WHERE relname = 'parley_version' AND relnamespace = to_regnamespace($1)", [schema]);
  if (!found) return 0;
  // Named in full: to whoever may not look into the schema it would not be there, instead of being refused.
  return (await query<{ version: number }>(`SELECT version FROM "${schema}".parley_version`))[0]?.version ?? 0;
}
