import { HUMAN, type AgentMessage, type HandoffMade } from "../events/events.ts";
import { fences } from "../reading/fences.ts";
import { isHandover, when } from "../limits/by-event.ts";
import type { TerminationCondition } from "../team.ts";

/** Where in a message a stop word counts: at its end, as {@link endingWith} has it, or anywhere. */
export type MentionPlace = "end" | "anywhere";

/**
 * A text in the words of an agent; with `agents`, of one of these. In a person's words only where the person is a participant and it is their
 * turn: a task may speak of the stop word.
 */
export function textMention(text: string, agents?: readonly string[], where: MentionPlace = "end"): TerminationCondition {
  const isSaidIn = where === "anywhere" ? (words: string) => words.includes(text) : endingWith(text);
  const counts = (speaker: string) => agents === undefined || agents.includes(speaker);
  return when((event, participants) => {
    if (event.type !== "message.posted" && !isHandover(event)) return undefined;
    const speaker = ("agent" in event ? [event.agent] : participants).find(counts);
    if (speaker === undefined) return undefined;
    const words = "agent" in event ? wordsOf(event) : [event.text];
    return words.some(isSaidIn) ? { kind: "textMention", text, agent: speaker } : undefined;
  });
}

const wordsOf = (event: HandoffMade | AgentMessage): readonly string[] =>
  // Whoever asks goes on with the answer, whatever stands before the question.
  event.type === "handoff.made" && event.beside !== undefined && event.to !== HUMAN ? [event.beside, event.text] : [event.text];

/**
 * Whether words end with this text as one that ends a conversation does: alone on the last line, or behind the last sentence, in any script.
 * Marks around it and behind it do not count, but for a question mark: who asks does not end. Not within a sentence ("reply with TERMINATE"),
 * in a quotation, or in a block of code, closed or not.
 */
function endingWith(text: string): (words: string) => boolean {
  const bare = text.trimEnd();
  const isDress = LOOSE.test(bare.at(-1) ?? "") && undressed(bare) === "";
  const wanted = isDress ? bare : undressed(bare);
  return (words) => {
    // Most words hold it nowhere: that is seen at once.
    if (!words.includes(wanted)) return false;
    const said = words.trimEnd();
    if (FENCE.test(said)) return false;
    const end = isDress ? said : undressed(said);
    return end.endsWith(wanted) && SENTENCE_ENDED.test(end.slice(0, -wanted.length)) && fences(words).at(-1)?.isOpen !== true;
  };
}

/** The last line closes a block of code. */
const FENCE = /(?:^|\n)[ \t]*(?:`{3,}|~{3,})$/;
const LOOSE = /[\s*_`~"'“”‘’«»「」()[\]<>.!…。！]/;
/** A line across the page. */
const RULE = /^\n[ \t]*[-=]{3,}$/;
const COMMENT_END = "-->";

/**
 * A text that ends with no blank, without what may stand behind a stop word and is no more than its dress: marks, emoji, a comment in HTML, and
 * a line across the page at the very end. Read from its end on, once: behind a long text stands little, and in it may stand anything.
 */
function undressed(text: string): string {
  const rule = RULE.exec(text.slice(text.lastIndexOf("\n")));
  let end = text.length - (rule ? rule[0].length : 0);
  for (let begin = end; ; end = begin) {
    begin = beginOfDress(text, end);
    if (begin === end) return text.slice(0, end);
  }
}

/** Where the last piece of dress before this place begins; the place itself where there is none. */
function beginOfDress(text: string, end: number): number {
  const comment = text.startsWith(COMMENT_END, end - COMMENT_END.length) ? beginOfComment(text, end - COMMENT_END.length) : -1;
  if (comment >= 0) return comment;
  const last = text[end - 1] ?? "";
  if (LOOSE.test(last)) return end - 1;
  const emojiEnd = last === "\uFE0F" ? end - 1 : end;
  const emoji = EMOJI.exec(text.slice(Math.max(0, emojiEnd - 2), emojiEnd))?.[0];
  return emoji === undefined ? end : emojiEnd - emoji.length;
}
const EMOJI = /\p{Extended_Pictographic}$/u;

/** -1: none, as a bracket stands in it. */
function beginOfComment(text: string, end: number): number {
  let at = end - 1;
  while (at >= 0 && text[at] !== "<" && text[at] !== ">") at--;
  return at >= 0 && text.startsWith("<!--", at) && at + 4 <= end ? at : -1;
}

/** A line's beginning, a sentence's end, a bracket, an emoji, a tag's end or a dash, and then nothing but dress. */
const SENTENCE_ENDED =
  /(?:^|\n|\\n|[\p{Sentence_Terminal}…:：;；)\]}）】|]|\p{Extended_Pictographic}\uFE0F?|<\/[\w-]+>|(?:^|\s)(?:[-–—]|#{1,6}))[ \t\u00a0\u3000*_`~"'“‘”’«»「」([<¡¿]*$/u;
