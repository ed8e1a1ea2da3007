import type { MessageMetadata } from "@slack/web-api";
import type { Post } from "../../store/store.ts";

/** Every message carries the id of its outbox row, so that it can be found again. Ids only: every app in the workspace can read this. */
const EVENT_TYPE = "parley_msg";

/** Unique in a thread; the same each time the post is tried. `piece`: which one, where a message had to be divided to be taken. */
export const outboxId = ({ seq, kind, part }: Pick<Post, "seq" | "kind" | "part">, piece?: number): string =>
  `${seq}.${kind}.${part}${piece === undefined ? "" : `.p${piece}`}`;

/** `ends`: the event of the run's end, where the message tells that too; so it is known of one that is found after a crash. */
export const metadataOf = (post: Pick<Post, "seq" | "kind">, id: string, run: string, ends?: number): MessageMetadata => ({
  event_type: EVENT_TYPE,
  event_payload: { o: id, r: run, n: post.seq, k: post.kind, ...(ends === undefined ? {} : { e: ends }) },
});

/** On a message that is not of the outbox, such as a person's words from a modal. `id`: as `kind/…`, unlike any of the outbox. */
export const ownMetadata = (id: string, kind: string): MessageMetadata => ({ event_type: EVENT_TYPE, event_payload: { o: id, k: kind } });

/** The outbox's id in a message as Slack returns it; `undefined` for a message that is not ours. */
export function outboxIdIn(message: object): string | undefined {
  const id = payloadOf(message)?.["o"];
  return typeof id === "string" ? id : undefined;
}

/** The event of the end that a message of ours tells beside its own words, as Slack returns it. */
export function endIn(message: object): number | undefined {
  const ends = payloadOf(message)?.["e"];
  return typeof ends === "number" ? ends : undefined;
}

function payloadOf(message: object): { readonly [key: string]: unknown } | undefined {
  const { metadata } = message as {
    readonly metadata?: { readonly event_type?: unknown; readonly event_payload?: { readonly [key: string]: unknown } };
  };
  return metadata?.event_type === EVENT_TYPE ? metadata.event_payload : undefined;
}
