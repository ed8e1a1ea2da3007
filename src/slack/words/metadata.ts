import type { MessageMetadata } from "@slack/web-api";
import type { Post } from "../../store/store.ts";

/** Every message carries the id of its outbox row, so that it can be found again. Ids only: every app in the workspace can read this. */
const EVENT_TYPE = "parley_msg";

/** Unique in a thread; the same each time the post is tried. `piece`: which one, where a message had to be divided to be taken. */
export const outboxId = ({ seq, kind, part }: Pick<Post, "seq" | "kind" | "part">, piece?: number): string =>
  `${seq}.${kind}.${part}${piece === undefined ? "" : `.p${piece}`}`;

export const metadataOf = (post: Pick<Post, "seq" | "kind">, id: string, run: string): MessageMetadata => ({
  event_type: EVENT_TYPE,
  event_payload: { o: id, r: run, n: post.seq, k: post.kind },
});

/** On a message that is not of the outbox, such as a person's words from a modal. `id`: as `kind/…`, unlike any of the outbox. */
export const ownMetadata = (id: string, kind: string): MessageMetadata => ({ event_type: EVENT_TYPE, event_payload: { o: id, k: kind } });

/** The outbox's id in a message as Slack returns it; `undefined` for a message that is not ours. */
export function outboxIdIn(message: object): string | undefined {
  const { metadata } = message as {
    readonly metadata?: { readonly event_type?: unknown; readonly event_payload?: { readonly o?: unknown } };
  };
  const id = metadata?.event_type === EVENT_TYPE ? metadata.event_payload?.o : undefined;
  return typeof id === "string" ? id : undefined;
}
