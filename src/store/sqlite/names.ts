import type Database from "better-sqlite3";
import { hasUnnamed, withNames } from "../records/names.ts";
import { nameNote } from "../store.ts";

/**
 * Events as they stand in a thread's log, with the name that has been learned since in place of an id that stood in for it. The log itself
 * stays as it was written.
 */
export function sqliteNames(db: Database.Database): (thread: string, bodies: readonly string[]) => readonly string[] {
  const workspaceOf = db.prepare<[string], string>("SELECT workspace FROM threads WHERE name = ?").pluck();
  const note = db.prepare<[string], string>("SELECT value FROM notes WHERE key = ?").pluck();
  return (thread, bodies) => {
    if (!bodies.some(hasUnnamed)) return bodies;
    const workspace = workspaceOf.get(thread) ?? "";
    return bodies.map((body) => withNames(body, (id) => note.get(nameNote(workspace, id))));
  };
}
