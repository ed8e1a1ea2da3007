import type Database from "better-sqlite3";
import { nameNote } from "../store.ts";

/** A person whose name was not known: the id stands there twice. In the texts of an event quotes are escaped, so that nothing there reads so. */
const STAND_IN = /"id":"([A-Za-z0-9]{1,40})","name":"\1"/g;

/**
 * Events as they stand in a thread's log, with the name that has been learned since in place of an id that stood in for it. The log itself
 * stays as it was written.
 */
export function sqliteNames(db: Database.Database): (thread: string, bodies: readonly string[]) => readonly string[] {
  const workspaceOf = db.prepare<[string], string>("SELECT workspace FROM threads WHERE name = ?").pluck();
  const note = db.prepare<[string], string>("SELECT value FROM notes WHERE key = ?").pluck();
  return (thread, bodies) => {
    if (!bodies.some((body) => body.search(STAND_IN) !== -1)) return bodies;
    const workspace = workspaceOf.get(thread) ?? "";
    return bodies.map((body) =>
      body.replaceAll(STAND_IN, (whole, id: string) => {
        const name = note.get(nameNote(workspace, id));
        return name ? `"id":"${id}","name":${JSON.stringify(name)}` : whole;
      }),
    );
  };
}
