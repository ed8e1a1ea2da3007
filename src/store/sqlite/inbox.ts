import type { Leisure } from "../leisure.ts";
import type { Connection } from "./connection.ts";
import type { Claim } from "../dispatch.ts";
import { laneWorkspace } from "../records/lane-workspace.ts";
import { checkEnvelope } from "../records/sizes.ts";
import type { Envelope, Store } from "../store.ts";
import type { DueRows } from "../one-process/work-queue.ts";

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

/** The lanes in which something is not handled, with the first part of their names, the one that came first before the others. */
export function dueLanes({ db, read }: Connection): DueRows {
  const due = db.prepare<[], string>("SELECT lane FROM inbox WHERE handled_at IS NULL GROUP BY lane ORDER BY min(id)").pluck();
  return {
    between: (after) =>
      after === Number.NEGATIVE_INFINITY ? read(() => due.all()).map((lane) => ({ key: lane, workspace: laneWorkspace(lane) })) : [],
    next: () => undefined,
    remove: () => undefined,
  };
}

/** What came from outside. Unhandled envelopes are never pruned; handled ones lose their body at once and their id after {@link INBOX_KEPT_MS}. */
export function sqliteInbox(
  { db, writeSoon, read, flushed }: Connection,
  {
    now,
    leisure,
    holds,
    received,
  }: {
    readonly now: () => number;
    readonly leisure: Leisure;
    /** Whether this is still the claim of whoever has that lane. */
    readonly holds: (claim: Claim) => boolean;
    /** Something new is in a lane, and on the disk. */
    readonly received: (lane: string, workspace: string) => void;
  },
): Pick<Store, "receive" | "unhandled" | "handled" | "leisure" | "writesInOrder"> {
  const add = db.prepare("INSERT INTO inbox (envelope, at, body, lane) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
  const prune = db.prepare("DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE handled_at < ? ORDER BY handled_at LIMIT ?)");
  // The ids alone are put in order, and not the bodies with them.
  const envelopes = (which: string) =>
    `SELECT envelope AS id, at, body, lane FROM inbox WHERE id IN (SELECT id FROM inbox WHERE handled_at IS NULL${which} ORDER BY id LIMIT ?) ORDER BY inbox.id`;
  const unhandled = db.prepare<[number], Required<Envelope>>(envelopes(""));
  const unhandledIn = db.prepare<[string, number], Required<Envelope>>(envelopes(" AND lane = ?"));
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
      added = await writeSoon(
        () => {
          const areNew = batch.map(({ envelope: { id, at, body, lane } }) => add.run(id, at, body, lane ?? "").changes > 0);
          const newOnes = areNew.filter(Boolean).length;
          if (newOnes > 0) prune.run(now() - INBOX_KEPT_MS, newOnes * PRUNED_PER_ENVELOPE);
          return areNew;
        },
        { writer: "inbox" },
      );
      await flushed();
      for (const [index, { envelope, resolve }] of batch.entries()) {
        const isNew = doubted.delete(envelope.id) || added[index] === true;
        resolve(isNew);
        if (isNew) received(envelope.lane ?? "", laneWorkspace(envelope.lane ?? ""));
      }
    } catch (error) {
      batch.forEach(({ envelope: { id }, reject }, index) => {
        if (added[index] === true) doubted.add(id);
        reject(error);
      });
    }
  }

  return {
    receive: async (envelope) => {
      checkEnvelope(envelope);
      leisure.interrupted();
      leisure.accepting(1);
      return new Promise<boolean>((resolve, reject) => {
        if (coming.push({ envelope, resolve, reject }) === 1) setImmediate(() => void writeAll());
        else if (coming.length === ENVELOPES_PER_COMMIT_MAX) void writeAll();
      }).finally(() => leisure.accepting(-1));
    },
    leisure,
    writesInOrder: true,
    unhandled: async (limit, lane) =>
      read(() => (lane === undefined ? unhandled.all(limit) : unhandledIn.all(lane, limit))).map(({ lane: of, ...envelope }) =>
        of === "" ? envelope : { ...envelope, lane: of },
      ),
    handled: async (id, claim) => {
      const isOurs = () => !claim || holds(claim);
      return writeSoon(() => isOurs() && (handled.run(now(), id), true));
    },
  };
}
