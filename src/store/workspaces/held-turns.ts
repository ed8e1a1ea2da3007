import type { Claim, Dispatch } from "../dispatch.ts";

/** Which turns this process has, of those that it serves by the dispatch that is given back. */
export function createHeldTurns(plain: Dispatch): { readonly dispatch: Dispatch; readonly claimOf: (thread: string) => Claim | undefined } {
  const held = new Map<string, Claim>();
  return {
    claimOf: (thread) => held.get(thread),
    dispatch: {
      ...plain,
      serve: (kind, options, handler) =>
        kind !== "turn"
          ? plain.serve(kind, options, handler)
          : plain.serve(kind, options, async (work) => {
              held.set(work.key, work.claim);
              try {
                await handler(work);
              } finally {
                // It may have been taken anew meanwhile.
                if (held.get(work.key) === work.claim) held.delete(work.key);
              }
            }),
    },
  };
}
