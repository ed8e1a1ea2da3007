import type { RunState } from "../engine/run-state.ts";
import type { Transcript } from "../engine/transcript.ts";
import { personOf, type Ears } from "./ears.ts";
import { safeMrkdwn } from "./escape.ts";
import { refusal } from "./permissions.ts";
import { standingText } from "./standing.ts";
import type { Listener } from "./whisper.ts";
import type { Word } from "./words.ts";

/** Who ended it and why they may: for the word, the button, the command and Slack's own Stop. */
export async function stop(
  ears: Ears,
  from: {
    readonly thread: string;
    readonly run: RunState;
    readonly user: string;
    readonly external: boolean;
    readonly listener: Listener;
  },
): Promise<boolean> {
  const refused = refusal("stop", { user: from.user, external: from.external, startedBy: from.run.startedBy }, ears.allow);
  if (refused && from.run.running) {
    await ears.whisper.tell(from.listener, safeMrkdwn(refused));
    return false;
  }
  const stopped = await ears.runner.stop(from.thread, await personOf(ears, from.user));
  if (!stopped) await ears.whisper.tell(from.listener, "No agent is talking in this thread; there is nothing to stop.");
  return stopped;
}

/** A word alone on its line, about the run itself. */
export async function command(
  ears: Ears,
  word: Exclude<Word, "help">,
  from: Parameters<typeof steer>[2] & { readonly transcript: Transcript },
): Promise<void> {
  switch (word) {
    case "stop":
      await stop(ears, from);
      return;
    case "summary":
      await ears.whisper.tell(from.listener, from.run.run ? standingText(from.transcript) : "No agents have talked in this thread yet.");
      return;
    case "pause":
    case "resume":
    case "skip":
      await steer(ears, word, from);
  }
}

/** Pause, resume or skip, by word or by button. Resolves to whether it was to be had. */
export async function steer(
  ears: Ears,
  kind: "pause" | "resume" | "skip",
  /** `id`: of the message or the press, so that it is done once when it is handled again. */
  from: Parameters<typeof stop>[1] & { readonly id: string | undefined },
): Promise<boolean> {
  const { thread, run, user, external, listener } = from;
  const refused = refusal("steer", { user, external, startedBy: run.startedBy }, ears.allow);
  if (refused && run.running) {
    await ears.whisper.tell(listener, safeMrkdwn(refused));
    return false;
  }
  const id = from.id === undefined ? {} : { id: from.id };
  const done = await ears.runner.steer(thread, { kind, person: await personOf(ears, user), ...id });
  if (!done) await ears.whisper.tell(listener, run.running ? NOT_NOW[kind] : "No agent is talking in this thread.");
  return done;
}

const NOT_NOW = {
  pause: "The run is paused already. `resume` lets it go on.",
  resume: "The run is not paused.",
  skip: "Nobody has the floor just now: there is no turn to skip.",
} as const;
