import { placeOf } from "../store/fair-queue.ts";
import type { Asker } from "./door/sessions.ts";

/**
 * What somebody may see of what is kept: all of it, or the runs of these places of one workspace (the names of their threads without the last
 * part). It is asked anew for each answer and before each piece of a stream, and not remembered.
 */
export type Sight = { readonly kind: "all" } | { readonly kind: "places"; readonly workspace: string; readonly places: readonly string[] };

/** The seam to whoever knows people: on loopback whoever holds the address may see all; signed in with a chat service, what they see there. */
export interface Access {
  sightOf(asker: Asker): Promise<Sight>;
}

/** Of a program that is on loopback alone: whoever was let in is the one who runs it. */
export const ownersAccess: Access = { sightOf: async () => ({ kind: "all" }) };

/** Whether the runs of this thread are among what they may see. */
export const sees = (sight: Sight, thread: string): boolean => sight.kind === "all" || sight.places.includes(placeOf(thread));

export const seesWorkspace = (sight: Sight, workspace: string): boolean => sight.kind === "all" || sight.workspace === workspace;
