import { HUMAN, QUESTION_CHARS_MAX, type RunEvent } from "../events/events.ts";
import type { Agent } from "../team.ts";
import { beginOfTurn, eventsOfTurn, messagesOfRun, type Transcript } from "../reading/transcript.ts";
import { cutMiddle } from "../reading/context.ts";

export interface HumanSettings {
  readonly name: string;
  readonly description: string;
  /** What is asked at each of its turns; the last words of the others when absent. */
  readonly question?: string | undefined;
  /** Answers offered to choose from. */
  readonly options?: readonly string[] | undefined;
}

/**
 * A participant who is a person. With the floor it asks the thread, and the conversation waits in the log, not in the process; what the
 * person answers is the person's own message. Its turn ends with the answer, in whose words a graph looks for its conditions.
 */
export function human({ name, description, question: ask, options = [] }: HumanSettings): Agent {
  return {
    name,
    description,
    // eslint-disable-next-line typescript/require-await
    async *turn({ transcript }) {
      const turn = eventsOfTurn(transcript, name);
      const question = turn.find((event) => event.type === "handoff.made" && event.agent === name);
      if (!question) {
        const text = ask ?? lastWords(transcript, name);
        yield { type: "handoff.made", agent: name, to: HUMAN, text, turn: true, ...(options.length > 0 ? { options } : {}) };
        return;
      }
      yield { type: "turn.ended", agent: name, reason: turn.findLast((event) => isAnswer(event, question))?.text ?? "" };
    },
  };
}

const isAnswer = (event: RunEvent, question: RunEvent): event is RunEvent & { readonly type: "message.posted" } =>
  event.type === "message.posted" && "person" in event && event.seq > question.seq && (event.answers ?? question.seq) === question.seq;

function lastWords(transcript: Transcript, name: string): string {
  const begin = beginOfTurn(transcript, name);
  const last = messagesOfRun(transcript).findLast((message) => message.seq < begin);
  // Nobody is asked with their own words.
  return last && "agent" in last && last.text.trim() !== ""
    ? cutMiddle(last.text, QUESTION_CHARS_MAX)
    : "It is your turn: what do you say?";
}
