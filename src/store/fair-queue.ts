/** Whose a thing in line is: the workspaces take turns, and within one its places, such as the conversations of a channel. */
export interface Whose {
  readonly workspace: string;
  readonly place: string;
}

export interface Waiting extends Whose {
  readonly key: string;
}

/** Things in line: first come first served within a place, the places of a workspace in turn, the workspaces in turn. A key is in line once. */
export interface FairQueue {
  add(key: string, whose: Whose): void;
  delete(key: string): void;
  /** Takes the next one that may be taken, by whose it is; nothing when none may. */
  take(may: (whose: Whose) => boolean): Waiting | undefined;
  /** How many wait, of a workspace or in all. */
  size(workspace?: string): number;
}

export function fairQueue(): FairQueue {
  // Maps and sets keep the order in which things were added: the first is the one whose turn it is.
  const workspaces = new Map<string, { readonly places: Map<string, Set<string>>; size: number }>();
  const whoseIs = new Map<string, Whose>();

  const remove = (key: string) => {
    const whose = whoseIs.get(key);
    const line = whose && workspaces.get(whose.workspace);
    const place = whose && line?.places.get(whose.place);
    if (!whose || !line || !place) return;
    whoseIs.delete(key);
    place.delete(key);
    if (place.size === 0) line.places.delete(whose.place);
    if (--line.size === 0) workspaces.delete(whose.workspace);
  };

  return {
    add: (key, { workspace, place }) => {
      if (whoseIs.has(key)) return;
      whoseIs.set(key, { workspace, place });
      const line = workspaces.get(workspace) ?? { places: new Map<string, Set<string>>(), size: 0 };
      workspaces.set(workspace, line);
      line.size++;
      const keys = line.places.get(place);
      if (keys) keys.add(key);
      else line.places.set(place, new Set([key]));
    },
    delete: remove,
    take: (may) => {
      for (const [workspace, line] of workspaces) {
        for (const [place, keys] of line.places) {
          const [key] = keys;
          if (key === undefined || !may({ workspace, place })) continue;
          // To the end of the round.
          line.places.delete(place);
          line.places.set(place, keys);
          workspaces.delete(workspace);
          workspaces.set(workspace, line);
          remove(key);
          return { key, workspace, place };
        }
      }
      return undefined;
    },
    size: (workspace) => (workspace === undefined ? whoseIs.size : (workspaces.get(workspace)?.size ?? 0)),
  };
}

/** Threads whose names differ in their last part alone are in one place. */
export const placeOf = (thread: string): string => thread.slice(0, Math.max(0, thread.lastIndexOf("/")));
