import { checkNote, fileHash } from "../records/sizes.ts";
import type { Store } from "../store.ts";
import type { Connection, Query } from "./server/connection.ts";
import type { Changes } from "./together/changes.ts";

/** Notes by key, and files by the hash of their content. */
export function postgresContent(
  { query, transaction }: Connection,
  changes: Pick<Changes, "say" | "heard">,
): Pick<Store, "note" | "putNote" | "swapNote" | "putFile" | "file"> {
  /** A put that changes something is told. False where something else stands there than was expected. */
  const put = async (key: string, work: (within: Query) => Promise<"put" | "same" | "refused">): Promise<boolean> => {
    const done = await transaction(async (within) => {
      const how = await work(within);
      return { how, said: how === "put" ? await changes.say(within, { kind: "note", key }) : undefined };
    });
    if (done.said !== undefined) await changes.heard(done.said);
    return done.how !== "refused";
  };

  return {
    async note(key) {
      return (await query<{ value: string }>("SELECT value FROM notes WHERE key = $1", [key]))[0]?.value;
    },
    async putNote(key, value) {
      checkNote(key, value);
      await put(key, async (within) => {
        const [row] = await within(
          "INSERT INTO notes (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE notes.value <> excluded.value RETURNING 1",
          [key, value],
        );
        return row ? "put" : "same";
      });
    },
    async swapNote(key, from, to) {
      checkNote(key, to);
      return put(key, async (within) => {
        const [row] =
          from === undefined
            ? await within("INSERT INTO notes (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING 1", [key, to])
            : await within("UPDATE notes SET value = $2 WHERE key = $1 AND value = $3 RETURNING 1", [key, to, from]);
        return row ? "put" : "refused";
      });
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
