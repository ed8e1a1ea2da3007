import type { Post, Store } from "../../../store/store.ts";
import type { RenderedMessage } from "../../words/blocks.ts";
import { metadataOf, outboxId } from "../../words/metadata.ts";
import { placeOf } from "../../words/place.ts";
import type { PostContext, Posted } from "../post-or-find.ts";
import { type NoteStore, postNoted, TRYING } from "../post-once.ts";

/** A card that Slack lets nobody edit any more. */
export interface Unedited extends Pick<Post, "thread" | "seq" | "kind">, Pick<RenderedMessage, "text" | "blocks"> {
  readonly run: string;
}

/**
 * Posts what the card should say as a new message below, which is edited from then on. Once for each card: it is written down before, and
 * what did not come back is looked for before it is tried again. Where nobody can look it is left: two cards are worse than one that is old.
 */
export async function postAnew(
  { thread, seq, kind, run, text, blocks }: Unedited,
  ctx: PostContext & { readonly store: NoteStore },
): Promise<Posted> {
  const place = placeOf(thread);
  if (!place) return { kind: "failed", failure: { kind: "refused", code: "no_place" } };
  const id = `${outboxId({ seq, kind, part: 0 })}.anew`;
  const message = { id, channel: place.channel, threadTs: place.ts, text, blocks, metadata: metadataOf({ seq, kind }, id, run) };
  const key = noteKey(thread, seq, kind);
  // As an earlier Parley noted it.
  await ctx.store.swapNote(key, TRIED, `${TRYING}0`);
  return postNoted(ctx, { ...message, key }, { blind: "leave" });
}

/** The message that took the card's place, if one did. */
export async function anewOf(
  store: Pick<Store, "note">,
  { thread, seq, kind }: Pick<Post, "thread" | "seq" | "kind">,
): Promise<string | undefined> {
  const ts = await store.note(noteKey(thread, seq, kind));
  return ts && /^\d/.test(ts) ? ts : undefined;
}

const TRIED = "tried";

const noteKey = (thread: string, seq: number, kind: string): string => `card-anew/${thread}/${seq}.${kind}`;
