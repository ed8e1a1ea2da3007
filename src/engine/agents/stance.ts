import type { EventBody } from "../events/events.ts";
import { readObject } from "../json-schema.ts";
import type { AnswerSpec, Model, ModelMessage } from "../model.ts";
import { CONTEXT_DEFAULT, cutMiddle, type ContextStrategy } from "../reading/context.ts";
import { read } from "../reading/fold.ts";
import { repliesGiven, type Transcript } from "../reading/transcript.ts";
import { viewOf } from "../reading/view.ts";
import { readStance, type Stance } from "../stances/stance-words.ts";
import { proposedAnswer } from "../reading/answer.ts";
import type { Agent } from "../team.ts";
import { askUnseen } from "./ask.ts";
import { noticed } from "./spoken.ts";

export interface StanceSettings {
  readonly name: string;
  readonly model: Model;
  /** Those of the agent. */
  readonly instructions: string;
  readonly context?: ContextStrategy;
  /** What it hears of the log; all of it when absent. */
  readonly hears?: (transcript: Transcript) => Transcript;
}

/**
 * An agent where it is asked, for itself alone, whether it agrees with the answer that a run is about to end with: one call, whose reply nobody
 * else reads. A reply that is no JSON is read as it is, in whatever language; a model that fails is told as having no view.
 */
export function stanceOf({ name, model, instructions, context: strategy = CONTEXT_DEFAULT, hears = (all) => all }: StanceSettings): Agent {
  const view = viewOf(name);
  return {
    name,
    description: "Says whether it agrees with the answer.",
    async *turn(turn): AsyncGenerator<EventBody, void, void> {
      const { transcript, signal } = turn;
      const answer = proposedAnswer(transcript);
      if (!answer) throw new Error("there is no answer to agree with");
      const request = { agent: name, system: instructions, tools: [], nth: repliesGiven(transcript, name), answer: STANCE };
      const extra: ModelMessage[] = [
        {
          role: "user",
          text: QUESTION,
          beside: [{ from: { kind: "agent", name: answer.agent }, text: cutMiddle(answer.text, ANSWER_CHARS_MAX) }],
        },
      ];
      const reply = await askUnseen({ model, request, context: read(hears(transcript), view), strategy, extra }, turn);
      if (signal.aborted) return;
      const said =
        reply.kind === "failure"
          ? { stance: "unclear" as const, reason: "", error: { kind: reply.error.kind, message: reply.error.message } }
          : judged(reply.text);
      yield { type: "stance.given", agent: name, of: answer.seq, ...said, ...noticed(reply), usage: reply.usage };
    },
  };
}

function judged(text: string): { readonly stance: Stance; readonly reason: string } {
  const found = readObject(STANCE.schema, text);
  if (found.kind === "misfit") return { stance: readStance(text), reason: text.trim().slice(0, REASON_CHARS_MAX) };
  const { stance, reason } = found.value as { readonly stance: Stance; readonly reason?: string };
  return { stance, reason: (reason ?? "").trim().slice(0, REASON_CHARS_MAX) };
}

/** Told to people in a line or two. */
const REASON_CHARS_MAX = 1_000;
const ANSWER_CHARS_MAX = 4_000;

const QUESTION =
  "The team is about to end with the answer below. For yourself alone: do you agree with it? Nobody of the team reads your reply, and nothing is decided by it; " +
  "a person is told who disagrees, and why. Say AGREE or DISAGREE first, then why in one or two sentences.";

const STANCE: AnswerSpec = {
  name: "stance",
  schema: {
    type: "object",
    properties: { stance: { type: "string", enum: ["agree", "disagree", "unclear"] }, reason: { type: "string" } },
    required: ["stance", "reason"],
    additionalProperties: false,
  },
};
