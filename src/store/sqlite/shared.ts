import type { Clock } from "../../engine/clock.ts";
import { type OneProcess, oneProcess } from "../one-process/one-process.ts";
import { createTelling, type Telling } from "../one-process/telling.ts";
import type { SettingChanged } from "../settings.ts";
import { StoreError } from "../store.ts";
import { sqliteAudit, type SqliteAudit } from "./audit/audit.ts";
import { createTold } from "./beside/told.ts";
import type { Connection } from "./connection.ts";
import { dueLanes } from "./inbox.ts";
import { duePlaces } from "./outbox.ts";
import { type ReadyRows, readyRows } from "./ready.ts";
import { sqliteSpent } from "./spent.ts";

/** What all openers of a database have in common. */
export interface Shared extends OneProcess {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ready: ReadyRows;
  /** The highest id that was given to a post. */
  readonly lastPost: { id: number };
  readonly settings: Telling<SettingChanged>;
  /** By the workspace of what was put. */
  readonly schedules: Telling<string>;
  readonly pins: Pins;
  readonly audit: SqliteAudit;
  /** Of what others put beside. */
  readonly told: ReturnType<typeof createTold>;
}

export function share(connection: Connection, clock: Clock): Shared {
  const ready = readyRows(connection);
  const due = { turn: ready, post: duePlaces(connection), envelope: dueLanes(connection) };
  const all = oneProcess({ clock, due, spentOn: sqliteSpent(connection).usdOn });
  const pins = createPins();
  all.followers.of(pins)(({ events }) => pins.referred(events));
  const settings: Telling<SettingChanged> = createTelling();
  const audit = sqliteAudit(connection, () => clock.now());
  return {
    ...all,
    connection,
    clock,
    ready,
    lastPost: { id: 0 },
    settings,
    schedules: createTelling(),
    pins,
    audit,
    told: createTold(connection.db.name, () => {
      settings.tell({});
      audit.recordedBeside();
    }),
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
    writeSoon: (work, how) => (refuseClosed(), connection.writeSoon(work, how)),
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
