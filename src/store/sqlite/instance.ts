import { randomUUID } from "node:crypto";
import { realpathSync, statSync } from "node:fs";
import type { Connection } from "./connection.ts";

const KEY = "instance";

interface KeptInstance {
  readonly id: string;
  readonly file: string;
}

/**
 * Which Parley this is among those that share something outside, such as an engine: a random id, the same for every start on this database.
 * A copy of the database is another Parley, which may run beside the first: the id is kept with the file that it was made for, and in
 * another file a new one takes its place.
 */
export function sqliteInstance({ db, write }: Connection): string {
  const file = fileBehind(db.name);
  return write("full", () => {
    const value = db.prepare<[string], string>("SELECT value FROM notes WHERE key = ?").pluck().get(KEY);
    const kept = value === undefined ? undefined : (JSON.parse(value) as KeptInstance);
    if (kept?.file === file) return kept.id;
    const fresh: KeptInstance = { id: randomUUID(), file };
    db.prepare("INSERT OR REPLACE INTO notes (key, value) VALUES (?, ?)").run(KEY, JSON.stringify(fresh));
    return fresh.id;
  });
}

/** A copied file has another number or another birth, also where it has the same path on another machine; an older file may lack the birth. */
function fileBehind(path: string): string {
  if (path === ":memory:") return path;
  const file = realpathSync(path);
  const { ino, birthtimeMs } = statSync(file);
  return `${file} ${ino} ${Math.round(birthtimeMs)}`;
}
