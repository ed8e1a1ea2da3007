import type { Source } from "../../reading/attribution.ts";
import type { CodeRan, Delta, EventBody, RunEvent } from "../../events/events.ts";
import type { AnswerSpec, Model, ModelMessage } from "../../model.ts";
import type { Agent } from "../../team.ts";
import type { Turn } from "../../turn.ts";
import { read, type Fold } from "../../reading/fold.ts";
import { eventsOfTurn, repliesGiven } from "../../reading/transcript.ts";
import { plus } from "../../limits/usage.ts";
import { ask, askUnseen, type CountedReply } from "../ask.ts";
import { codeBlocks } from "../../code-blocks.ts";
import { add, CONTEXT_DEFAULT, emptyContext, summarize, type Context, type ContextStrategy } from "../../reading/context.ts";
import { amendHeard, hear, openEar, type Ear } from "../../reading/hearing.ts";
import { holding } from "../../held-code/holding.ts";
import { runBlock, type BlockRunner, type WrittenBlock } from "./run-block.ts";
import { noticed, spokenBy, turnFailed } from "../spoken.ts";
import { keepInShort } from "../summary.ts";

export interface CoderSettings extends BlockRunner {
  readonly description: string;
  readonly instructions: string;
  readonly model: Model;
  readonly languages: readonly string[];
  /** How often it may try again after code that failed. */
  readonly retriesMax: number;
  /** How much of what was said its model is handed; {@link CONTEXT_DEFAULT} when absent. */
  readonly context?: ContextStrategy;
}

/**
 * A code-runner with a model: it writes code, runs it, reads what came of it, decides whether to try again, and explains. A reply without
 * code is its answer.
 */
export function coder(settings: CoderSettings): Agent {
  const { name, description, context: strategy = CONTEXT_DEFAULT } = settings;
  const view = coderView(name);
  const held = holding({ languages: settings.languages, runners: [] });

  async function* speak(turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
    const { transcript, signal } = turn;
    while (!signal.aborted) {
      const steps = eventsOfTurn(transcript, name).filter((event) => "agent" in event && event.agent === name);
      const step = nextStep(steps);
      if (step.kind === "run") {
        const ran = yield* runBlock(settings, held, step.block, turn);
        if (!ran) return;
        yield ran;
        continue;
      }
      const reply = yield* asked(turn, step.kind);
      if (signal.aborted) return;
      if (reply.kind === "failure") {
        yield turnFailed(name, reply);
        return;
      }
      if (step.kind === "decide" || (step.kind === "write" && blocksOf(reply.text).length > 0))
        yield { type: "code.written", agent: name, text: reply.text, ...noticed(reply), usage: reply.usage };
      else {
        yield { type: "message.posted", agent: name, text: reply.text, ...spokenBy(settings.model, reply), usage: reply.usage };
        return;
      }
    }
  }

  type Step = { kind: "write" | "decide" | "explain" } | { kind: "run"; block: WrittenBlock };

  /** Read off what this turn has recorded, so that a crash between two steps changes nothing. */
  function nextStep(steps: readonly RunEvent[]): Step {
    const texts = steps.filter((event) => event.type === "code.written");
    const attempts = texts.filter(({ text }) => blocksOf(text).length > 0);
    const written = attempts.at(-1);
    if (!written) return { kind: "write" };
    // Behind code that failed stands what it has decided.
    const [decided] = texts.slice(texts.indexOf(written) + 1);
    if (decided) return wantsRetry(decided.text) ? { kind: "write" } : { kind: "explain" };
    const results = steps.filter((event): event is CodeRan & RunEvent => event.type === "code.ran" && event.source.seq === written.seq);
    const failed = results.some((result) => result.outcome !== "ok");
    const block = blocksOf(written.text)[results.length];
    if (block && !failed) return { kind: "run", block: { ...block, source: { seq: written.seq, block: results.length } } };
    return failed && attempts.length <= settings.retriesMax ? { kind: "decide" } : { kind: "explain" };
  }

  async function* asked(turn: Turn, kind: "write" | "decide" | "explain"): AsyncGenerator<EventBody | Delta, CountedReply, void> {
    const { transcript } = turn;
    const lost = yield* keepInShort({ agent: name, context: read(transcript, view), strategy, nth: repliesGiven(transcript, name) }, turn);
    // With the summary, where one has just been recorded.
    const context = read(transcript, view);
    const nth = repliesGiven(transcript, name) + (lost.calls ?? 1);
    const extra: ModelMessage[] =
      kind === "write" && context.messages.at(-1)?.role === "user" ? [] : [{ role: "user", text: PROMPTS[kind] }];
    const request = { agent: name, system: settings.instructions, tools: [], nth, ...(kind === "decide" ? { answer: RETRY } : {}) };
    const question = { model: settings.model, request, context, strategy, extra };
    const reply = kind === "decide" ? await askUnseen(question, turn) : yield* ask(question, turn);
    return { ...reply, usage: plus(lost, reply.usage) };
  }

  const blocksOf = (text: string) => codeBlocks(text).filter((block) => settings.languages.includes(block.language));

  return { name, description, turn: speak };
}

const PROMPTS = {
  write: "Write the code, in fenced blocks.",
  decide: "The code failed. Should you write it anew? Answer as JSON.",
  explain: "Say in words what came of it, for the others.",
};

const RETRY: AnswerSpec = {
  name: "retry",
  schema: {
    type: "object",
    properties: { reason: { type: "string" }, retry: { type: "boolean" } },
    required: ["reason", "retry"],
    additionalProperties: false,
  },
};

const wantsRetry = (text: string): boolean => /"retry"\s*:\s*true/.test(text);

/** What came of a block; a no is told as one, and what a person made of the block is no code of its own. */
function resultOf({ changed, outcome, exitCode, output }: CodeRan): readonly ModelMessage[] {
  const change: readonly ModelMessage[] = changed
    ? [{ role: "user", text: CHANGED, beside: [{ from: { kind: "person's change", name: changed.person.name }, text: changed.code }] }]
    : [];
  const from: Source = outcome === "rejected" ? { kind: "not run" } : { kind: "code output", name: `exit code ${exitCode}` };
  return [...change, { role: "user", from, text: output }];
}

const CHANGED = "A person changed the code before it ran. What ran:";

/** The thread as its model reads it: code and what came of it are between the words. */
const coderView = (name: string): Fold<Context & { readonly ear: Ear }> => ({
  growsInPlace: true,
  initial: () => ({ ...emptyContext(), ear: openEar() }),
  step: (context, event) => {
    amendHeard(context, event);
    if (event.type === "run.started") context.expectsTask = true;
    const own = "agent" in event && event.agent === name;
    if (own && (event.type === "message.posted" || event.type === "code.written"))
      add(context, event.seq, { role: "assistant", text: event.text, toolCalls: [] });
    else if (own && event.type === "code.ran") add(context, event.seq, ...resultOf(event));
    else if (own && event.type === "context.summarized") summarize(context, event.text, event.upToSeq);
    add(context, event.seq, ...hear(context.ear, name, event, context.people));
    return context;
  },
});
