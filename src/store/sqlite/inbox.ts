import type { Leisure } from "../leisure.ts";
import type { Connection } from "./connection.ts";
import { type Envelope, type Store, StoreError } from "../store.ts";

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
export function sqliteInbox(
  { db, write, read, flushed }: Connection,
  { now, leisure }: { readonly now: () => number; readonly leisure: Leisure },
): Pick<Store, "receive" | "unhandled" | "envelope" | "handled" | "leisure"> {
  const add = db.prepare("INSERT INTO inbox (envelope, at, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  const prune = db.prepare("DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE handled_at < ? ORDER BY handled_at LIMIT ?)");
  const waiting = "SELECT envelope AS id, at, body FROM inbox WHERE handled_at IS NULL";
  const unhandled = db.prepare<[number], Envelope>(`${waiting} ORDER BY inbox.id LIMIT ?`);
  const unhandledAfter = db.prepare<[string, number], Envelope>(
    `${waiting} AND inbox.id > (SELECT id FROM inbox WHERE envelope = ?) ORDER BY inbox.id LIMIT ?`,
  );
  const one = db.prepare<[string], Envelope>(`${waiting} AND envelope = ?`);
  const handled = db.prepare("UPDATE inbox SET body = '', handled_at = ? WHERE envelope = ? AND handled_at IS NULL");

  let coming: Coming[] = [];
  /** Written, but the disk has failed then: they were not acked, and are new when they come again. */
  const doubted = new Set<string>();

  /** Of a burst, everything that came in this turn of the event loop is written together, and waits for the disk together. */
  async function writeAll(): Promise<void> {
    const batch = coming;
    if (batch.length === 0) return;
    coming = [];
    let added: readonly boolean[] = [];
    try {
      added = write("normal", () => {
        const areNew = batch.map(({ envelope: { id, at, body } }) => add.run(id, at, body).changes > 0);
        const newOnes = areNew.filter(Boolean).length;
        if (newOnes > 0) prune.run(now() - INBOX_KEPT_MS, newOnes * PRUNED_PER_ENVELOPE);
        return areNew;
      });
      await flushed();
      batch.forEach(({ envelope: { id }, resolve }, index) => resolve(doubted.delete(id) || added[index] === true));
    } catch (error) {
      batch.forEach(({ envelope: { id }, reject }, index) => {
        if (added[index] === true) doubted.add(id);
        reject(error);
      });
    }
  }

  return {
    receive: async (envelope) => {
      const bytes = Buffer.byteLength(envelope.body);
      if (bytes > ENVELOPE_BYTES_MAX)
        throw new StoreError(`envelope ${envelope.id.slice(0, 100)}: has ${bytes} bytes; at most ${ENVELOPE_BYTES_MAX} are kept.`);
      leisure.interrupted();
      leisure.accepting(1);
      return new Promise<boolean>((resolve, reject) => {
        if (coming.push({ envelope, resolve, reject }) === 1) setImmediate(() => void writeAll());
        else if (coming.length === ENVELOPES_PER_COMMIT_MAX) void writeAll();
      }).finally(() => leisure.accepting(-1));
    },
    leisure,
    unhandled: async (limit, after) => read(() => (after === undefined ? unhandled.all(limit) : unhandledAfter.all(after, limit))),
    envelope: async (id) => read(() => one.get(id)),
    handled: async (id) => write("normal", () => void handled.run(now(), id)),
  };
}
