import { randomUUID } from "node:crypto";
import { hereAndNow, isHere } from "../processes/place.ts";

/** Whose a sandbox is: what stands on it in the engine, so that whoever finds it can tell what is orphaned from what somebody uses. */
export interface Owner {
  /** Of one database: a random id that is kept there. Of one run, where there is none. */
  readonly instance: string;
  /** Of this process alone. */
  readonly process: string;
  /** On which host, and which of its processes; absent where that cannot be told. See processes/place.ts. */
  readonly place?: string;
  /** Whether others work on the same database, and which of them are there now. */
  readonly peers?: Peers;
}

/** The processes of one database, this one among them, as it knows them: whoever has not been heard of there for long is gone. */
export interface Peers {
  /** As the others know this one. */
  readonly me: string;
  /** Those who are there, this one among them. */
  living(): Promise<ReadonlySet<string>>;
}

export interface OwnerSettings {
  /**
   * The same for every process of one Parley, and different for two that run side by side: a random id that is kept. What a process of the same
   * instance left, of which it is certain that it is gone, is removed. By default one of its own.
   */
  readonly instance?: string;
  /** Those who share the instance at the same time. Absent where a start takes the place of all before it. */
  readonly peers?: Peers;
}

export function createOwner({ instance, peers }: OwnerSettings): Owner {
  const place = hereAndNow();
  return {
    instance: instance ?? randomUUID(),
    process: peers?.me ?? randomUUID(),
    ...(place === undefined ? {} : { place }),
    ...(peers ? { peers } : {}),
  };
}

/** What stands on a sandbox. Who made it may be another version, or nobody that one knows. */
export interface Marks {
  readonly instance?: string | undefined;
  readonly process?: string | undefined;
  readonly place?: string | undefined;
  /** ISO time at which it ends by itself. */
  readonly expires?: string | undefined;
}

export const marksOf = (labels: Readonly<Record<string, string>> = {}): Marks => ({
  instance: labels["parley.instance"],
  process: labels["parley.process"],
  place: labels["parley.place"],
  expires: labels["parley.expires"],
});

/** As the engine keeps them. */
export const labelsOf = ({ instance, process, place }: Owner): Record<string, string> => ({
  "parley.managed": "1",
  "parley.instance": instance,
  "parley.process": process,
  ...(place === undefined ? {} : { "parley.place": place }),
});

const CLOCKS_DIFFER_MS = 60_000; // The engine may be another machine, or another Parley's clock a little off.
/** Looked for so often where others work on the same database: one that is killed leaves what no start of its own need come back for. */
export const ORPHANS_LOOK_MS = 60_000;

/**
 * Tells of what is found in an engine whether its owner is gone, as far as that can be proved: it has outlived its time; it is of a process of this very host
 * that does not live; or of this database, where its owner has not been heard of for too long. What is of another host and another database
 * is left alone. Rejects where the database cannot be asked.
 */
export async function findOrphans(owner: Owner): Promise<(marks: Marks) => boolean> {
  const living = await owner.peers?.living();
  return ({ instance, process, place, expires }) => {
    if (process === owner.process) return false;
    if (Date.parse(expires ?? "") + CLOCKS_DIFFER_MS < Date.now()) return true;
    // Two that are alone with one database cannot be there at once.
    if (instance === owner.instance && !living) return true;
    // Stopped for a while, it is taken for gone by the others; it may come back to what it has.
    const isThere = place === undefined ? undefined : isHere(place);
    if (isThere !== undefined) return !isThere;
    return instance === owner.instance && living?.has(process ?? "") === false;
  };
}
