import { randomUUID } from "node:crypto";
import type { Person } from "../../engine/events/events.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import type { Refused } from "../../runner/refused.ts";
import type { ForkWish } from "../../runner/runner.ts";
import { refusedText } from "../commands/day-budgets.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { inLanguageOf, personOf } from "../commands/message-context.ts";
import type { Translator } from "../language/translator.ts";
import type { OnlookerThreads } from "../people/onlookers.ts";
import { isPosted, postOnce } from "../post/post-once.ts";
import { whatIsOther } from "../render/fork-words.ts";
import { runOf } from "../render/log-reading.ts";
import { channelOf, placeOf, threadKey } from "../words/place.ts";

/** A fork that is to go on in a thread of its own, in the channel of the run that it is made of. */
export interface ThreadForkWish extends Pick<ForkWish, "from" | "seq" | "team" | "speaker" | "words" | "snapshot"> {
  readonly user: string;
  /** The same each time the same wish is handled. */
  readonly key: string;
}

export type ForkedInThread =
  | { readonly kind: "forked"; readonly thread: string }
  /** `isTold`: the person has been, under the root, which was posted before it was refused. */
  | { readonly kind: "refused"; readonly why: Refused; readonly isTold: boolean }
  /** The person has been told directly. */
  | { readonly kind: "unposted" };

/**
 * Its root says whose it is and where it comes from; the log up to the turn is copied under it, and the first thread, where it is shown, is told where it
 * is. Handled again after a crash, each of these is there once. Whether the person may is asked before.
 */
export async function forkInThread(ctx: HandlerContext, { user, key, ...wanted }: ThreadForkWish): Promise<ForkedInThread> {
  const { channel } = channelOf(wanted.from) ?? {};
  if (channel === undefined) throw new Error(`the thread ${wanted.from} is in no channel`);
  const transcript = await ctx.runner.read(wanted.from);
  const person: Person = await personOf(ctx, user);
  const wish = { ...wanted, workspace: ctx.me.team, person, ...(await inLanguageOf(ctx, user)) };
  // Begun before a crash, it is not asked again.
  const why = !(await isPosted(ctx.store, `slack/fork/${key}`)) && (await ctx.runner.refusesFork(wish));
  if (why) return { kind: "refused", why, isTold: false };
  const before = currentRun({ events: transcript.events.slice(0, wish.seq) });
  const lineIn = (t: Translator) => ({
    person: `<@${user}>`,
    turn: t.number(before.turns),
    how: whatIsOther(t, wish, before.team),
  });
  const first = placeOf(wish.from);
  const t = await ctx.languages.of(user);
  const ofThread = t("lines.text.ofThread");
  const text = t("lines.text.forkRoot", { ...lineIn(t), thread: first ? await linkTo(ctx, first, ofThread) : ofThread });
  const ts = await postOnce(ctx, { key: `fork/${key}`, user, channel, text });
  if (!ts) return { kind: "unposted" };
  const thread = threadKey({ team: ctx.me.team, channel, ts });
  const forked = await ctx.runner.fork({ ...wish, thread });
  if (forked.kind === "refused") {
    // Whoever reads the root is told that nothing follows it.
    const refused = t("lines.text.forkRefused", { person: `<@${user}>`, why: await refusedText(ctx, t, forked, channel) });
    await postOnce(ctx, { key: `fork-refused/${key}`, user, channel, threadTs: ts, text: refused });
    return { kind: "refused", why: forked, isTold: true };
  }
  if (first) {
    // The first thread goes on in its own language.
    const own = await ctx.languages.ofRun(runOf(transcript, wish.seq).state);
    const news = own("lines.text.forkNews", { ...lineIn(own), thread: await linkTo(ctx, { channel, ts }, own("lines.text.ownThread")) });
    await postOnce(ctx, { key: `forked/${key}`, user, channel, threadTs: first.ts, text: news });
  }
  return { kind: "forked", thread };
}

/** A link to a message; its words alone where Slack gives none. */
async function linkTo(ctx: HandlerContext, at: { readonly channel: string; readonly ts: string }, words: string): Promise<string> {
  const link = await permalinkTo(ctx, at);
  return link === undefined ? words : `<${link}|${words}>`;
}

/** Nothing where Slack gives none. */
async function permalinkTo(
  ctx: HandlerContext,
  { channel, ts }: { readonly channel: string; readonly ts: string },
): Promise<string | undefined> {
  const found = await ctx.web.read.chat.getPermalink({ channel, message_ts: ts }).catch(() => undefined);
  return found?.permalink;
}

/** For people who look at runs elsewhere, and begin forks there. */
export const threadsFor = (ctx: HandlerContext): OnlookerThreads => ({
  linkTo: (place) => permalinkTo(ctx, place),
  async fork(wish) {
    const forked = await forkInThread(ctx, { ...wish, key: `studio/${randomUUID()}` });
    switch (forked.kind) {
      case "forked":
        return { thread: forked.thread };
      case "refused":
        return { refused: forked.why.reason };
      case "unposted":
        return { refused: "It could not be posted there; you have been told in Slack why." };
    }
  },
});
