import type { Connection } from "./connection.ts";
import { checkNote, fileHash } from "../records/sizes.ts";
import type { Store } from "../store.ts";

/** Notes by key, and files by the hash of their content. */
export function sqliteContent(
  { db, write, writeSoon, read }: Connection,
  on: {
    /** A file is put, before an event refers to it. */
    readonly file: (hash: string) => void;
    /** A note has been put. */
    readonly note: (key: string) => void;
  },
): Pick<Store, "note" | "putNote" | "swapNote" | "putFile" | "file"> {
  const note = db.prepare<[string], string>("SELECT value FROM notes WHERE key = ?").pluck();
  const putNote = db.prepare(
    "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
  );
  const file = db.prepare<[string], Buffer>("SELECT content FROM files WHERE hash = ?").pluck();
  const hasFile = db.prepare("SELECT 1 FROM files WHERE hash = ?");
  const putFile = db.prepare("INSERT INTO files (hash, content) VALUES (?, ?)");

  return {
    note: async (key) => read(() => note.get(key)),
    putNote: async (key, value) => {
      checkNote(key, value);
      await writeSoon(() => putNote.run(key, value).changes > 0, { made: (isPut) => void (isPut && on.note(key)) });
    },
    swapNote: async (key, from, to) => {
      checkNote(key, to);
      return writeSoon(() => note.get(key) === from && (putNote.run(key, to), true), { made: (isPut) => void (isPut && on.note(key)) });
    },
    putFile: async (content) => {
      const hash = fileHash(content);
      on.file(hash);
      if (read(() => hasFile.get(hash)) === undefined) write("normal", () => void putFile.run(hash, content));
      return hash;
    },
    file: async (hash) => read(() => file.get(hash)),
  };
}
