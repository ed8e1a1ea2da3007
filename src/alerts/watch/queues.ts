import type { Clock } from "../../engine/clock.ts";
import type { Dispatch } from "../../store/dispatch.ts";
import type { Store } from "../../store/store.ts";
import type { Trouble } from "../kinds.ts";
import { lasting } from "../message.ts";

/** People wait no longer than this for a sign, in what is still an ordinary rush. */
const WAITED_MS_MAX = 5 * 60_000;
/** The first that are due: behind as many that may not be posted now, others are not seen. */
const POSTS_LOOKED_AT = 200;

interface QueueParts {
  readonly store: Pick<Store, "unhandled" | "duePosts">;
  /** Where it is not told since when the oldest has waited, turns are not looked at. */
  readonly dispatch: Pick<Dispatch, "waitingSince">;
  /** Nothing is posted in its channel for a while, and that is known. */
  readonly isParked: (thread: string) => boolean;
  readonly clock: Pick<Clock, "now">;
}

/** How long what is to be done has waited, of all processes: for whoever looks again and again. */
export function watchQueues({ store, dispatch, isParked, clock }: QueueParts): () => Promise<readonly Trouble[]> {
  /** Since when a post is due nobody has written down: since it was seen first. */
  let firstSeen = new Map<number, number>();
  return async () => {
    const nowMs = clock.now();
    const [envelope] = await store.unhandled(1);
    const posts = (await store.duePosts(undefined, POSTS_LOOKED_AT)).filter(({ thread }) => !isParked(thread));
    firstSeen = new Map(posts.map(({ id }) => [id, firstSeen.get(id) ?? nowMs]));
    const since: readonly (readonly [string, number | undefined])[] = [
      ["Turns", await dispatch.waitingSince?.()],
      ["Posts", posts.length > 0 ? Math.min(...firstSeen.values()) : undefined],
      ["What people have said and pressed", envelope && Date.parse(envelope.at)],
    ];
    return since.flatMap(([subject, sinceMs]) =>
      sinceMs !== undefined && nowMs - sinceMs > WAITED_MS_MAX
        ? [{ kind: "queue-old" as const, subject, detail: `The oldest has waited for ${lasting(nowMs - sinceMs)}.`, sinceMs }]
        : [],
    );
  };
}
