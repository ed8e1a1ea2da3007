import { failureIn } from "../language/failure-words.ts";
import type { Translator } from "../language/translator.ts";
import { messagesOfRun, type Transcript } from "../../engine/reading/transcript.ts";
import { noIn } from "../../engine/stances/stance-words.ts";
import { proposedAnswer } from "../../engine/reading/answer.ts";
import { stancesOn } from "../../engine/stances/stances.ts";

/** Who does not go along with the answer of a run. */
export interface Dissent {
  readonly agent: string;
  /** `unclear`: who was asked and has not said yes, or has not answered. */
  readonly stance: "disagree" | "unclear";
  /** Why, or the sentence that says it, as it stands in the log. */
  readonly words: string;
}

/**
 * Who does not agree when a run ends. Where the team asks, what each has decided, whatever the language; else an agent other than the one who
 * answers whose own last message says no in so many words, or as a verdict (`Verdict: reject`, `{"agrees": false}`).
 */
export function dissentOf(t: Translator, transcript: Transcript, answeredBy: string | undefined): readonly Dissent[] {
  const answer = proposedAnswer(transcript);
  const given = answer ? stancesOn(transcript, answer.seq) : [];
  const asked = given.flatMap(({ agent, stance, reason, error }) =>
    stance === "agree"
      ? []
      : [{ agent, stance, words: error ? t("ends.text.notAsked", { why: failureIn(t, error) }) : reason || t("ends.text.noReason") }],
  );
  const answered = new Set(given.map(({ agent }) => agent));
  const last = new Map<string, string>();
  for (const message of messagesOfRun(transcript))
    if (message.type === "message.posted" && "agent" in message && message.model !== undefined) last.set(message.agent, message.text);
  const said = [...last].flatMap(([agent, text]) => {
    const words = agent === answeredBy || answered.has(agent) ? undefined : no(t, text);
    return words === undefined ? [] : [{ agent, stance: "disagree" as const, words }];
  });
  return [...asked, ...said];
}

/** What stands in code or is quoted is somebody else's. */
const no = (t: Translator, text: string): string | undefined =>
  structured(t, text) ?? noIn(text.replaceAll(/```[^]*?(?:```|$)/g, " ").replaceAll(/^[ \t]*>.*$/gm, " "));

/** A verdict is shorter. */
const JSON_CHARS_MAX = 20_000;

function structured(t: Translator, text: string): string | undefined {
  const json = text
    .trim()
    .replace(/^```(?:json)?/, "")
    .replace(/```$/, "")
    .trim();
  if (json.length > JSON_CHARS_MAX || !json.startsWith("{") || !json.endsWith("}")) return undefined;
  try {
    const { agrees, verdict, vote, reason } = JSON.parse(json) as { readonly [key: string]: unknown };
    const said = typeof verdict === "string" ? verdict : vote;
    const isNo = agrees === false || (typeof said === "string" && noIn(said) !== undefined);
    return isNo ? (typeof reason === "string" && reason.trim() !== "" ? reason : t("ends.text.no")) : undefined;
  } catch {
    return undefined;
  }
}
