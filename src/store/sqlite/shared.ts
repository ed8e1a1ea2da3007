import type { WorkKind } from "../dispatch.ts";
import type { Clock } from "../../engine/clock.ts";
import { placeOf } from "../fair-queue.ts";
import { createLeisure, type Leisure } from "../leisure.ts";
import type { SettingChanged } from "../settings.ts";
import { StoreError } from "../store.ts";
import { sqliteAudit, type SqliteAudit } from "./audit/audit.ts";
import type { Connection } from "./connection.ts";
import { createFollowers, type Followers } from "../one-process/followers.ts";
import { createLocks, type Locks } from "../one-process/locks.ts";
import { dueLanes } from "./inbox.ts";
import { duePlaces } from "./outbox.ts";
import { type ReadyRows, readyRows } from "./ready.ts";
import { createReservations, type Reservations } from "../one-process/reservations.ts";
import { sqliteSpent } from "./spent.ts";
import { createTelling, type Telling } from "../one-process/telling.ts";
import { WorkQueue } from "../one-process/work-queue.ts";

/** What all openers of a database have in common. */
export interface Shared {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ready: ReadyRows;
  readonly leisure: Leisure;
  readonly work: { readonly [kind in WorkKind]: WorkQueue };
  readonly followers: Followers;
  readonly locks: Locks;
  readonly settings: Telling<SettingChanged>;
  /** By their keys. */
  readonly notes: Telling<string>;
  readonly pins: Pins;
  readonly reservations: Reservations;
  readonly audit: SqliteAudit;
  readonly openers: Set<object>;
}

/** Of the slots of those who serve turns, and envelopes. */
const RESERVED_SHARE = { turn: 0.1, envelope: 0.5 } as const;

export function share(connection: Connection, clock: Clock): Shared {
  const ready = readyRows(connection);
  const leisure = createLeisure();
  const followers = createFollowers();
  const pins = createPins();
  followers.of(pins)(({ events }) => pins.referred(events));
  return {
    connection,
    clock,
    ready,
    leisure,
    work: {
      // Behind what comes in from outside.
      turn: new WorkQueue({ rows: ready, clock, placeOf, turn: () => leisure.turn(), reservedShare: RESERVED_SHARE.turn }),
      post: new WorkQueue({ rows: duePlaces(connection), clock, placeOf: (key) => key, turn: async () => undefined, reservedShare: 0 }),
      envelope: new WorkQueue({
        rows: dueLanes(connection),
        clock,
        placeOf,
        turn: () => leisure.turn(),
        reservedShare: RESERVED_SHARE.envelope,
      }),
    },
    followers,
    locks: createLocks(),
    settings: createTelling(),
    notes: createTelling(),
    pins,
    reservations: createReservations(sqliteSpent(connection).usdOn),
    audit: sqliteAudit(connection, () => clock.now()),
    openers: new Set(),
  };
}

/** One opener's hold of the connection: once it is closed it is closed for this one. */
export function ownOf(connection: Connection, onClose: () => void): Connection {
  let isOpen = true;
  const refuseClosed = () => {
    if (!isOpen) throw new StoreError(`${connection.path}: the database has been closed.`);
  };
  return {
    ...connection,
    write: (durability, work) => (refuseClosed(), connection.write(durability, work)),
    read: (work) => (refuseClosed(), connection.read(work)),
    async flushed() {
      refuseClosed();
      await connection.flushed();
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      onClose();
    },
  };
}

interface Pins {
  put(hash: string): void;
  referred(events: readonly object[]): void;
  has(hash: string): boolean;
}

/** Files that were put and that no event refers to yet: whoever sweeps leaves them alone. */
function createPins(): Pins {
  const pins = new Set<string>();
  return {
    put: (hash) => void pins.add(hash),
    has: (hash) => pins.has(hash),
    referred(events) {
      if (pins.size === 0 || !events.some(refersToFiles)) return;
      const text = JSON.stringify(events);
      for (const hash of pins) if (text.includes(hash)) pins.delete(hash);
    },
  };
}

const refersToFiles = (event: object): boolean => "teamHash" in event || "files" in event;
