import { z } from "zod";
import { withinMs, type Clock } from "../../engine/clock.ts";
import { messageBodyIn } from "../words/event-payloads.ts";
import { threadKey } from "../words/place.ts";
import type { Store } from "../../store/store.ts";

/**
 * What Slack hands over with a mention, or a direct message: leave to search in the name of whoever wrote it, for a while. It is kept for that
 * person in that thread, in the store and nowhere else, so that another process, or the next start, can use it too. It is forgotten with the
 * thread, its channel and the person: their names are parts of the note's key.
 */
export interface ActionTokens {
  /** What came from Slack is looked at; what is no person's message with a token is nothing here. Rejects as the store does. */
  keepFrom(body: unknown): Promise<void>;
  /**
   * The newest that a person has given in a thread within an hour. Slack tells of a mention twice, in either order, and only once with its token: it
   * is waited for, shortly.
   */
  find(user: string, thread: string, signal: AbortSignal): Promise<string | undefined>;
  /** Slack takes this one no more; a newer one stays. */
  drop(user: string, thread: string, token: string): Promise<void>;
}

/** Of a workspace, by one process; the oldest go first. */
export const KEPT_MAX = 500;
/** Slack does not say for how long it takes one; a run that asks later can be mentioned once more. */
export const KEPT_MS = 3_600_000;
/** Between the two events of one mention there is hardly a second. */
const WAIT_MS = 3_000;

const Kept = z.object({ token: z.string(), at: z.number() });
type Kept = z.output<typeof Kept>;

export function createActionTokens({
  store,
  team,
  clock,
}: {
  readonly store: Pick<Store, "note" | "putNote" | "swapNote" | "followNotes">;
  readonly team: string;
  readonly clock: Clock;
}): ActionTokens {
  /** When each note was put by this process, oldest first. */
  const kept = new Map<string, number>();
  const keyOf = (user: string, thread: string): string => `search/${thread}/${user}`;
  const isOver = (at: number): boolean => clock.now() - at >= KEPT_MS;

  /** Where it holds such a one: others may have put another there meanwhile. */
  async function empty(key: string, isMeant: (kept: Kept) => boolean): Promise<void> {
    const noted = await store.note(key);
    const there = read(noted);
    if (noted !== undefined && there && isMeant(there)) await store.swapNote(key, noted, "");
  }

  async function look(key: string): Promise<string | undefined> {
    const there = read(await store.note(key));
    if (there && isOver(there.at)) await empty(key, ({ at }) => isOver(at));
    return there && !isOver(there.at) ? there.token : undefined;
  }

  async function emptyOldest(): Promise<void> {
    for (const [key, at] of kept) {
      if (!isOver(at) && kept.size <= KEPT_MAX) return;
      kept.delete(key);
      await empty(key, (there) => there.at <= at);
    }
  }

  return {
    async keepFrom(body) {
      const message = messageBodyIn(body)?.event;
      const token = message?.action_token ?? message?.assistant_thread?.action_token;
      if (!message?.user || token === undefined || message.bot_id !== undefined || message.app_id !== undefined) return;
      const key = keyOf(message.user, threadKey({ team, channel: message.channel, ts: message.thread_ts ?? message.ts }));
      const at = clock.now();
      await store.putNote(key, JSON.stringify({ token, at } satisfies Kept));
      kept.delete(key);
      kept.set(key, at);
      await emptyOldest();
    },
    async find(user, thread, signal) {
      const wanted = keyOf(user, thread);
      let told = Promise.withResolvers<void>();
      const unfollow = store.followNotes((key) => {
        if (key === wanted) told.resolve();
      });
      try {
        const until = clock.now() + WAIT_MS;
        for (;;) {
          const found = await look(wanted);
          const leftMs = until - clock.now();
          if (found !== undefined || leftMs <= 0 || signal.aborted) return found;
          await withinMs(clock, leftMs, told.promise);
          told = Promise.withResolvers();
        }
      } finally {
        unfollow();
      }
    },
    drop: (user, thread, token) => empty(keyOf(user, thread), (there) => there.token === token),
  };
}

function read(noted: string | undefined): Kept | undefined {
  try {
    return Kept.safeParse(JSON.parse(noted || "null")).data;
  } catch {
    return undefined;
  }
}
