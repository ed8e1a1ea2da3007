import { randomUUID } from "node:crypto";
import type { Person } from "../../../engine/events/events.ts";
import type { Found, Forgetting, Target } from "../../forgetting.ts";
import { forksNote, forksUnder, type Fork } from "../../forks/forks.ts";
import { collectNames, renamedIn } from "../../records/forgetting-pens.ts";
import type { Connection } from "../connection.ts";
import { runsRewritten } from "../runs/run-rows.ts";
import type { Where } from "../../records/forgetting-targets.ts";
import { meant } from "./targets.ts";

/** The statements of forgetting. All but the reading ones are called in a transaction of the caller's. */
export type ForgettingRows = ReturnType<typeof forgettingRows>;

interface EventRow {
  readonly id: number;
  readonly body: string;
}

export function forgettingRows(connection: Connection) {
  const { db } = connection;
  const count = (sql: string, ...values: readonly (string | number)[]): number =>
    db
      .prepare<(string | number)[], number>(`SELECT count(*) FROM ${sql}`)
      .pluck()
      .get(...values) ?? 0;
  const run = (sql: string, ...values: readonly (string | number)[]): number => db.prepare(sql).run(...values).changes;
  // Who has read it before and puts it then would bring the name back: that comes too late.
  const putSetting = db.prepare<[string, string, string]>(
    "UPDATE settings SET value = ?, revision = revision + 1 WHERE workspace = ? AND name = ?",
  );
  const putSchedule = db.prepare<[string, string, string]>(
    "UPDATE schedules SET value = ?, revision = revision + 1 WHERE workspace = ? AND id = ?",
  );
  const allSchedules = db.prepare<[], { workspace: string; id: string; value: string }>("SELECT workspace, id, value FROM schedules");
  const allSettings = db.prepare<[], { workspace: string; name: string; value: string }>("SELECT workspace, name, value FROM settings");

  const note = db.prepare<[string], string>("SELECT value FROM notes WHERE key = ?").pluck();

  const threadsOf = (target: Target): string[] => {
    const where = meant.threads(target);
    return db
      .prepare<(string | number)[], string>(`SELECT name FROM threads WHERE ${where.sql} ORDER BY id`)
      .pluck()
      .all(...where.values);
  };

  return {
    thread: db.prepare<[string], { readonly id: number; readonly workspace: string }>("SELECT id, workspace FROM threads WHERE name = ?"),
    events: db.prepare<[number], EventRow>("SELECT id, body FROM events WHERE thread = ? ORDER BY seq"),
    eventsWith: db.prepare<[number, string, number], EventRow>(
      "SELECT id, body FROM events WHERE thread = ? AND (instr(body, ?) > 0 OR seq = ?) ORDER BY seq",
    ),
    turnPosted: db
      .prepare<[string, string], number>(
        "SELECT seq FROM outbox WHERE thread = (SELECT id FROM threads WHERE name = ?) AND receipt = ? AND kind = 'turn'",
      )
      .pluck(),
    putEvent: db.prepare<[string, number]>("UPDATE events SET body = ? WHERE id = ?"),
    lastEvent: db.prepare<[], number>("SELECT coalesce(max(id), 0) FROM events").pluck(),
    referring: db.prepare<[number, number], EventRow>(
      `SELECT id, body FROM events WHERE id > ? AND id <= ? AND (instr(body, '"hash":"') > 0 OR instr(body, '"teamHash":"') > 0)`,
    ),
    hashes: db.prepare<[], string>("SELECT hash FROM files").pluck(),
    dropFile: db.prepare<[string]>("DELETE FROM files WHERE hash = ?"),

    secrets: db.prepare<[number], string>("SELECT others FROM forgettings WHERE id = ?").pluck(),
    decision: db.prepare<[number], string>("SELECT decision FROM forgettings WHERE id = ?").pluck(),
    done: db.prepare<[number]>("UPDATE forgettings SET state = 'done', target = '', others = '', decision = '' WHERE id = ?"),
    due: db.prepare<[], number>("SELECT id FROM forgettings WHERE state = 'done'").pluck(),
    makeDue: db.prepare<[string]>(
      "INSERT INTO forgettings (target, others, at, state, decision) SELECT '', '', ?, 'done', '' WHERE NOT EXISTS (SELECT 1 FROM forgettings WHERE state = 'done')",
    ),
    remove: db.prepare<[number]>("DELETE FROM forgettings WHERE id = ?"),
    underWay: (): Forgetting[] =>
      db
        .prepare<[], { id: number; target: string; at: string }>(
          "SELECT id, target, at FROM forgettings WHERE state = 'under way' ORDER BY id",
        )
        .all()
        .map(({ target, ...row }) => ({ ...row, target: JSON.parse(target) as Target })),
    begin: (target: Target, { at, others, by }: { readonly at: string; readonly others: string; readonly by: string }): number =>
      Number(
        db
          .prepare("INSERT INTO forgettings (target, others, at, state, decision) VALUES (?, ?, ?, 'under way', ?)")
          .run(JSON.stringify(target), others, at, by).lastInsertRowid,
      ),

    threadsOf,
    forksUnder: (threads: readonly string[]): readonly Fork[] => forksUnder(threads, (key) => note.get(key)),

    removed: db
      .prepare<[string, string, string, string, string], string>(
        `WITH gone AS (SELECT id FROM installations WHERE state = 'removed' AND at < ?)
          SELECT workspace FROM org_workspaces WHERE org IN gone UNION SELECT id FROM gone
          UNION SELECT substr(key, length(?) + 1) FROM notes WHERE substr(key, 1, length(?)) = ? AND value <> '' AND value < ?`,
      )
      .pluck(),

    /** Under which names a person stands in the logs. */
    namesOf(id: string): string[] {
      const names = new Set<string>();
      for (const { body } of db.prepare<[string], EventRow>("SELECT id, body FROM events WHERE instr(body, ?) > 0").iterate(id))
        collectNames(JSON.parse(body), id, names);
      // Where the id stood in for the name, the name was learned later.
      for (const name of db.prepare<[string], string>("SELECT value FROM notes WHERE key LIKE 'name/%/' || ?").pluck().iterate(id))
        names.add(name);
      return [...names].filter((name) => name !== "" && name !== id);
    },

    find(target: Target): Found {
      const forks = "forks" in target ? (target.forks ?? []) : [];
      const threads = threadsOf("forks" in target ? { ...target, forks: [] } : target);
      const inThreads = (table: string) =>
        threads.reduce((sum, name) => sum + count(`${table} WHERE thread = (SELECT id FROM threads WHERE name = ?)`, name), 0);
      const files = new Set<string>();
      const bodies = db.prepare<[string], string>("SELECT body FROM events WHERE thread = (SELECT id FROM threads WHERE name = ?)").pluck();
      for (const name of threads)
        for (const body of bodies.iterate(name)) for (const [, hash = ""] of body.matchAll(/"hash":"([0-9a-f]{64})"/g)) files.add(hash);
      const memories = meant.memories(target);
      const settings = meant.settings(target);
      const schedules = meant.schedules(target);
      return {
        threads: threads.length,
        events: forks.reduce(
          (sum, { thread, seq }) => sum + count("events WHERE thread = (SELECT id FROM threads WHERE name = ?) AND seq <= ?", thread, seq),
          inThreads("events"),
        ),
        files: files.size,
        posts: target.kind === "person" ? 0 : inThreads("outbox"),
        envelopes: meant
          .envelopes(target)
          .reduce((sum, { sql, values }) => sum + count(`inbox WHERE handled_at IS NULL AND ${sql}`, ...values), 0),
        memories: memories ? count(`memories WHERE ${memories.sql}`, ...memories.values) : 0,
        settings:
          (settings ? count(`settings WHERE ${settings.sql}`, ...settings.values) : 0) +
          (schedules ? count(`schedules WHERE ${schedules.sql}`, ...schedules.values) : 0),
      };
    },

    rewriteRuns: runsRewritten(connection),

    /** A revision that nobody has takes its place, so that a save that is under way comes too late. */
    forgetWorkspace(thread: string): void {
      run("DELETE FROM workspace_files WHERE thread = ?", thread);
      run("INSERT OR REPLACE INTO workspaces (thread, revision, whole) VALUES (?, ?, 1)", thread, randomUUID());
    },

    forgetCases(thread: string): void {
      const { sql, values } = meant.cases(thread);
      run(`DELETE FROM settings WHERE ${sql}`, ...values);
    },

    forgetThread(id: number, name: string, stays: { readonly memory: boolean; readonly forks: boolean }): void {
      run("DELETE FROM outbox WHERE thread = ?", id);
      run("DELETE FROM ready WHERE thread = ?", id);
      // The copies in forks are younger, and may have to be found.
      run("DELETE FROM notes WHERE instr(key, ?) > 0 AND key <> ?", name, stays.forks ? forksNote(name) : "");
      const settings = meant.settings({ kind: "thread", thread: name });
      if (settings) run(`DELETE FROM settings WHERE ${settings.sql}`, ...settings.values);
      run("UPDATE threads SET forgotten = last_seq WHERE id = ?", id);
      if (!stays.memory) forgetMemories({ sql: "thread = ?", values: [name] });
    },

    dropThread(id: number, name: string): void {
      run("DELETE FROM workspaces WHERE thread = ?", name);
      run("DELETE FROM runs_due WHERE thread = ?", id);
      run("DELETE FROM events WHERE thread = ?", id);
      run("DELETE FROM threads WHERE id = ?", id);
    },

    forgetElsewhere(target: Target, { at, other }: { readonly at: number; readonly other: (person: string) => Person }): void {
      for (const { sql, values } of meant.envelopes(target))
        run(`UPDATE inbox SET body = '', handled_at = ? WHERE handled_at IS NULL AND ${sql}`, at, ...values);
      const memories = meant.memories(target);
      if (memories) forgetMemories(memories);
      const settings = meant.settings(target);
      if (settings) run(`DELETE FROM settings WHERE ${settings.sql}`, ...settings.values);
      const knowledge = meant.knowledge(target);
      if (knowledge) forgetKnowledge(knowledge);
      const schedules = meant.schedules(target);
      if (schedules) run(`DELETE FROM schedules WHERE ${schedules.sql}`, ...schedules.values);
      const notes = meant.notes(target);
      if (notes) run(`DELETE FROM notes WHERE ${notes.sql}`, ...notes.values);
      if (target.kind === "person") forgetPersonElsewhere(target.person, other(target.person));
      if (target.kind === "workspace") forgetWorkspaceElsewhere(target.workspace);
      if (target.kind === "older" && !target.costs) run("DELETE FROM spent WHERE day < ?", target.before.slice(0, "2026-11-23".length));
    },
  };

  /** The index is made anew from what is left: what was taken out of it is in none of its parts. */
  function forgetMemories({ sql, values }: Where<string>): void {
    if (run(`DELETE FROM memories WHERE ${sql}`, ...values) === 0) return;
    run("DELETE FROM memory_scopes WHERE NOT EXISTS (SELECT 1 FROM memories WHERE scope = memory_scopes.id)");
    db.exec("INSERT INTO memory_words (memory_words) VALUES ('rebuild')");
  }

  function forgetKnowledge({ sql, values }: Where<string>): void {
    const within = `(SELECT id FROM knowledge_sources WHERE ${sql})`;
    run(`DELETE FROM knowledge_passages WHERE source IN ${within}`, ...values);
    run(`DELETE FROM knowledge_documents WHERE source IN ${within}`, ...values);
    run(`DELETE FROM knowledge_sources WHERE ${sql}`, ...values);
  }

  function forgetPersonElsewhere(id: string, other: Person): void {
    for (const { workspace, name, value } of allSettings.all()) {
      if (!value.includes(id)) continue;
      putSetting.run(JSON.stringify(renamedIn(JSON.parse(value), id, other)), workspace, name);
    }
    for (const { workspace, id: schedule, value } of allSchedules.all()) {
      if (!value.includes(id)) continue;
      putSchedule.run(JSON.stringify(renamedIn(JSON.parse(value), id, other)), workspace, schedule);
    }
    // By these ids what comes twice is recognised; they say who pressed.
    run("DELETE FROM inbox WHERE handled_at IS NOT NULL AND instr(envelope, ?) > 0", id);
    run("DELETE FROM logins WHERE giver = ?", id);
    run("DELETE FROM heard WHERE person = ?", id);
    run("UPDATE spent SET account = ? WHERE account = ?", `person/${other.id}`, `person/${id}`);
  }

  /** What was spent stays as the workspace's and its places'. An installation that is over goes with its tokens. */
  function forgetWorkspaceElsewhere(workspace: string): void {
    run("DELETE FROM spent WHERE workspace = ? AND account LIKE 'person/%'", workspace);
    run("DELETE FROM heard WHERE workspace = ?", workspace);
    // Ids of envelopes may say who pressed. Of a database with one workspace alone, all of them are its own.
    run("DELETE FROM inbox WHERE handled_at IS NOT NULL AND instr(envelope, ?) > 0", workspace);
    run("DELETE FROM inbox WHERE handled_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM threads WHERE workspace <> ?)", workspace);
    run("DELETE FROM installations WHERE id = ? AND state <> 'active'", workspace);
    run("DELETE FROM logins WHERE workspace = ?", workspace);
    run("DELETE FROM org_channels WHERE workspace = ?", workspace);
    run("DELETE FROM org_workspaces WHERE workspace = ?", workspace);
  }
}
