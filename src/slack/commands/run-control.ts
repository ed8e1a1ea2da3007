import type { RunState } from "../../engine/reading/run-state.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import type { Affiliation } from "../people/affiliation.ts";
import { personOf, type MessageContext } from "./message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { refused, type Attempt } from "../people/permission-check.ts";
import { READ } from "../signs/reactions.ts";
import { standingText } from "../render/run-summary.ts";
import type { Listener } from "../signs/ephemeral.ts";
import type { Word } from "../words/control-phrases.ts";

/** Who ended it and why they may: for the word, the button, the command and Slack's own Stop. */
export async function stop(
  ctx: MessageContext,
  from: {
    readonly thread: string;
    readonly run: RunState;
    readonly user: string;
    readonly affiliation: Affiliation;
    readonly listener: Listener;
    /** Of the press or the message; what is handled again after a crash is recorded once. */
    readonly id?: string | undefined;
  },
): Promise<boolean> {
  const no = from.run.running && (await refused(ctx, "stop", attemptOf(from)));
  if (no) {
    await ctx.whisper.tell(from.listener, safeMrkdwn(no));
    return false;
  }
  const stopped = await ctx.runner.stop(from.thread, await personOf(ctx, from.user));
  if (!stopped) await ctx.whisper.tell(from.listener, (await ctx.languages.of(from.user))("control.text.nothingToStop"));
  return stopped;
}

/** A word alone on its line, about the run itself. */
export async function command(
  ctx: MessageContext,
  word: Exclude<Word, "help">,
  from: Parameters<typeof steer>[2] & { readonly transcript: Transcript },
): Promise<void> {
  switch (word) {
    case "stop":
      await stop(ctx, from);
      return;
    case "summary":
      if (from.run.run === undefined)
        return ctx.whisper.tell(from.listener, (await ctx.languages.of(from.user))("control.text.noneTalked"));
      // A model takes its time; what is said next in the thread does not wait for it.
      void summarize(ctx, from).catch((error: unknown) => ctx.log("a summary could not be told", error));
      return;
    case "pause":
    case "resume":
    case "skip":
      // Where the word was said; the line below says the rest to everybody.
      if ((await steer(ctx, word, from)) && from.listener.ts !== undefined)
        ctx.whisper.react({ channel: from.listener.channel, ts: from.listener.ts }, READ);
  }
}

/** For one person: where the run stands, summed up by a model of the team's for those who may spend on it, else with the last words. */
async function summarize(ctx: MessageContext, from: Parameters<typeof steer>[2]): Promise<void> {
  const { thread, user, listener } = from;
  const mayAsk = (await refused(ctx, "steer", attemptOf(from))) === undefined;
  const summary = mayAsk ? await ctx.runner.sumUp(thread, await personOf(ctx, user)) : undefined;
  const transcript = await ctx.runner.read(thread);
  const stopWords = ctx.teams.cards.find(({ name }) => name === currentRun(transcript).team)?.stopWords;
  await ctx.whisper.tell(listener, standingText(await ctx.languages.of(user), transcript, summary, stopWords));
}

/** Pause, resume or skip, by word or by button. Resolves to whether it was to be had. */
export async function steer(ctx: MessageContext, kind: "pause" | "resume" | "skip", from: Parameters<typeof stop>[1]): Promise<boolean> {
  const { thread, run, user, listener } = from;
  const no = run.running && (await refused(ctx, "steer", attemptOf(from)));
  if (no) {
    await ctx.whisper.tell(listener, safeMrkdwn(no));
    return false;
  }
  const id = from.id === undefined ? {} : { id: from.id };
  const done = await ctx.runner.steer(thread, { kind, person: await personOf(ctx, user), ...id });
  if (!done) {
    const t = await ctx.languages.of(user);
    await ctx.whisper.tell(listener, t(run.running ? `control.text.notNow.${kind}` : "control.text.noneTalking"));
  }
  return done;
}

const attemptOf = ({ thread, run, user, affiliation, listener, id }: Parameters<typeof stop>[1]): Attempt => ({
  user,
  affiliation,
  startedBy: run.startedBy,
  channel: listener.channel,
  subject: thread,
  ...(id === undefined ? {} : { id }),
});
