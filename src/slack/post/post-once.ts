import type { Store } from "../../store/store.ts";
import { takenOver } from "../api/while-ours.ts";
import { tellDirectly, type HandlerContext } from "../commands/handler-context.ts";
import { postLooking, type PostOptions, type Message, type PostContext, type Posted } from "./post-or-find.ts";

/** A person's words that came by another way than a message, to be posted in their name. */
interface Words {
  /** The same each time the same words are handled. */
  readonly key: string;
  readonly user: string;
  readonly channel: string;
  /** A message of its own when absent. */
  readonly threadTs?: string;
  readonly text: string;
}

/**
 * A message of the app's own about what a person did elsewhere, posted once for its key. Resolves to its ts; to nothing when it could not be
 * posted, which the person has been told.
 */
export async function postOnce(ctx: HandlerContext, { key, user, ...words }: Words): Promise<string | undefined> {
  // Words that nobody reads are a task that nobody does: where nobody can look, twice is the smaller harm.
  const posted = await postNoted(ctx, { ...words, id: key, key: `slack/${key}` }, { blind: "again" });
  if (posted.kind === "posted") return posted.ts;
  const { code } = posted.failure;
  const isOutside = code === "not_in_channel" || code === "channel_not_found";
  const t = await ctx.languages.of(user);
  const where = `<#${words.channel}>`;
  const text = isOutside ? `${where}: ${t("refusals.text.invite")}` : t("refusals.text.couldNotPost", { where, code });
  await tellDirectly(ctx, user, text);
  if (!isOutside) ctx.log(`a person's words could not be posted in ${words.channel} (${code})`);
  return undefined;
}

/**
 * Posts it once for its key, however often this is called, and wherever: one tries at a time. That it is being tried is noted before; so after a
 * crash, or an answer that was lost, it is looked for by its metadata, as the outbox does. A message that was refused may be tried again. Rejects as the
 * store does, and where it is another process' by now.
 */
export async function postNoted(
  ctx: PostContext & { readonly store: NoteStore },
  { key, ...message }: Message & { readonly key: string },
  { blind, signal }: Pick<PostOptions, "blind" | "signal">,
): Promise<Posted> {
  const { store, clock } = ctx;
  return store.exclusively(key, async (lost) => {
    const noted = await store.note(key);
    if (noted && !noted.startsWith(TRYING)) return { kind: "posted", ts: noted };
    const trying = `${TRYING}${clock.now()}`;
    // Another one may have begun all the same, where this one was taken for dead: then it is looked for first.
    const isFirst = !noted && (await store.swapNote(key, noted, trying));
    const triedSince = isFirst ? undefined : Number((noted || trying).slice(TRYING.length));
    const posted = await postLooking(ctx, message, { blind, triedSince, signal: signal ? AbortSignal.any([signal, lost]) : lost });
    if (posted.kind === "posted") await store.putNote(key, posted.ts);
    else if (lost.aborted) throw takenOver("a message", lost);
    return posted;
  });
}

/** What it takes to do something once. */
export type NoteStore = Pick<Store, "note" | "putNote" | "swapNote" | "exclusively">;

/** Whether {@link postNoted} has come to its end for this key. */
export async function isPosted(store: Pick<Store, "note">, key: string): Promise<boolean> {
  const noted = await store.note(key);
  return Boolean(noted) && !noted?.startsWith(TRYING);
}

/** Before the time at which the first try began. */
export const TRYING = "trying ";
