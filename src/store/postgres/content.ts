import { checkNote, fileHash } from "../records/sizes.ts";
import type { Store } from "../store.ts";
import type { Connection } from "./server/connection.ts";
import { gathered } from "./server/gather.ts";
import type { Changes } from "./together/changes.ts";

/** A note is small; of a large one a few fill an answer. */
const NOTES_TOGETHER_MAX = 100;

/** Notes by key, and files by the hash of their content. */
export function postgresContent(
  { query }: Connection,
  changes: Pick<Changes, "make">,
): Pick<Store, "note" | "putNote" | "swapNote" | "putFile" | "file"> {
  const note = gathered(async (keys: readonly string[]) => {
    const rows = await query<{ key: string; value: string }>("SELECT key, value FROM notes WHERE key = ANY($1::text[])", [keys]);
    const values = new Map(rows.map(({ key, value }) => [key, value]));
    return keys.map((key) => values.get(key));
  }, NOTES_TOGETHER_MAX);

  /** A put that changes something is told. False where nothing was put. */
  const put = async (made: string, values: readonly [key: string, ...more: string[]]): Promise<boolean> =>
    (await changes.make({ parts: `made AS (${made} RETURNING 1)`, values, change: { kind: "note", key: values[0] } })) !== undefined;

  return {
    note,
    async putNote(key, value) {
      checkNote(key, value);
      await put(
        "INSERT INTO notes (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE notes.value <> excluded.value",
        [key, value],
      );
    },
    async swapNote(key, from, to) {
      checkNote(key, to);
      return from === undefined
        ? put("INSERT INTO notes (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING", [key, to])
        : put("UPDATE notes SET value = $2 WHERE key = $1 AND value = $3", [key, to, from]);
    },
    async putFile(content) {
      const hash = fileHash(content);
      // Put again it is as young as now, so that nobody sweeps it before something refers to it.
      const [known] = await query("UPDATE files SET put_at = clock_timestamp(), referred = false WHERE hash = $1 RETURNING 1", [hash]);
      if (!known)
        await query("INSERT INTO files (hash, content) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING", [hash, Buffer.from(content)]);
      return hash;
    },
    async file(hash) {
      return (await query<{ content: Buffer }>("SELECT content FROM files WHERE hash = $1", [hash]))[0]?.content;
    },
  };
}
