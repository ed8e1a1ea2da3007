import { hasUnnamed, withNames } from "../records/names.ts";
import { nameNote } from "../store.ts";
import type { Query } from "./server/connection.ts";

/** Events as they stand in a thread's log, with the name that has been learned since in place of an id that stood in for it. */
export async function withLearnedNames(query: Query, thread: string, bodies: readonly string[]): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const body of bodies) if (hasUnnamed(body)) withNames(body, (id) => void ids.add(id));
  if (ids.size === 0) return bodies;
  const [found] = await query<{ workspace: string }>("SELECT workspace FROM threads WHERE name = $1", [thread]);
  const keys = new Map([...ids].map((id) => [nameNote(found?.workspace ?? "", id), id]));
  const notes = await query<{ key: string; value: string }>("SELECT key, value FROM notes WHERE key = ANY($1::text[])", [[...keys.keys()]]);
  const names = new Map(notes.map(({ key, value }) => [keys.get(key) ?? "", value]));
  return names.size === 0 ? bodies : bodies.map((body) => withNames(body, (id) => names.get(id)));
}
