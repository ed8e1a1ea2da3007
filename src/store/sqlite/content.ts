import { createHash } from "node:crypto";
import type { Connection } from "./connection.ts";
import { type Store, StoreError } from "../store.ts";

/** A note is small state under a key; what is larger is a file or a log. */
const NOTE_BYTES_MAX = 256 * 1024;
/** Content is written and hashed in one go, which blocks the event loop: about 0.1 s at this size. */
const FILE_BYTES_MAX = 32 * 1024 * 1024;
const NOTE_KEY_CHARS_MAX = 512;

/** Notes by key, and files by the hash of their content. */
export function sqliteContent(
  { db, write, read }: Connection,
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
      refuseOversized(key, value);
      if (write("normal", () => putNote.run(key, value).changes > 0)) on.note(key);
    },
    swapNote: async (key, from, to) => {
      refuseOversized(key, to);
      const isPut = write("normal", () => {
        if (note.get(key) !== from) return false;
        putNote.run(key, to);
        return true;
      });
      if (isPut) on.note(key);
      return isPut;
    },
    putFile: async (content) => {
      if (content.byteLength > FILE_BYTES_MAX)
        throw new StoreError(`a file has ${content.byteLength} bytes; at most ${FILE_BYTES_MAX} are kept. Split it.`);
      const hash = createHash("sha256").update(content).digest("hex");
      on.file(hash);
      if (read(() => hasFile.get(hash)) === undefined) write("normal", () => void putFile.run(hash, content));
      return hash;
    },
    file: async (hash) => read(() => file.get(hash)),
  };
}

function refuseOversized(key: string, value: string): void {
  const bytes = Buffer.byteLength(value);
  if (key.length > NOTE_KEY_CHARS_MAX)
    throw new StoreError(`note ${key.slice(0, 60)}…: its key has ${key.length} characters; at most ${NOTE_KEY_CHARS_MAX} are kept.`);
  if (bytes > NOTE_BYTES_MAX)
    throw new StoreError(`note ${key}: has ${bytes} bytes; at most ${NOTE_BYTES_MAX} are kept. Put it in a file.`);
}
