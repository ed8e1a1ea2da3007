import { codeBlocks, maySayCode } from "../code-blocks.ts";
import { read, type Fold } from "../reading/fold.ts";
import { isMessage, speakerOf, type Message, type Transcript } from "../reading/transcript.ts";

/** The name for people in rules; in a team that is a participant, for everybody outside it. */
export const USER = "user";

/** After whom, and on which words, who is next. */
export interface SelectorRule {
  /** An agent, also one that is a team; {@link USER} for a person. */
  readonly after: string;
  /** Both must hold where both are given; every message when absent. */
  readonly when?: { readonly hasCode?: true | undefined; readonly contains?: string | undefined } | undefined;
  readonly next: string;
}

/** After whom, who may be chosen. */
export interface CandidateRule {
  readonly after: string;
  readonly next: readonly string[];
}

/** The next speaker by the first rule that fits the last words of the run; nothing when none does. `languages`: what counts as code. */
export const nextByRule =
  (rules: readonly SelectorRule[], languages: readonly string[]) =>
  (transcript: Transcript): string | undefined => {
    const { from, ...said } = read(transcript, lastWords);
    return rules.find(({ after, when }) => after === from && fits(said, when, languages))?.next;
  };

/** Who may be chosen now; nothing when the table does not say. */
export const candidatesByRule =
  (rules: readonly CandidateRule[]) =>
  (transcript: Transcript): readonly string[] | undefined => {
    const { from } = read(transcript, lastWords);
    const offered = rules.filter(({ after }) => after === from).flatMap(({ next }) => next);
    return offered.length > 0 ? offered : undefined;
  };

function fits({ text, code }: Pick<LastWords, "text" | "code">, when: SelectorRule["when"], languages: readonly string[]): boolean {
  if (when?.contains !== undefined && !text.includes(when.contains)) return false;
  return !when?.hasCode || codeBlocks(code).some((block) => languages.includes(block.language));
}

/** What was said last in the run, and by which participant: a team's members speak for the team, and a participant who is a person ends a turn with an answer. */
const lastWords: Fold<LastWords> = {
  initial: () => NOTHING,
  step(state, event) {
    if (event.type === "run.started") return NOTHING;
    if (event.type === "turn.ended" && event.within === undefined) return { from: event.agent, text: state.text, code: "" };
    if (event.type === "turn.skipped" && event.within === undefined) return { ...NOTHING, from: event.agent };
    if (!isMessage(event)) return state;
    return { from: participantOf(event), text: event.text, code: maySayCode(event) ? event.text : "" };
  },
};

interface LastWords {
  readonly from: string | undefined;
  readonly text: string;
  /** The same where code may be taken from it. */
  readonly code: string;
}

const NOTHING: LastWords = { from: undefined, text: "", code: "" };

const participantOf = (message: Message): string =>
  "person" in message || message.outside ? USER : (message.within?.split("/")[0] ?? speakerOf(message));
