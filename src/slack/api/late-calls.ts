import { randomUUID } from "node:crypto";
import type { Clock } from "../../engine/clock.ts";
import { isStoreTrouble } from "../../runner/store-trouble.ts";
import type { Store } from "../../store/store.ts";

/** By thread: something else each time that a call may have come late there. */
const PREFIX = "late call/";

/**
 * Whether a call that was made just now may have come late: over what another process has set in Slack since, which leads in this one's place. That is so where this one
 * stood still, or was cut off, while it made the call. Then it is told to whoever leads ({@link followLateCalls}); `noted`, under which stands what Slack shows, says
 * nothing any more by then. `over`: aborted once this one leads no more. Never so where one process has the store. Where the store cannot be written to just now,
 * it is told as soon as it can be, and not waited for: nobody else knows of it.
 */
export async function cameLate(
  { stillHere, putNote }: Pick<Store, "putNote" | "stillHere">,
  {
    thread,
    noted,
    over,
    clock,
  }: { readonly thread: string; readonly noted?: string; readonly over: AbortSignal; readonly clock: Pick<Clock, "sleep"> },
): Promise<boolean> {
  if (!stillHere) return false;
  const isHere = await stillHere().then(
    () => true,
    () => false,
  );
  if (isHere && !over.aborted) return false;
  const tell = async () => {
    if (noted !== undefined) await putNote(noted, UNKNOWN);
    await putNote(`${PREFIX}${thread}`, randomUUID());
  };
  const again = async (): Promise<void> => {
    for (let tries = 1; tries < TELLS_MAX; tries++) {
      await clock.sleep(TELL_AGAIN_MS);
      const failed = await tell().catch((error: unknown) => error);
      // A store that is closed takes nothing more, and whoever is next begins by looking everything over.
      if (!isStoreTrouble(failed)) return;
    }
  };
  await tell().catch((error: unknown) => {
    if (!isStoreTrouble(error)) throw error;
    void again();
  });
  return true;
}

const TELL_AGAIN_MS = 1_000;
/** Ten minutes. */
const TELLS_MAX = 600;

/** Hears of each thread in which a call may have come late: what is kept true there is to be set anew. Returns how to stop. */
export const followLateCalls = ({ followNotes }: Pick<Store, "followNotes">, listener: (thread: string) => void): (() => void) =>
  followNotes((key) => {
    if (key.startsWith(PREFIX)) listener(key.slice(PREFIX.length));
  });

/** Like nothing that is noted of what Slack shows. */
const UNKNOWN = "unknown";
