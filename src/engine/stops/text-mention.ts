import type { AgentMessage, HandoffMade } from "../events/events.ts";
import { fences } from "../code-blocks.ts";
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
  event.type === "handoff.made" && event.beside !== undefined ? [event.beside, event.text] : [event.text];

/**
 * Whether words end with this text as one that ends a conversation does: alone on the last line, or behind the last sentence, in any script.
 * Marks around it and behind it do not count, but for a question mark: who asks does not end. Not within a sentence ("reply with TERMINATE"),
 * in a quotation, or in a block of code, closed or not.
 */
function endingWith(text: string): (words: string) => boolean {
  const bare = text.trimEnd();
  const isDress = LOOSE.test(bare.at(-1) ?? "") && bare.replace(TRAILING, "") === "";
  const wanted = isDress ? bare : bare.replace(TRAILING, "");
  return (words) => {
    // Most words hold it nowhere: that is seen at once.
    if (!words.includes(wanted)) return false;
    const said = words.trimEnd();
    if (FENCE.test(said)) return false;
    const end = isDress ? said : said.replace(TRAILING, "");
    return end.endsWith(wanted) && SENTENCE_ENDED.test(end.slice(0, -wanted.length)) && fences(words).at(-1)?.isOpen !== true;
  };
}

/** The last line closes a block of code. */
const FENCE = /(?:^|\n)[ \t]*(?:`{3,}|~{3,})$/;
const LOOSE = /[\s*_`~"'“”‘’«»「」()[\]<>.!…。！]/;
/** What may stand behind a stop word and is no more than its dress: marks, an emoji, a line across the page, a comment in HTML. */
const TRAILING = new RegExp(String.raw`(?:${LOOSE.source}|\p{Extended_Pictographic}\uFE0F?|\n[ \t]*[-=]{3,}(?=\s*$)|<!--[^<>]*-->)+$`, "u");
/** A line's beginning, a sentence's end, a bracket, an emoji, a tag's end or a dash, and then nothing but dress. */
const SENTENCE_ENDED =
  /(?:^|\n|\\n|[\p{Sentence_Terminal}…:：;；)\]}）】|]|\p{Extended_Pictographic}\uFE0F?|<\/[\w-]+>|(?:^|\s)(?:[-–—]|#{1,6}))[ \t\u00a0\u3000*_`~"'“‘”’«»「」([<¡¿]*$/u;
