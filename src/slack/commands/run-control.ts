import type { RunState } from "../../engine/reading/run-state.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import type { Affiliation } from "../people/affiliation.ts";
import { personOf, type MessageContext } from "./message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { refused, type Attempt } from "../people/permission-check.ts";
import { standingText } from "../render/run-summary.ts";
import type { Listener } from "../signs/ephemeral.ts";
import type { Word } from "./control-phrases.ts";

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
  if (!stopped) await ctx.whisper.tell(from.listener, "No agent is talking in this thread; there is nothing to stop.");
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
      await ctx.whisper.tell(from.listener, from.run.run ? standingText(from.transcript) : "No agents have talked in this thread yet.");
      return;
    case "pause":
    case "resume":
    case "skip":
      await steer(ctx, word, from);
  }
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
  if (!done) await ctx.whisper.tell(listener, run.running ? NOT_NOW[kind] : "No agent is talking in this thread.");
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

const NOT_NOW = {
  pause: "The run is paused already. `resume` lets it go on.",
  resume: "The run is not paused.",
  skip: "Nobody has the floor just now: there is no turn to skip.",
} as const;
