import type { Agent } from "../../engine/team.ts";
import { currentRun, lastSpeaker, messagesOfRun, speakerOf, type Transcript } from "../../engine/reading/transcript.ts";

/** What a policy, a stop or an agent of one's own reads: the run as it stands, nothing of how it is kept. */
export interface Conversation {
  /** What was asked for: the words with which the run began. */
  readonly task: string;
  /** What was said in the run, oldest first; the task is the first. */
  readonly messages: readonly Said[];
  /** The agent that had the floor last, in this run or an earlier one of the thread. */
  readonly lastSpeaker: string | undefined;
  /** Turns that have ended in this run. */
  readonly turns: number;
  /** The log itself, for what is not here; `/engine` has the functions that read it. */
  readonly transcript: Transcript;
}

export interface Said {
  /** An agent's name, or a person's. */
  readonly from: string;
  readonly isPerson: boolean;
  readonly text: string;
}

/** A person of the team as a policy sees them. */
export type Member = Pick<Agent, "name" | "description">;

/** Read when it is asked for. */
export const conversationOf = (transcript: Transcript): Conversation => ({
  get task() {
    return messagesOfRun(transcript)[0]?.text ?? "";
  },
  get messages() {
    return messagesOfRun(transcript).map((message) => ({ from: speakerOf(message), isPerson: !("agent" in message), text: message.text }));
  },
  get lastSpeaker() {
    return lastSpeaker(transcript);
  },
  get turns() {
    return currentRun(transcript).turns;
  },
  transcript,
});

/** What an extension threw, in one line for people. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, ERROR_CHARS_MAX);
const ERROR_CHARS_MAX = 500;
