import type { WebClient } from "@slack/web-api";
import type { Post, Store } from "../store/store.ts";
import { failureOf, type CallFailure } from "./api-errors.ts";
import type { RenderedMessage } from "./blocks.ts";
import { metadataOf, outboxId } from "./metadata.ts";
import { placeOf } from "./place.ts";

/** A card that Slack lets nobody edit any more. */
export interface Unedited extends Pick<Post, "thread" | "seq" | "kind">, Pick<RenderedMessage, "text" | "blocks"> {
  readonly run: string;
}

/**
 * Posts what the card should say as a new message below, which is edited from then on. Once for each card: it is written down before, and
 * what does not come back is not tried again, for a card that is there twice is worse than one that is old.
 */
export async function postAnew(
  { thread, seq, kind, run, text, blocks }: Unedited,
  { store, write }: { readonly store: Pick<Store, "note" | "putNote">; readonly write: WebClient },
): Promise<{ readonly kind: "posted" } | { readonly kind: "failed"; readonly failure: CallFailure } | { readonly kind: "tried before" }> {
  const place = placeOf(thread);
  const key = noteKey(thread, seq, kind);
  if (!place || (await store.note(key))) return { kind: "tried before" };
  await store.putNote(key, TRIED);
  try {
    const { ts } = await write.chat.postMessage({
      channel: place.channel,
      thread_ts: place.ts,
      text,
      blocks: [...blocks],
      unfurl_links: false,
      unfurl_media: false,
      metadata: metadataOf({ seq, kind }, `${outboxId({ seq, kind, part: 0 })}.anew`, run),
    });
    if (ts) await store.putNote(key, ts);
    return { kind: "posted" };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "limited") await store.putNote(key, "");
    return { kind: "failed", failure };
  }
}

/** The message that took the card's place, if one did. */
export async function anewOf(
  store: Pick<Store, "note">,
  { thread, seq, kind }: Pick<Post, "thread" | "seq" | "kind">,
): Promise<string | undefined> {
  const ts = await store.note(noteKey(thread, seq, kind));
  return ts && ts !== TRIED ? ts : undefined;
}

const TRIED = "tried";

const noteKey = (thread: string, seq: number, kind: string): string => `card-anew/${thread}/${seq}.${kind}`;
