import { randomUUID } from "node:crypto";
import type { Clock } from "../../engine/clock.ts";
import { lookOver } from "../../runner/look-over.ts";
import { isStoreTrouble } from "../../runner/store-trouble.ts";
import { editNote } from "../../store/notes.ts";
import type { Store } from "../../store/store.ts";
import { teamOf } from "../words/place.ts";
import type { Log } from "./web-client.ts";

/** Of a workspace: a line for each call that may have come late there, with its thread, until what it may have changed is set anew. */
const keyOf = (team: string): string => `late calls/${team}`;
/** Before so many newer ones the oldest is left to the next event of its thread. */
const LINES_MAX = 1_000;

/**
 * Whether a call that was made just now may have come late: over what another process has set in Slack since, which leads in this one's place. That is so where this one
 * stood still, or was cut off, while it made the call. Then it is written down for whoever leads ({@link createLateCalls}), now or next; `noted`, under which stands what
 * Slack shows, says nothing any more by then. `over`: aborted once this one leads no more. Never so where one process has the store. Where the store cannot be written
 * to just now, it is written down as soon as it can be, and not waited for: nobody else knows of it.
 */
export async function cameLate(
  store: Pick<Store, "note" | "putNote" | "swapNote" | "stillHere">,
  {
    thread,
    noted,
    over,
    clock,
  }: { readonly thread: string; readonly noted?: string; readonly over: AbortSignal; readonly clock: Pick<Clock, "sleep"> },
): Promise<boolean> {
  const { stillHere } = store;
  if (!stillHere) return false;
  const isHere = await stillHere().then(
    () => true,
    () => false,
  );
  if (isHere && !over.aborted) return false;
  const line = `${randomUUID()} ${thread}`;
  const tell = async () => {
    if (noted !== undefined) await store.putNote(noted, UNKNOWN);
    await editNote(store, keyOf(teamOf(thread) ?? ""), (before) => [...linesIn(before), line].slice(-LINES_MAX).join("\n"));
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

/** Like nothing that is noted of what Slack shows. */
const UNKNOWN = "unknown";

/** Calls of a workspace that may have come late, for whoever leads there: those that a leader before has died over, and those that come. */
export interface LateCalls {
  /** Tells of each from here on. */
  start(): void;
  /** Those that have been told of, once what was written down by the call has been. */
  told(): Promise<readonly string[]>;
  /** What they may have changed is set anew: nobody is told of them any more. */
  done(told: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** `onLate`: is told the thread of each once; what is kept true there is to be set anew. */
export function createLateCalls(parts: {
  readonly store: Pick<Store, "note" | "swapNote" | "followNotes">;
  readonly team: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onLate: (thread: string) => void;
}): LateCalls {
  const { store, team, clock, log, onLate } = parts;
  const key = keyOf(team);
  const closing = new AbortController();
  let known: readonly string[] = [];
  let reading: Promise<void> = Promise.resolve();
  let unfollow: (() => void) | undefined;

  async function read(): Promise<void> {
    const before = new Set(known);
    known = linesIn(await store.note(key));
    if (closing.signal.aborted) return;
    for (const line of known) if (!before.has(line)) onLate(threadIn(line));
  }

  const readOn = (): void => {
    const problem = (error: unknown) => log("what may have been shown late could not be read yet", error);
    reading = reading.then(() => lookOver(read, { clock, signal: closing.signal, problem }));
  };

  return {
    start() {
      unfollow ??= store.followNotes((changed) => {
        if (changed === key) readOn();
      });
      readOn();
    },
    async told() {
      await reading;
      return known;
    },
    async done(told) {
      if (told.length === 0) return;
      const over = new Set(told);
      await editNote(store, key, (noted) =>
        linesIn(noted)
          .filter((line) => !over.has(line))
          .join("\n"),
      );
    },
    async close() {
      unfollow?.();
      closing.abort();
      await reading;
    },
  };
}

const linesIn = (noted: string | undefined): readonly string[] => (noted ? noted.split("\n") : []);
const threadIn = (line: string): string => line.slice(line.indexOf(" ") + 1);
