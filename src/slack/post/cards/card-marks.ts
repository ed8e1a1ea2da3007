import { hash } from "node:crypto";
import type { Post, Store } from "../../../store/store.ts";
import type { Rendered, RenderedMessage } from "../../words/blocks.ts";

/** What cards show in Slack, as it is noted beside the log: so an edit that would change nothing is not made, by no process. */

/** Messages that change after they were posted. */
export const CARD_KINDS: ReadonlySet<string> = new Set(["card", "question", "approval", "halt", "hold"]);

/** The note of the card that was posted for this event. */
export const keyOf = (thread: string, seq: number): string => `card/${thread}/${seq}`;

export const markOf = ({ text, blocks }: RenderedMessage): string => hash("sha256", JSON.stringify([text, blocks]), "base64url");

/**
 * A message was posted: what it shows already need not be edited in, whoever keeps it up to date. Before the store says that it was delivered, for
 * then it is looked at.
 */
export async function noteCard(store: Pick<Store, "putNote">, post: Post, rendered: Rendered | undefined): Promise<void> {
  if (CARD_KINDS.has(post.kind) && rendered?.kind === "message") await store.putNote(keyOf(post.thread, post.seq), markOf(rendered));
}
