import type { AgentMessage, Recorded, StopReason } from "../events/events.ts";
import { messagesOfRun, type Transcript } from "./transcript.ts";

/** The last words of a model in a run: of the leader who sums up, else of whoever spoke last and said more than the stop word. */
export function answerOf(transcript: Transcript, stopWords: readonly string[]): Answer | undefined {
  for (const message of messagesOfRun(transcript).toReversed()) {
    if (message.type !== "message.posted" || !("agent" in message) || message.model === undefined) continue;
    const text = withoutStopWord(message.text, stopWords).trim();
    if (text !== "") return { agent: message.agent, text, seq: message.seq };
  }
  return undefined;
}

export interface Answer {
  readonly agent: string;
  readonly text: string;
  readonly seq: number;
}

/** The answer that a run is about to end with: the last words of a model in it. */
export function proposedAnswer(transcript: Transcript): (AgentMessage & Recorded) | undefined {
  return messagesOfRun(transcript).findLast(
    (message): message is AgentMessage & Recorded & typeof message =>
      message.type === "message.posted" && "agent" in message && message.model !== undefined && message.text.trim() !== "",
  );
}

/** Whether a run that stops for this reason has come to an answer: not where it waits for somebody, or was counted out. */
export const hasAnswer = ({ kind }: StopReason): boolean =>
  kind !== "handoff" && kind !== "maxMessages" && kind !== "maxTurns" && kind !== "toolCalled";

/**
 * Takes a stop word away where it is the team's and not the reader's: alone on the last line, or after the last sentence.
 * In the middle of a sentence it is a word like any other.
 */
export function withoutStopWord(text: string, stopWords: readonly string[]): string {
  const trimmed = text.trimEnd();
  for (const word of stopWords) {
    // Only the end is looked at, so that a long text costs no more than a short one.
    const start = Math.max(0, trimmed.length - word.length - STOP_WORD_WINDOW);
    const bare = trimmed.slice(start).replace(/(?<![\s*_`.!"'#>])[\s*_`.!"'#>]+$/, "");
    if (word === "" || !bare.endsWith(word)) continue;
    const before = bare.slice(0, -word.length).replace(/(?<![*_`"'#>])[*_`"'#>]+[ \t]*$/, "");
    const isAlone = /(?:^|\n)[ \t]*$/.test(before) && (start === 0 || before !== "");
    if (isAlone || /[.!?:;)\]}*_`"'…][ \t]+$/.test(before)) return (trimmed.slice(0, start) + before).trimEnd();
  }
  return text;
}

/** Decoration around a stop word, such as `**…**.`, is shorter. */
const STOP_WORD_WINDOW = 200;
