import type { Delta, EventBody, Person } from "../events/events.ts";
import type { Model, ModelMessage } from "../model.ts";
import type { Agent } from "../team.ts";
import { currentRun, messagesOfRun, repliesGiven, type Transcript } from "../reading/transcript.ts";
import { askOnce, type CountedReply } from "./ask.ts";
import { UNTOLD } from "../limits/usage.ts";
import { cutPieces } from "../reading/context.ts";
import { heard, type People } from "../reading/hearing.ts";
import { written } from "../reading/written.ts";
import { noticed, spokenBy, turnFailed } from "./spoken.ts";

/** The name under which a run that is ended at a limit is summed up: in the log, for people and in replay files. */
export const CLOSER = "Summary";

/** What the summary may take, whatever the run has taken: its reply, and as much of what was said as fits (about 10,000 tokens). */
export const CLOSING_OUTPUT_TOKENS_MAX = 1_000;
export const CLOSING_INPUT_CHARS_MAX = 40_000;
/** One message of it. The task is told whole as far as that goes, and the last words before the earlier ones. */
const MESSAGE_CHARS_MAX = 8_000;

/** Says in one reply, without tools, what a run has come to that cannot go on. */
export function closer(model: Model): Agent {
  return {
    name: CLOSER,
    description: "Sums up a run that ends at a limit.",
    async *turn(turn): AsyncGenerator<EventBody | Delta, void, void> {
      const { transcript, signal } = turn;
      const request = {
        agent: CLOSER,
        system: INSTRUCTIONS,
        tools: [],
        nth: repliesGiven(transcript, CLOSER),
        outputTokensMax: CLOSING_OUTPUT_TOKENS_MAX,
        messages: saidOf(transcript),
      };
      const reply = yield* askOnce(model, request, turn);
      if (signal.aborted) return;
      if (reply.kind === "failure") yield turnFailed(CLOSER, reply);
      else yield { type: "message.posted", agent: CLOSER, text: reply.text, ...spokenBy(model, reply), usage: reply.usage };
    },
  };
}

/** Says in one reply, without tools, what a run has come to: for people who have not read all of its turns. A failure is recorded, too, and not tried again. */
export function summarizer(model: Model, person?: Person): Agent {
  return {
    name: CLOSER,
    description: "Sums up a run for people.",
    async *turn(turn): AsyncGenerator<EventBody, void, void> {
      const { transcript, signal } = turn;
      const request = {
        agent: CLOSER,
        system: SUMMING_UP,
        tools: [],
        nth: repliesGiven(transcript, CLOSER),
        outputTokensMax: SUMMARY_OUTPUT_TOKENS_MAX,
        callMsMax: SUMMARY_SECONDS_MAX * 1_000,
        messages: saidOf(transcript),
      };
      const reply = await unseen(askOnce(model, request, turn));
      if (signal.aborted) return;
      const text = reply.kind === "failure" ? "" : reply.text.trim().slice(0, SUMMARY_CHARS_MAX);
      const { run = "" } = currentRun(transcript);
      yield {
        type: "run.summarized",
        run,
        agent: CLOSER,
        upToSeq: transcript.events.length,
        text,
        ...(person ? { person } : {}),
        ...(reply.kind === "failure"
          ? { error: { kind: reply.error.kind, message: reply.error.message }, ...noticed(reply) }
          : spokenBy(model, reply)),
        usage: reply.usage,
      };
    },
  };
}

/** Its words are shown once, with the result. A run has its answer without a summary: whatever stands against one, even a script that has none, is no end of it. */
async function unseen(asking: AsyncGenerator<Delta, CountedReply, void>): Promise<CountedReply> {
  try {
    for (;;) {
      const step = await asking.next();
      if (step.done) return step.value;
    }
  } catch (error) {
    return {
      kind: "failure",
      error: { kind: "unavailable", message: error instanceof Error ? error.message : String(error) },
      usage: UNTOLD,
    };
  }
}

/** Some sentences, or a short list; it stands on a card. */
export const SUMMARY_OUTPUT_TOKENS_MAX = 600;
const SUMMARY_CHARS_MAX = 3_000;
/** The result waits for it, and can do without. */
const SUMMARY_SECONDS_MAX = 60;

const SUMMING_UP = [
  "A team has talked about a task. Sum up for the person who asked, who has not read the talk:",
  "the answer first, with its exact numbers, names and files; then how sure it is, who of the team disagrees, and what is open, where there is any.",
  "Say only what was said below. Two to five plain sentences, without a heading.",
].join(" ");

const INSTRUCTIONS = [
  "A team has worked on a task and must stop now, because it has reached a limit.",
  "Sum up for the person who asked: what was found out or made, what is still open, and what to do next.",
  "Say only what was said below. Be brief: a few sentences or a short list.",
].join(" ");

function saidOf(transcript: Transcript): readonly ModelMessage[] {
  const people: People = new Map();
  const [task, ...others] = messagesOfRun(transcript).flatMap((message) => {
    const words = heard(CLOSER, message, people);
    return words ? [written(cutPieces(words, MESSAGE_CHARS_MAX)).text] : [];
  });
  let charsLeft = CLOSING_INPUT_CHARS_MAX - (task?.length ?? 0);
  const last = others.toReversed().filter((text) => (charsLeft -= text.length) >= 0);
  const leftOut = last.length < others.length ? ["(Some of what was said is left out here.)"] : [];
  const text = ["The task:", task ?? "", "What was said:", ...leftOut, ...last.toReversed(), "Now sum up."].join("\n\n");
  return [{ role: "user", text }];
}
