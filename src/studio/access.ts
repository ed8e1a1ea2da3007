import { placeOf } from "../store/fair-queue.ts";

/** Who asks: whose session it is. */
export interface Asker {
  readonly id: string;
  readonly name: string;
  /** The workspace in which they have signed in; absent on loopback. */
  readonly workspace?: string;
  /** Of the installation there, which another one is not: with it its sessions end. */
  readonly since?: string;
}

/**
 * What somebody may see of what is kept: all of it, or the runs of these places of one workspace (the names of their threads without the last
 * part). It is asked anew for each answer and before each piece of a stream, and not remembered.
 */
export type Sight = { readonly kind: "all"; readonly names?: PlaceNames } | PlacesSight;

export interface PlacesSight {
  readonly kind: "places";
  readonly workspace: string;
  readonly places: readonly string[];
  /** What they are called, for whoever sees them. */
  readonly names?: PlaceNames;
}

/** By place; one without a name is shown by its id. */
export type PlaceNames = ReadonlyMap<string, string>;

/** Somebody opens a run, or takes something out of it. */
export interface Look {
  readonly thread: string;
  readonly seq: number;
  /** By which way, such as `GET /runs/{thread}/{seq}`. */
  readonly way: string;
  /** Of the session; the same for all that is looked at in it. */
  readonly session: string;
}

/** The seam to whoever knows people: on loopback whoever holds the address may see all; signed in with a chat service, what they see there. */
export interface Access {
  /** `undefined`: they are nobody here any more, and their session is over. Rejects with {@link SightUnknown} while nobody can say: then nothing is shown. */
  sightOf(asker: Asker): Promise<Sight | undefined>;
  /** Told of each look into a run before it is answered; nothing is shown where it rejects. Nobody is told when absent. */
  onLook?(asker: Asker, look: Look): Promise<void>;
}

/** Nobody can say just now what somebody may see; `message` is for them. */
export class SightUnknown extends Error {
  override readonly name = "SightUnknown";
}

/** Of a program that is on loopback alone: whoever was let in is the one who runs it. */
export const ownersAccess: Access = { sightOf: async () => ({ kind: "all" }) };

/** A run's line with what its place is called. */
export function named<Line extends { readonly place: string }>(line: Line, { names }: Sight): Line & { readonly placeName?: string } {
  const placeName = names?.get(line.place);
  return placeName === undefined ? line : { ...line, placeName };
}

/** Whether the runs of this thread are among what they may see. */
export const sees = (sight: Sight, thread: string): boolean => sight.kind === "all" || sight.places.includes(placeOf(thread));

export const seesWorkspace = (sight: Sight, workspace: string): boolean => sight.kind === "all" || sight.workspace === workspace;
