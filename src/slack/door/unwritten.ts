import type { Clock } from "../../engine/clock.ts";
import type { Envelope, Store } from "../../store/store.ts";
import type { Log } from "../api/web-client.ts";

/** Kept at once, and their bytes together: minutes of a busy workspace. Of what is more than that Slack sends again what it still does. */
const ENVELOPES_MAX = 1_000;
const BYTES_MAX = 16 * 1_048_576;
const AGAIN_MS = 2_000;

/** Events that could not be written down when they came. */
export interface Unwritten {
  /** Written down as soon as the store takes it. */
  keep(envelope: Envelope): void;
  /** It is written down by now. */
  forget(id: string): void;
  /** Resolves when nothing more is tried. */
  close(): Promise<void>;
}

/**
 * Slack sends an event that was not acked again three times, within five minutes. A database that is away for longer, or processes that end one after the
 * other just then, would lose what people said meanwhile. So whoever could not write it down keeps it, and goes on trying. Each event is
 * written down once, however often it comes.
 */
export function createUnwritten({
  store,
  clock,
  log,
}: {
  readonly store: Pick<Store, "receive">;
  readonly clock: Clock;
  readonly log: Log;
}): Unwritten {
  const kept = new Map<string, Envelope>();
  const closing = new AbortController();
  let bytes = 0;
  let trying: Promise<void> | undefined;
  let isFull = false;

  function forget(id: string): void {
    bytes -= kept.get(id)?.body.length ?? 0;
    kept.delete(id);
  }

  async function writeAll(): Promise<void> {
    while (kept.size > 0) {
      await clock.sleep(AGAIN_MS, closing.signal);
      if (closing.signal.aborted) return;
      try {
        for (const envelope of kept.values()) {
          await store.receive(envelope);
          forget(envelope.id);
        }
      } catch {
        // It is told where each of them came in.
      }
    }
    isFull = false;
    // In the same step as it is seen that nothing is left: what comes from here on begins anew.
    trying = undefined;
  }

  return {
    keep(envelope) {
      if (closing.signal.aborted || kept.has(envelope.id)) return;
      if (kept.size >= ENVELOPES_MAX || bytes + envelope.body.length > BYTES_MAX) {
        if (!isFull)
          log(
            `more than ${kept.size} events could not be written down; what comes from here on is left to Slack, which sends it again for five minutes`,
          );
        isFull = true;
        return;
      }
      kept.set(envelope.id, envelope);
      bytes += envelope.body.length;
      trying ??= writeAll();
    },
    forget,
    async close() {
      closing.abort();
      await trying;
      if (kept.size > 0)
        log(`${kept.size} events could not be written down before this process ended; they are left to Slack, and to what is read back`);
    },
  };
}
