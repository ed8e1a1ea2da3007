import type { Connection } from "./sqlite-connection.ts";
import { type Envelope, type Store, StoreError } from "./store.ts";

/** The largest envelopes seen from Slack are some 100 KB. */
const ENVELOPE_BYTES_MAX = 1024 * 1024;
/** How long the id of a handled envelope is kept to recognise it again; Slack sends an event again within hours. */
const INBOX_KEPT_MS = 7 * 24 * 3_600_000;
/** Each envelope that comes in takes at most this many old ones out: the table shrinks, and no envelope waits for a long delete. */
const PRUNED_PER_ENVELOPE = 20;

/** What came from outside. Unhandled envelopes are never pruned; handled ones lose their body at once and their id after {@link INBOX_KEPT_MS}. */
export function sqliteInbox({ db, write, read }: Connection, now: () => number): Pick<Store, "receive" | "unhandled" | "handled"> {
  const add = db.prepare("INSERT INTO inbox (envelope, at, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  const prune = db.prepare("DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE handled_at < ? ORDER BY handled_at LIMIT ?)");
  const unhandled = db.prepare<[number], Envelope>(
    "SELECT envelope AS id, at, body FROM inbox WHERE handled_at IS NULL ORDER BY inbox.id LIMIT ?",
  );
  const handled = db.prepare("UPDATE inbox SET body = '', handled_at = ? WHERE envelope = ? AND handled_at IS NULL");

  return {
    receive: async ({ id, at, body }) => {
      const bytes = Buffer.byteLength(body);
      if (bytes > ENVELOPE_BYTES_MAX)
        throw new StoreError(`envelope ${id.slice(0, 100)}: has ${bytes} bytes; at most ${ENVELOPE_BYTES_MAX} are kept.`);
      return write("full", () => {
        const isNew = add.run(id, at, body).changes > 0;
        if (isNew) prune.run(now() - INBOX_KEPT_MS, PRUNED_PER_ENVELOPE);
        return isNew;
      });
    },
    unhandled: async (limit) => read(() => unhandled.all(limit)),
    handled: async (id) => write("normal", () => void handled.run(now(), id)),
  };
}
