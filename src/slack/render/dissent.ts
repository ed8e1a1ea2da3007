import { messagesOfRun, type Transcript } from "../../engine/reading/transcript.ts";

/** An agent whose last word in a run is a no. */
export interface Dissent {
  readonly agent: string;
  /** The sentence that says it, as it stands in the log. */
  readonly words: string;
}

/**
 * Who still disagrees when a run ends: an agent other than the one who answers, whose own last message says so in so many words, or as a
 * verdict (`Verdict: reject`, `{"agrees": false}`). Nothing is guessed: doubt that is not spoken out is not dissent.
 */
export function dissentOf(transcript: Transcript, answeredBy: string | undefined): readonly Dissent[] {
  const last = new Map<string, string>();
  for (const message of messagesOfRun(transcript))
    if (message.type === "message.posted" && "agent" in message && message.model !== undefined) last.set(message.agent, message.text);
  return [...last].flatMap(([agent, text]) => {
    const words = agent === answeredBy ? undefined : no(text);
    return words === undefined ? [] : [{ agent, words }];
  });
}

function no(text: string): string | undefined {
  // What stands in code or is quoted is somebody else's.
  const own = text.replaceAll(/```[^]*?(?:```|$)/g, " ").replaceAll(/^\s*>.*$/gm, " ");
  return structured(text) ?? VERDICT.exec(own)?.[0].trim() ?? SPOKEN.exec(own)?.[0].trim();
}

function structured(text: string): string | undefined {
  const json = /^\s*(?:```(?:json)?\s*)?(\{[^]{1,20000}\})\s*(?:```)?\s*$/.exec(text)?.[1];
  if (json === undefined) return undefined;
  try {
    const { agrees, verdict, vote, reason } = JSON.parse(json) as { readonly [key: string]: unknown };
    const said = typeof verdict === "string" ? verdict : vote;
    const isNo = agrees === false || (typeof said === "string" && NO.test(said.trim()));
    return isNo ? (typeof reason === "string" && reason.trim() !== "" ? reason : "disagrees") : undefined;
  } catch {
    return undefined;
  }
}

const NO = /^(?:disagrees?|reject(?:s|ed)?|no|against|objects?|objection|not approved)$/i;
/** A line such as `**Verdict:** reject – the sample is too small`. */
const VERDICT =
  /^[ \t]*[*_]*(?:verdict|vote|decision|my view)[*_]*[ \t]*:[*_]*[ \t]*[*_]*(?:disagree|reject|no\b|against|objection|not approved)[^\n]{0,300}/im;
/** A sentence in which the speaker disagrees. "I do not disagree" is none. */
const SPOKEN =
  /(?:^|[.!?\n][ \t]*)[^.!?\n]{0,80}\bI (?:still |strongly |respectfully )?(?:disagree|object\b|do not agree|don['’]t agree|cannot agree)[^.!?\n]{0,300}[.!?]?/i;
