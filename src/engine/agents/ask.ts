import { HOW_TO_READ } from "../reading/attribution.ts";
import type { Delta, Usage } from "../events/events.ts";
import type { Model, ModelMessage, ModelReply, ModelRequest } from "../model.ts";
import { halved, shown, shownWritten, type Context, type ContextStrategy } from "../reading/context.ts";
import { written } from "../reading/written.ts";
import type { Turn } from "../turn.ts";
import { plus, UNTOLD } from "../limits/usage.ts";
import { after } from "./spoken.ts";

/** A reply whose cost is always told: of this call and of those that were needed before it. */
export type CountedReply = ModelReply & { readonly usage: Usage };

export interface Question {
  readonly model: Model;
  readonly request: Omit<ModelRequest, "messages">;
  readonly context: Context;
  readonly strategy: ContextStrategy;
  /** Behind what was said, for this call alone. */
  readonly extra?: readonly ModelMessage[];
}

/**
 * Asks a model about what was said, as much of it as the strategy hands out. When the model says that it was too much, half of that is
 * tried once; when that too ends where the room does, its words stand without their end. Words are shown as they come.
 */
export async function* ask(question: Question, turn: Turn): AsyncGenerator<Delta, CountedReply, void> {
  const { model, request, context, strategy, extra = [] } = question;
  const behind = extra.map(written);
  const withExtra = (said: readonly ModelMessage[]) => (behind.length > 0 ? [...said, ...behind] : said);
  const messages = shownWritten(context, strategy);
  const reply = yield* askOnce(model, { ...request, messages: withExtra(messages), stable: messages.length }, turn);
  if (reply.kind !== "failure" || reply.error.kind !== "context_too_long" || turn.signal.aborted) return reply;
  const again = { ...request, ...(request.nth === undefined ? {} : { nth: request.nth + 1 }) };
  const less = shownWritten(context, halved(shown(context, strategy)));
  const second = yield* askOnce(model, { ...again, messages: withExtra(less) }, turn);
  const notice = `The conversation was too long for ${reply.model ?? model.name}: it was shortened.`;
  return {
    ...after({ ...reply, notices: [...(reply.notices ?? []), notice] }, saidOf(second, request)),
    usage: plus(reply.usage, second.usage),
  };
}

/** What was said until there was no more room, where words were asked for. */
function saidOf(reply: CountedReply, { answer }: Question["request"]): CountedReply {
  if (reply.kind !== "failure" || reply.error.kind !== "context_too_long" || answer || !reply.received?.trim()) return reply;
  const { received: text, usage, notices = [] } = reply;
  return { kind: "answer", text, toolCalls: [], usage, notices: [...notices, `The reply ends in the middle. ${reply.error.message}`] };
}

/** One call, with messages as they are written for a model; a failure that tells no cost counts as a call that cost nothing. */
export async function* askOnce(model: Model, request: ModelRequest, turn: Turn): AsyncGenerator<Delta, CountedReply, void> {
  const system = request.system.trim() === "" ? HOW_TO_READ : `${request.system}\n\n${HOW_TO_READ}`;
  const call = model.call({ ...request, system, messages: endingOnUser(request.messages) }, turn);
  for (;;) {
    const step = await call.next();
    if (step.done) return { ...step.value, usage: step.value.usage ?? UNTOLD };
    yield { type: step.value.type === "text" ? "text.delta" : "reasoning.delta", agent: request.agent, text: step.value.text };
  }
}

/** As {@link ask}, for words that are nobody's to see. */
export async function askUnseen(question: Question, turn: Turn): Promise<CountedReply> {
  const asking = ask(question, turn);
  for (;;) {
    const step = await asking.next();
    if (step.done) return step.value;
  }
}

/** Some providers refuse a request that ends on the assistant's own words: an agent that has the floor twice in a row. */
function endingOnUser(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  return messages.at(-1)?.role === "assistant"
    ? [...messages, { role: "user", text: "(Nobody has spoken since. Please go on.)" }]
    : messages;
}
