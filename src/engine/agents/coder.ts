import type { CodeRan, Delta, EventBody, RunEvent, Usage } from "../events.ts";
import type { AnswerSpec, Model, ModelMessage, ModelReply, ModelRequest } from "../model.ts";
import type { Agent } from "../team.ts";
import { eventsOfTurn, read, repliesGiven, type Fold, type Transcript } from "../transcript.ts";
import { codeBlocks } from "./code-blocks.ts";
import type { RunCode } from "./code-runner.ts";
import { heard } from "./view.ts";

export interface CoderSettings {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  readonly model: Model;
  readonly languages: readonly string[];
  readonly run: RunCode;
  /** How often it may try again after code that failed. */
  readonly retriesMax: number;
}

/**
 * A code-runner with a model: it writes code, runs it, reads what came of it, decides whether to try again, and explains. A reply without
 * code is its answer.
 */
export function coder(settings: CoderSettings): Agent {
  const { name, description } = settings;
  const view = coderView(name);

  async function* turn(transcript: Transcript, signal: AbortSignal): AsyncGenerator<EventBody | Delta, void, void> {
    while (!signal.aborted) {
      const steps = eventsOfTurn(transcript, name).filter((event) => "agent" in event && event.agent === name);
      const step = nextStep(steps);
      if (step.kind === "run") {
        const run = await settings.run(step.block, { signal, onOutput: () => undefined });
        if (signal.aborted) return;
        yield { type: "code.ran", agent: name, source: step.source, language: step.block.language, ...run };
        continue;
      }
      const reply = yield* ask(transcript, step.kind, signal);
      if (signal.aborted) return;
      if (reply.kind === "failure") {
        yield { type: "turn.failed", agent: name, error: { kind: reply.error.kind, message: reply.error.message }, usage: reply.usage ?? ONE_CALL };
        return;
      }
      if (step.kind === "decide") yield { type: "code.written", agent: name, text: reply.text, usage: reply.usage };
      else if (step.kind === "write" && blocksOf(reply.text).length > 0) yield { type: "code.written", agent: name, text: reply.text, usage: reply.usage };
      else {
        yield { type: "message.posted", agent: name, text: reply.text, model: settings.model.name, usage: reply.usage };
        return;
      }
    }
  }

  type Step = { kind: "write" | "decide" | "explain" } | { kind: "run"; block: { language: string; code: string }; source: CodeRan["source"] };

  /** Read off what this turn has recorded, so that a crash between two steps changes nothing. */
  function nextStep(steps: readonly RunEvent[]): Step {
    const written = steps.findLast((event) => event.type === "code.written" && blocksOf(event.text).length > 0);
    const last = steps.at(-1);
    if (!written) return { kind: "write" };
    if (last?.type === "code.written" && last !== written) return wantsRetry(last.text) ? { kind: "write" } : { kind: "explain" };
    const blocks = written.type === "code.written" ? blocksOf(written.text) : [];
    const results = steps.filter((event): event is CodeRan & RunEvent => event.type === "code.ran" && event.source.seq === written.seq);
    const failed = results.some((result) => result.outcome !== "ok");
    const block = blocks[results.length];
    if (block && !failed) return { kind: "run", block, source: { seq: written.seq, block: results.length } };
    const tries = steps.filter((event) => event.type === "code.written" && blocksOf(event.text).length > 0).length;
    return failed && tries <= settings.retriesMax ? { kind: "decide" } : { kind: "explain" };
  }

  async function* ask(transcript: Transcript, kind: "write" | "decide" | "explain", signal: AbortSignal): AsyncGenerator<Delta, ModelReply, void> {
    const { messages } = read(transcript, view);
    const extra: ModelMessage[] = kind === "write" && messages.at(-1)?.role === "user" ? [] : [{ role: "user", text: PROMPTS[kind] }];
    const request: ModelRequest = { agent: name, system: settings.instructions, messages: [...messages, ...extra], tools: [], nth: repliesGiven(transcript, name), ...(kind === "decide" ? { answer: RETRY } : {}) };
    const call = settings.model.call(request, signal);
    for (;;) {
      const step = await call.next();
      if (step.done) return step.value;
      if (step.value.type === "text" && kind !== "decide") yield { type: "text.delta", agent: name, text: step.value.text };
    }
  }

  const blocksOf = (text: string) => codeBlocks(text).filter((block) => settings.languages.includes(block.language));

  return { name, description, turn };
}

const PROMPTS = {
  write: "Write the code, in fenced blocks.",
  decide: "The code failed. Should you write it anew? Answer as JSON.",
  explain: "Say in words what came of it, for the others.",
};

const RETRY: AnswerSpec = {
  name: "retry",
  schema: { type: "object", properties: { reason: { type: "string" }, retry: { type: "boolean" } }, required: ["reason", "retry"], additionalProperties: false },
};

const ONE_CALL: Usage = { inputTokens: 0, outputTokens: 0 };

const wantsRetry = (text: string): boolean => /"retry"\s*:\s*true/.test(text);

/** The thread as its model reads it: code and what came of it are between the words. */
const coderView = (name: string): Fold<{ readonly messages: ModelMessage[] }> => ({
  initial: () => ({ messages: [] }),
  step: (state, event) => {
    const own = "agent" in event && event.agent === name;
    if (own && (event.type === "message.posted" || event.type === "code.written")) state.messages.push({ role: "assistant", text: event.text, toolCalls: [] });
    else if (own && event.type === "code.ran") state.messages.push({ role: "user", text: `Exit code ${event.exitCode}. Output:\n${event.output}` });
    else if (!own) {
      const text = heard(name, event);
      if (text !== undefined) state.messages.push({ role: "user", text });
    }
    return state;
  },
});
