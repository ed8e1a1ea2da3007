import type { Connection } from "./sqlite-connection.ts";
import { type Envelope, type Store, StoreError } from "./store.ts";

/** The largest envelopes seen from Slack are some 100 KB. */
const ENVELOPE_BYTES_MAX = 1024 * 1024;
/** How long the id of a handled envelope is kept to recognise it again; Slack sends an event again within hours. */
const INBOX_KEPT_MS = 7 * 24 * 3_600_000;
/** Each envelope that comes in takes at most this many old ones out: the table shrinks, and no envelope waits for a long delete. */
const PRUNED_PER_ENVELOPE = 20;

/** A commit blocks the event loop: about 10 ms at this many. */
const ENVELOPES_PER_COMMIT_MAX = 200;

interface Coming {
  readonly envelope: Envelope;
  readonly resolve: (isNew: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** What came from outside. Unhandled envelopes are never pruned; handled ones lose their body at once and their id after {@link INBOX_KEPT_MS}. */
export function sqliteInbox({ db, write, read }: Connection, now: () => number): Pick<Store, "receive" | "unhandled" | "handled"> {
  const add = db.prepare("INSERT INTO inbox (envelope, at, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  const prune = db.prepare("DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE handled_at < ? ORDER BY handled_at LIMIT ?)");
  const unhandled = db.prepare<[number], Envelope>(
    "SELECT envelope AS id, at, body FROM inbox WHERE handled_at IS NULL ORDER BY inbox.id LIMIT ?",
  );
  const handled = db.prepare("UPDATE inbox SET body = '', handled_at = ? WHERE envelope = ? AND handled_at IS NULL");

  let coming: Coming[] = [];

  /** Of a burst, everything that came in this turn of the event loop goes to the disk together: the wait for it is most of what one costs. */
  function writeAll(): void {
    const batch = coming;
    if (batch.length === 0) return;
    coming = [];
    try {
      const areNew = write("full", () => {
        const added = batch.map(({ envelope: { id, at, body } }) => add.run(id, at, body).changes > 0);
        const newOnes = added.filter(Boolean).length;
        if (newOnes > 0) prune.run(now() - INBOX_KEPT_MS, newOnes * PRUNED_PER_ENVELOPE);
        return added;
      });
      batch.forEach(({ resolve }, index) => resolve(areNew[index] ?? false));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return {
    receive: async (envelope) => {
      const bytes = Buffer.byteLength(envelope.body);
      if (bytes > ENVELOPE_BYTES_MAX)
        throw new StoreError(`envelope ${envelope.id.slice(0, 100)}: has ${bytes} bytes; at most ${ENVELOPE_BYTES_MAX} are kept.`);
      return new Promise<boolean>((resolve, reject) => {
        if (coming.push({ envelope, resolve, reject }) === 1) setImmediate(writeAll);
        else if (coming.length === ENVELOPES_PER_COMMIT_MAX) writeAll();
      });
    },
    unhandled: async (limit) => read(() => unhandled.all(limit)),
    handled: async (id) => write("normal", () => void handled.run(now(), id)),
  };
}
