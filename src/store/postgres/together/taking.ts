import type { Clock } from "../../../engine/clock.ts";
import type { WorkKind } from "../../dispatch.ts";
import type { Claims, DueWork, Taken } from "./claims.ts";

/** How a process comes to hold work of one kind, and lets go of what it may hold without knowing. */
export interface Taking {
  /** Nothing where another has it, it is not due, or it is not wanted any more when the answer comes. */
  take(work: DueWork, isWanted: () => boolean): Promise<Taken | undefined>;
  /** Whether a key may be held without being known to be: nobody here takes it, and the next {@link Taking.settle} finds out. */
  isDoubtful(key: string): boolean;
  /** Lets go of all that is doubtful. Rejects where that cannot be said; then it is doubtful still. */
  settle(): Promise<void>;
  /** What was held here is another's by now. */
  lost(): void;
}

/** `again`: something is to be looked for a little later; with an error where the database could not be asked. */
export function createTaking({
  kind,
  claims,
  clock,
  again,
}: {
  readonly kind: WorkKind;
  readonly claims: Pick<Claims, "take" | "giveBack" | "disown">;
  readonly clock: Pick<Clock, "now">;
  readonly again: (key: string, error?: { readonly error: unknown }) => void;
}): Taking {
  /** Their taking failed, and perhaps the answer alone was lost. */
  const doubtful = new Set<string>();
  let settling: Promise<void> | undefined;
  /** Counts how often all that was held was lost. */
  let losses = 0;

  async function disown(): Promise<void> {
    const keys = [...doubtful];
    await claims.disown(kind, keys);
    for (const key of keys) doubtful.delete(key);
  }

  return {
    async take({ key, workspace }, isWanted) {
      const before = losses;
      try {
        const taken = await claims.take(kind, key, clock.now());
        if (!taken || (isWanted() && losses === before)) return taken;
        await claims.giveBack(kind, { key, workspace, taken }, clock.now());
        // It was lost with the rest, or is free again: who looks knows.
        if (losses !== before) again(key);
      } catch (error) {
        doubtful.add(key);
        again(key, { error });
      }
      return undefined;
    },
    isDoubtful: (key) => doubtful.has(key),
    // One at a time, or it would let go of what was taken behind it.
    settle: async () => (doubtful.size === 0 ? undefined : (settling ??= disown().finally(() => (settling = undefined)))),
    lost: () => void losses++,
  };
}
