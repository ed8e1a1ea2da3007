import type Database from "better-sqlite3";
import { takeOver } from "./audit/rows.ts";
import { StoreError } from "../store.ts";

/**
 * The tables, as a list of steps: a database at version n (`PRAGMA user_version`) has had the first n. A released step is never edited.
 *
 * - `events` is the truth; `body` is the whole event as JSON, so that a reader needs nothing else. It is a rowid table with a unique index
 *   rather than one clustered on `(thread, seq)`: for events of 1 KB, one a commit, clustered took 1.8–2.1 × the time, wrote 2.0 × the bytes
 *   (24.6 against 12.2 KB an event) and kept a file 3.4 × as large (4.6 against 1.4 KB an event). `npm run bench` measures it again.
 * - `threads` gives each thread a small number, and keeps what could be read off its log: the last `seq`, its time, and whether a run has
 *   started and not stopped. It is written in the transaction of the events, as an index is: derived, not a second truth. No index on
 *   `at`: it would cost each commit two page writes to make a rare list faster.
 * - `outbox` rows are never deleted: their receipts say where a post is. The partial index holds only those that are due.
 * - `memories` are the notes that agents keep, `words` their text divided into words, `memory_words` the index of them, which triggers keep. Ids
 *   are never given twice (AUTOINCREMENT), so that a button on an old list deletes nothing newer.
 * - `installations` says into which workspaces and organisations the app was installed. `tokens` is sealed (key-ring.ts) and empty once the
 *   app was removed; `expires_at` in ms since the epoch. `org_workspaces` and `org_channels` say what belongs to an organisation, and in
 *   which of its workspaces a channel is at home: an organisation's channels may be in several.
 * - `settings` are what people set while Parley runs, by workspace. `audit` says who has done what not everybody may, in a chain
 *   (audit-chain.ts) whose ends stand in `audit_ends`; it took the place of `decisions`.
 * - `forgettings` are those that are under way, so that a crash leaves none half done. `threads.forgotten` is the seq up to which a log has
 *   lost its words.
 * - `spent` sums by day what the events of a log tell of costs, for each account that has to pay. It is written in the transaction of the
 *   events: three rows beside a model call that took seconds. Summing it up at a start would read every log of the day.
 * - `heard` says when somebody has begun a run or written to one, for an hour; with what was heard, in its transaction.
 * - `workspaces` says which revision of a thread's workspace is the newest, and whether all of it is kept; `workspace_files` are its files. A
 *   revision without files is one that was forgotten: who saves what was there before comes too late.
 * - `schedules` are what starts by itself, `due_at` when somebody is to look at one next, in ms since the epoch.
 * - `runs` are those that are over, as lists show them and with what they have cost, `run_words` the index of what was said in them and by whom, which keeps no text of its own.
 *   Both are read off the logs beside the commits: `runs_due` says of which threads they are to be. Written in the commit that ends a run, they
 *   would have it read that run whole.
 * - `knowledge_sources`, `_documents` and `_passages` are a copy of what lies elsewhere, as `knowledge-index.ts` says; `knowledge_words` is the index of
 *   it, which triggers keep, and `knowledge_vectors` holds what a model made of a passage (32-bit floats), where one is named.
 * - `logins` are those of people for servers of others, `secret` sealed, `giver` whose account it is; one that is not given yet is there too, until it has run out.
 * - `ready` holds when a thread is to be worked on, in ms since the epoch. `inbox.body` is emptied once handled; the id stays for a while.
 *   `inbox.lane` says in which order; its index holds those that were handled by time, and those that were not by lane.
 */
const MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE threads (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, workspace TEXT NOT NULL,
    last_seq INTEGER NOT NULL, at TEXT NOT NULL, running INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX threads_running ON threads (id) WHERE running = 1;

  CREATE TABLE events (id INTEGER PRIMARY KEY, thread INTEGER NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE UNIQUE INDEX events_by_seq ON events (thread, seq);

  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, thread INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, part INTEGER NOT NULL,
    sending_since TEXT, receipt TEXT, gave_up TEXT
  ) STRICT;
  CREATE UNIQUE INDEX outbox_by_event ON outbox (thread, seq, kind, part);
  CREATE INDEX outbox_due ON outbox (thread, id) WHERE receipt IS NULL AND gave_up IS NULL;

  CREATE TABLE ready (thread INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
  CREATE INDEX ready_by_time ON ready (at);

  CREATE TABLE inbox (id INTEGER PRIMARY KEY, envelope TEXT NOT NULL UNIQUE, at TEXT NOT NULL, body TEXT NOT NULL, handled_at INTEGER) STRICT;
  CREATE INDEX inbox_by_handled ON inbox (handled_at);

  CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE files (hash TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;
  `,
  `
  CREATE TABLE memory_scopes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE memories (
    id INTEGER PRIMARY KEY AUTOINCREMENT, scope INTEGER NOT NULL, agent TEXT NOT NULL, text TEXT NOT NULL, words TEXT NOT NULL,
    thread TEXT NOT NULL, call TEXT NOT NULL, asker_id TEXT NOT NULL, asker_name TEXT NOT NULL, at TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX memories_by_call ON memories (thread, call);
  CREATE INDEX memories_by_scope ON memories (scope, id);

  CREATE VIRTUAL TABLE memory_words USING fts5 (
    scope, words, content = 'memories', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
  );
  CREATE TRIGGER memories_added AFTER INSERT ON memories BEGIN
    INSERT INTO memory_words (rowid, scope, words) VALUES (new.id, new.scope, new.words);
  END;
  CREATE TRIGGER memories_removed AFTER DELETE ON memories BEGIN
    INSERT INTO memory_words (memory_words, rowid, scope, words) VALUES ('delete', old.id, old.scope, old.words);
  END;
  `,
  `
  CREATE TABLE settings (
    workspace TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL, PRIMARY KEY (workspace, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, workspace TEXT NOT NULL, at TEXT NOT NULL, person_id TEXT NOT NULL, person_name TEXT NOT NULL,
    deed TEXT NOT NULL, subject TEXT NOT NULL, allowed INTEGER NOT NULL, detail TEXT, key TEXT
  ) STRICT;
  CREATE INDEX decisions_by_workspace ON decisions (workspace, id);
  CREATE UNIQUE INDEX decisions_by_key ON decisions (workspace, key) WHERE key IS NOT NULL;
  `,
  `
  CREATE TABLE installations (
    id TEXT PRIMARY KEY, is_org INTEGER NOT NULL, name TEXT NOT NULL, app TEXT NOT NULL, bot TEXT NOT NULL, bot_user TEXT NOT NULL,
    scopes TEXT NOT NULL, tokens TEXT NOT NULL, expires_at INTEGER, state TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE org_workspaces (workspace TEXT PRIMARY KEY, org TEXT NOT NULL) STRICT;
  CREATE TABLE org_channels (org TEXT NOT NULL, channel TEXT NOT NULL, workspace TEXT NOT NULL) STRICT;
  CREATE UNIQUE INDEX org_channels_by_channel ON org_channels (org, channel);
  CREATE INDEX threads_by_workspace ON threads (workspace) WHERE running = 1;
  `,
  `
  CREATE TABLE spent (
    workspace TEXT NOT NULL, account TEXT NOT NULL, day TEXT NOT NULL, usd REAL NOT NULL, unpriced INTEGER NOT NULL,
    PRIMARY KEY (workspace, account, day)
  ) STRICT, WITHOUT ROWID;
  `,
  (db) => {
    db.exec(`
      CREATE TABLE audit (
        id INTEGER PRIMARY KEY, workspace TEXT NOT NULL, at TEXT NOT NULL, deed TEXT NOT NULL, allowed INTEGER NOT NULL, key TEXT,
        words TEXT NOT NULL, digests TEXT NOT NULL, forgot TEXT, prev TEXT NOT NULL, hash TEXT NOT NULL,
        times INTEGER NOT NULL, last_at TEXT NOT NULL, last_key TEXT, repeats TEXT NOT NULL
      ) STRICT;
      CREATE INDEX audit_by_workspace ON audit (workspace, id);
      CREATE UNIQUE INDEX audit_by_key ON audit (workspace, key) WHERE key IS NOT NULL;
      CREATE TABLE audit_ends (
        one INTEGER PRIMARY KEY CHECK (one = 1), first INTEGER NOT NULL, before TEXT NOT NULL, last INTEGER NOT NULL, hash TEXT NOT NULL
      ) STRICT;
      CREATE TABLE forgettings (
        id INTEGER PRIMARY KEY, target TEXT NOT NULL, others TEXT NOT NULL, at TEXT NOT NULL, state TEXT NOT NULL, decision TEXT NOT NULL
      ) STRICT;
      ALTER TABLE threads ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
    `);
    takeOver(db);
  },
  `
  CREATE TABLE heard (id INTEGER PRIMARY KEY, workspace TEXT NOT NULL, person TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE INDEX heard_by_person ON heard (workspace, person, kind, at);
  `,
  `
  ALTER TABLE inbox ADD COLUMN lane TEXT NOT NULL DEFAULT '';
  DROP INDEX inbox_by_handled;
  CREATE INDEX inbox_by_lane ON inbox (handled_at, lane);
  `,
  "ALTER TABLE spent ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0;",
  `
  CREATE TABLE workspaces (thread TEXT PRIMARY KEY, revision TEXT NOT NULL, whole INTEGER NOT NULL) STRICT;
  CREATE TABLE workspace_files (
    id INTEGER PRIMARY KEY, thread TEXT NOT NULL, path TEXT NOT NULL, mode INTEGER NOT NULL, modified_at INTEGER NOT NULL,
    hash TEXT NOT NULL, content BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX workspace_files_by_path ON workspace_files (thread, path);
  `,
  `
  CREATE TABLE schedules (
    workspace TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL, place TEXT NOT NULL, value TEXT NOT NULL, due_at INTEGER,
    revision INTEGER NOT NULL, PRIMARY KEY (workspace, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX schedules_by_due ON schedules (workspace, due_at) WHERE due_at IS NOT NULL;
  `,
  `
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY, thread INTEGER NOT NULL, seq INTEGER NOT NULL, until INTEGER NOT NULL, workspace TEXT NOT NULL, place TEXT NOT NULL,
    run TEXT NOT NULL, team TEXT NOT NULL, starter TEXT NOT NULL, ended_at TEXT NOT NULL, shown TEXT NOT NULL, spending TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX runs_by_thread ON runs (thread, seq, until);
  CREATE INDEX runs_by_end ON runs (workspace, ended_at, id, place, starter, team);
  CREATE VIRTUAL TABLE run_words USING fts5 (
    words, people, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
  );
  CREATE TABLE runs_due (thread INTEGER PRIMARY KEY, workspace TEXT NOT NULL, mark TEXT NOT NULL) STRICT;
  INSERT INTO runs_due (thread, workspace, mark) SELECT id, workspace, '' FROM threads WHERE last_seq > 0;
  `,
  // Each begin and end of a run wrote a page of each, and nobody needs them: the first lists the same threads as `threads_by_workspace`, and few
  // threads are to be worked on, which are looked through when one of them is due.
  `
  DROP INDEX IF EXISTS threads_running;
  DROP INDEX IF EXISTS ready_by_time;
  `,
  // A word is found by each of its beginnings, and spending stands in a shorter form: all that is over is entered anew.
  `
  DROP TABLE run_words;
  CREATE VIRTUAL TABLE run_words USING fts5 (
    words, people, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
  );
  DELETE FROM runs;
  INSERT OR IGNORE INTO runs_due (thread, workspace, mark) SELECT id, workspace, '' FROM threads WHERE last_seq > 0;
  `,
  // Lists are narrowed to these, and would have to read what is shown of each run.
  `
  ALTER TABLE runs ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
  ALTER TABLE runs ADD COLUMN usd REAL NOT NULL DEFAULT 0;
  UPDATE runs SET outcome = json_extract(shown, '$.outcome'), usd = json_extract(shown, '$.usage.usd');
  DROP INDEX IF EXISTS runs_by_end;
  CREATE INDEX runs_by_end ON runs (workspace, ended_at, id, place, starter, team, outcome, usd);
  `,
  `
  CREATE TABLE logins (
    workspace TEXT NOT NULL, server TEXT NOT NULL, owner TEXT NOT NULL, secret TEXT NOT NULL, at TEXT NOT NULL, expires_at INTEGER,
    giver TEXT, PRIMARY KEY (workspace, server, owner)
  ) STRICT, WITHOUT ROWID;
  `,
  // Who is in a few channels goes through the runs of these.
  `
  CREATE INDEX IF NOT EXISTS runs_by_place ON runs (workspace, place, ended_at, id, starter, team, outcome, usd);
  `,
  // Spending is told apart by models as well, and what people and agents thought of a run stands with it: all that is over is entered anew.
  `
  ALTER TABLE runs ADD COLUMN opinions TEXT NOT NULL DEFAULT '';
  DROP INDEX IF EXISTS runs_by_end;
  CREATE INDEX runs_by_end ON runs (workspace, ended_at, id, place, starter, team, outcome, usd, opinions);
  DROP TABLE run_words;
  CREATE VIRTUAL TABLE run_words USING fts5 (
    words, people, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
  );
  DELETE FROM runs;
  INSERT OR IGNORE INTO runs_due (thread, workspace, mark) SELECT id, workspace, '' FROM threads WHERE last_seq > 0;
  `,
  // What documents of elsewhere say. Where a word is deleted it goes from the index at once (secure-delete).
  `
  CREATE TABLE IF NOT EXISTS knowledge_sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, used_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS knowledge_documents (
    id INTEGER PRIMARY KEY, source INTEGER NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, hash TEXT NOT NULL, title TEXT NOT NULL,
    link TEXT NOT NULL, problem TEXT NOT NULL, part TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS knowledge_documents_by_name ON knowledge_documents (source, name);
  CREATE TABLE IF NOT EXISTS knowledge_passages (
    id INTEGER PRIMARY KEY, source INTEGER NOT NULL, document INTEGER NOT NULL, position INTEGER NOT NULL, place TEXT NOT NULL,
    text TEXT NOT NULL, overlap INTEGER NOT NULL, words TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS knowledge_passages_by_position ON knowledge_passages (document, position);
  CREATE INDEX IF NOT EXISTS knowledge_passages_by_source ON knowledge_passages (source);
  CREATE TABLE IF NOT EXISTS knowledge_vectors (passage INTEGER PRIMARY KEY, model TEXT NOT NULL, vector BLOB NOT NULL) STRICT;
  CREATE VIRTUAL TABLE IF NOT EXISTS knowledge_words USING fts5 (
    source, words, content = 'knowledge_passages', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
  );
  INSERT INTO knowledge_words (knowledge_words, rank) VALUES ('secure-delete', 1);
  CREATE TRIGGER IF NOT EXISTS knowledge_passages_added AFTER INSERT ON knowledge_passages BEGIN
    INSERT INTO knowledge_words (rowid, source, words) VALUES (new.id, new.source, new.words);
  END;
  CREATE TRIGGER IF NOT EXISTS knowledge_passages_removed AFTER DELETE ON knowledge_passages BEGIN
    INSERT INTO knowledge_words (knowledge_words, rowid, source, words) VALUES ('delete', old.id, old.source, old.words);
    DELETE FROM knowledge_vectors WHERE passage = old.id;
  END;
  `,
  // What begins with a letter is found without going through all words that do: all that is over is entered anew.
  `
  DROP TABLE run_words;
  CREATE VIRTUAL TABLE run_words USING fts5 (
    words, people, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '1'
  );
  DELETE FROM runs;
  INSERT OR IGNORE INTO runs_due (thread, workspace, mark) SELECT id, workspace, '' FROM threads WHERE last_seq > 0;
  `,
];

/** SQL, or what SQL alone cannot do. */
type Migration = string | ((db: Database.Database) => void);

/** "Parl": marks the file as ours, so that another program's database is never written to. */
const APPLICATION_ID = 0x5061726c;

/** Throws unless this is an empty database or one of ours that is not newer than this program; with `must be current`, not older either. */
export function refuseForeign(db: Database.Database, path: string, age?: "must be current"): void {
  const version = userVersion(db);
  const isOurs = db.pragma("application_id", { simple: true }) === APPLICATION_ID;
  const isEmpty = db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  if (!isOurs && !(isEmpty && version === 0))
    throw new StoreError(`${path}: is a database of another program. Name another file (PARLEY_DB).`);
  if (version > MIGRATIONS.length)
    throw new StoreError(
      `${path}: was written by a newer Parley (its schema is ${version}, this one knows ${MIGRATIONS.length}). Update Parley, or name another file (PARLEY_DB).`,
    );
  if (age === "must be current" && version < MIGRATIONS.length)
    throw new StoreError(
      `${path}: was written by an older Parley (its schema is ${version}, this one needs ${MIGRATIONS.length}). Run \`parley start\` once, which updates it.`,
    );
}

/** Brings the database up to date, each step in its own transaction: a step that fails leaves the version before it. */
export function migrate(db: Database.Database, migrations: readonly Migration[] = MIGRATIONS): void {
  for (let version = userVersion(db); version < migrations.length; version++) {
    db.transaction(() => {
      const migration = migrations[version] ?? "";
      if (typeof migration === "string") db.exec(migration);
      else migration(db);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${version + 1}`);
    }).immediate();
  }
}

function userVersion(db: Database.Database): number {
  return Number(db.pragma("user_version", { simple: true }));
}
