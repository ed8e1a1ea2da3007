import { isMessage } from "../../src/engine/reading/transcript.ts";
import type { Received } from "./doubles.ts";
import type { Expectation, Step } from "./format.ts";
import type { Log } from "./log.ts";
import type { ScenarioModel } from "./scripted-model.ts";
import { messageDifference, type messagesOf } from "./translate.ts";

export function differs(what: unknown, expected: unknown, got: unknown): string | undefined {
  return JSON.stringify(expected) === JSON.stringify(got)
    ? undefined
    : `${JSON.stringify(what)}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`;
}

export function firstDifference<Item>(items: readonly Item[], look: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const difference = look(item);
    if (difference) return difference;
  }
  return undefined;
}

export function stopDifference(expected: Expectation["stop"] | undefined, got: readonly string[]): string | undefined {
  if (expected === undefined) return undefined;
  if (expected === null) return got.length === 0 ? undefined : `expected to go on, got ${JSON.stringify(got)}`;
  if (expected === true) return got.length > 0 ? undefined : "expected a stop, got none";
  // Both are names of the person who is asked.
  const named = expected.map((token) => token.replace(/^(handoff:.*>)user$/, "$1human"));
  return differs("stop", named, got);
}

export function listDifference(expected: NonNullable<Expectation["messages"]>, seen: ReturnType<typeof messagesOf>): string | undefined {
  for (const [index, message] of expected.entries()) {
    const difference = messageDifference(message, seen[index]);
    if (difference) return `message ${index + 1}: ${difference}`;
  }
  return seen.length > expected.length
    ? `${seen.length - expected.length} more messages than expected, the first: ${JSON.stringify(seen[expected.length])}`
    : undefined;
}

export function sideDifference(step: Step, models: ReadonlyMap<string, ScenarioModel>, received: Received, log: Log): string | undefined {
  for (const [id, calls] of Object.entries(step.expect_model_calls ?? {})) {
    const got = models.get(id)?.requests.length ?? 0;
    if (got !== calls) return `model ${id}: expected ${calls} calls, got ${got}`;
  }
  for (const [agent, inboxes] of Object.entries(step.expect_received ?? {})) {
    const got = received.get(agent) ?? [];
    const difference = differs(`inbox of ${agent}`, inboxes, got);
    if (difference) return difference;
  }
  for (const { model, call, contains = [], excludes = [] } of step.expect_prompt ?? []) {
    const request = models.get(model)?.requests[call];
    if (!request) return `model ${model} has no call ${call}`;
    const prompt = [request.system, ...request.messages.map((message) => message.text)].join("\n");
    const missing = contains.find((fragment) => !prompt.includes(fragment));
    if (missing !== undefined) return `call ${call} of ${model} does not contain ${JSON.stringify(missing)}`;
    const unwanted = excludes.find((fragment) => prompt.includes(fragment));
    if (unwanted !== undefined) return `call ${call} of ${model} contains ${JSON.stringify(unwanted)}`;
  }
  for (const [agent, context] of Object.entries(step.expect_context ?? {})) {
    const difference = contextDifference(agent, context, log);
    if (difference) return difference;
  }
  return undefined;
}

/** What the agent's model would read next: each expected entry is a text, or has some of the keys role, content, source. */
function contextDifference(agent: string, expected: readonly unknown[], log: Log): string | undefined {
  const context = log.events.flatMap((event) => {
    if (!isMessage(event)) return [];
    const source = "agent" in event ? event.agent : event.person.id;
    return [{ role: source === agent ? "assistant" : "user", source, content: event.text }];
  });
  const got = context.map((entry) => entry.content);
  if (expected.every((entry) => typeof entry === "string")) return differs(`context of ${agent}`, expected, got);
  return firstDifference([...expected.entries()], ([index, entry]) => {
    const seen: { readonly [key: string]: unknown } = context[index] ?? {};
    return firstDifference(Object.entries(entry as object), ([key, value]) =>
      key in seen ? differs(`context of ${agent}, ${key}`, value, seen[key]) : undefined,
    );
  });
}
