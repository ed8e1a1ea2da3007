import { z } from "zod";
import { withinMs, type Clock } from "../../engine/clock.ts";
import { editNote } from "../../store/notes.ts";
import { MessageBody } from "../words/event-payloads.ts";
import { threadKey } from "../words/place.ts";
import type { Store } from "../../store/store.ts";

/**
 * What Slack hands over with a mention, or a direct message: leave to search in the name of whoever wrote it, for a while. It is kept for that
 * person in that thread, in the store and nowhere else, so that another process, or the next start, can use it too.
 */
export interface ActionTokens {
  /** What came from Slack is looked at; what is no person's message with a token is nothing here. Rejects as the store does. */
  keepFrom(body: unknown): Promise<void>;
  /**
   * The newest that a person has given in a thread. Slack tells of a mention twice, in either order, and only once with its token: it is waited for,
   * shortly.
   */
  find(user: string, thread: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Of one person; their oldest threads go first. */
const KEPT_MAX = 20;
/** Between the two events of one mention there is hardly a second. */
const WAIT_MS = 3_000;

const Kept = z.array(z.object({ thread: z.string(), token: z.string() })).catch([]);
type Kept = z.output<typeof Kept>;

export function createActionTokens({
  store,
  team,
  clock,
}: {
  readonly store: Store;
  readonly team: string;
  readonly clock: Clock;
}): ActionTokens {
  const keyOf = (user: string): string => `search/${team}/${user}`;
  const look = async (user: string, thread: string): Promise<string | undefined> =>
    read(await store.note(keyOf(user))).find((one) => one.thread === thread)?.token;

  return {
    async keepFrom(body) {
      const message = MessageBody.safeParse(body).data?.event;
      const token = message?.action_token ?? message?.assistant_thread?.action_token;
      if (!message?.user || token === undefined || message.bot_id !== undefined || message.app_id !== undefined) return;
      const thread = threadKey({ team, channel: message.channel, ts: message.thread_ts ?? message.ts });
      await editNote(store, keyOf(message.user), (noted) => {
        const others = read(noted).filter((one) => one.thread !== thread);
        return JSON.stringify([{ thread, token }, ...others].slice(0, KEPT_MAX));
      });
    },
    async find(user, thread, signal) {
      let told = Promise.withResolvers<void>();
      const unfollow = store.followNotes((key) => {
        if (key === keyOf(user)) told.resolve();
      });
      try {
        const until = clock.now() + WAIT_MS;
        for (;;) {
          const found = await look(user, thread);
          const leftMs = until - clock.now();
          if (found !== undefined || leftMs <= 0 || signal.aborted) return found;
          await withinMs(clock, leftMs, told.promise);
          told = Promise.withResolvers();
        }
      } finally {
        unfollow();
      }
    },
  };
}

const read = (noted: string | undefined): Kept => {
  try {
    return Kept.parse(JSON.parse(noted ?? "[]"));
  } catch {
    return [];
  }
};
