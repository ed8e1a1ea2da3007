import type { CodeRun, RunCode } from "./agents/code/run-block.ts";
import { isEvent, type Delta, type EventBody, type Failure } from "./events/events.ts";
import type { Model, ModelMessage, ModelReply, ModelRequest } from "./model.ts";
import type { Agent } from "./team.ts";
import type { Tool } from "./tool.ts";

/** Where words go: to a model, to a tool or the sandbox, or to people and the log. */
export type GuardedPlace = "model" | "tool" | "people";

/**
 * Looks at words before they go somewhere, and lets them pass, changes them, or stops what they are for. It may be asked for the same words again, and
 * then says the same: what was changed for a model once is changed in every later call.
 */
export interface Guard {
  readonly name: string;
  readonly at: readonly GuardedPlace[];
  look(words: string, going: Going): Verdict | Promise<Verdict>;
}

export interface Going {
  readonly to: GuardedPlace;
  /** Whose turn it is. */
  readonly agent: string;
  /** The tool, or the language of the code. */
  readonly tool?: string;
}

/** Nothing: the words pass. `stop`: one sentence for people, without what must not be seen. */
export type Verdict = undefined | { readonly words: string } | { readonly stop: string };

/** What a stop is called in failures of models, tools and turns. */
export const GUARDED = "guarded";

/** A model to which nothing goes that the guards stop. */
export function guardedModel(model: Model, guards: readonly Guard[]): Model {
  const own = guards.filter(({ at }) => at.includes("model"));
  if (own.length === 0) return model;
  return {
    ...model,
    get name() {
      return model.name;
    },
    async *call(request, turn): AsyncGenerator<never, ModelReply, void> {
      const looked = await looking(own, { to: "model", agent: request.agent }, (change) => changedRequest(request, change));
      if ("stop" in looked) return { kind: "failure", error: { kind: GUARDED, message: looked.stop } };
      return yield* model.call(looked.value, turn) as AsyncGenerator<never, ModelReply, void>;
    },
  };
}

async function changedRequest(request: ModelRequest, change: Change): Promise<ModelRequest> {
  const messages: ModelMessage[] = [];
  for (const message of request.messages) messages.push(await changedMessage(message, change));
  return { ...request, system: await change(request.system), messages };
}

async function changedMessage(message: ModelMessage, change: Change): Promise<ModelMessage> {
  const text = await change(message.text);
  switch (message.role) {
    case "user":
      return { ...message, text, ...(message.beside ? { beside: await changedPieces(message.beside, change) } : {}) };
    case "assistant": {
      const toolCalls = [];
      for (const call of message.toolCalls) toolCalls.push({ ...call, args: await changedJson(call.args, change) });
      return { ...message, text, toolCalls };
    }
    case "tool":
      return { ...message, text, ...(message.told ? { told: await changedPieces(message.told, change) } : {}) };
  }
}

async function changedPieces<Piece extends { readonly text: string }>(pieces: readonly Piece[], change: Change): Promise<Piece[]> {
  const changed = [];
  for (const piece of pieces) changed.push({ ...piece, text: await change(piece.text) });
  return changed;
}

/** A tool to which no argument goes that the guards stop: then the call has failed, and the agent reads why. */
export function guardedTool(tool: Tool, agent: string, guards: readonly Guard[]): Tool {
  const own = guards.filter(({ at }) => at.includes("tool"));
  if (own.length === 0) return tool;
  return {
    ...tool,
    async run(args, ...rest) {
      const looked = await looking(own, { to: "tool", agent, tool: tool.name }, (change) => changedValue(args, change));
      if ("stop" in looked) return { kind: "failed", error: { kind: GUARDED, message: looked.stop } };
      return tool.run(looked.value, ...rest);
    },
  };
}

/** Code that the guards stop is not run. */
export function guardedCode(run: RunCode, agent: string, guards: readonly Guard[]): RunCode {
  const own = guards.filter(({ at }) => at.includes("tool"));
  if (own.length === 0) return run;
  return async (block, turn) => {
    const looked = await looking(own, { to: "tool", agent, tool: block.language }, (change) => change(block.code));
    if ("stop" in looked) return notRun(looked.stop);
    return run({ ...block, code: looked.value }, turn);
  };
}

const notRun = (output: string): CodeRun => ({ outcome: "rejected", exitCode: 1, output, elapsedMs: 0, executor: "none", files: [] });

/**
 * An agent whose words people see, and the log keeps, only as the guards let them: a stop ends the turn with a failure that says why. What it streams is
 * not shown, since nobody can look at half a word.
 */
export function guardedAgent(agent: Agent, guards: readonly Guard[]): Agent {
  const own = guards.filter(({ at }) => at.includes("people"));
  if (own.length === 0) return agent;
  return {
    ...agent,
    async *turn(...given): AsyncGenerator<EventBody | Delta, void, void> {
      for await (const item of agent.turn(...given)) {
        if (!isEvent(item)) {
          if (item.type === "activity") yield item;
          continue;
        }
        const looked = await looking(own, { to: "people", agent: agent.name }, (change) => changedEvent(item, change));
        if ("stop" in looked) {
          yield stopped(agent.name, item, { kind: GUARDED, message: looked.stop });
          return;
        }
        yield looked.value;
      }
    },
  };
}

/** In place of an event whose words nobody may see; what they cost stays told. */
function stopped(agent: string, event: EventBody, error: Failure): EventBody {
  const { within, quiet } = event;
  const usage = "usage" in event ? event.usage : undefined;
  return {
    type: "turn.failed",
    agent: within !== undefined && "agent" in event ? event.agent : agent,
    error,
    ...(usage ? { usage } : {}),
    ...(within === undefined ? {} : { within }),
    ...(quiet ? { quiet } : {}),
  };
}

/** Every event of a turn that has words of an agent, a model, a tool or code in it. */
async function changedEvent(event: EventBody, change: Change): Promise<EventBody> {
  const optional = async <Key extends string>(key: Key, text: string | undefined) =>
    text === undefined ? {} : ({ [key]: await change(text) } as { [K in Key]: string });
  switch (event.type) {
    case "message.posted":
      return "agent" in event && event.printed ? changedAround(event, event.printed, change) : { ...event, text: await change(event.text) };
    case "tool.called": {
      const others = [];
      for (const other of event.others ?? []) others.push({ ...other, args: await changedJson(other.args, change) });
      const words = await optional("text", event.text);
      return { ...event, args: await changedJson(event.args, change), ...words, ...(event.others ? { others } : {}) };
    }
    case "tool.returned":
      return { ...event, output: await change(event.output) };
    case "tool.failed":
    case "turn.failed":
      return { ...event, error: { ...event.error, message: await change(event.error.message) } };
    case "code.written":
    case "context.summarized":
      return { ...event, text: await change(event.text) };
    case "code.ran":
      return { ...event, output: await change(event.output) };
    case "handoff.made": {
      const options = [];
      for (const option of event.options ?? []) options.push(await change(option));
      return { ...event, text: await change(event.text), ...(event.options ? { options } : {}) };
    }
    case "approval.requested":
      return { ...event, what: await change(event.what) };
    case "turn.ended":
    case "finish.decided":
    case "stance.given":
      return { ...event, reason: await change(event.reason) };
    case "speaker.selected":
      return { ...event, ...(await optional("reason", event.reason)), ...(await optional("instruction", event.instruction)) };
    case "run.started":
    case "run.resumed":
    case "run.paused":
    case "run.unpaused":
    case "run.stopped":
    case "approval.given":
    case "approval.expired":
    case "approval.withdrawn":
    case "speaker.requested":
    case "turn.skipped":
    case "message.edited":
    case "message.deleted":
    case "question.expired":
    case "feedback.given":
    case "limit.neared":
    case "limit.reached":
    case "limit.raised":
    case "summary.requested":
    case "stop.requested":
      return event; // The app's own words, and people's.
  }
}

type Posted = Extract<EventBody, { readonly type: "message.posted"; readonly agent: string }>;

/** What code has printed is still known by its place in the text. */
async function changedAround(event: Posted, { from, to }: NonNullable<Posted["printed"]>, change: Change): Promise<EventBody> {
  const before = await change(event.text.slice(0, from));
  const printed = await change(event.text.slice(from, to));
  const text = before + printed + (await change(event.text.slice(to)));
  return { ...event, text, printed: { from: before.length, to: before.length + printed.length } };
}

/** JSON text as a model wrote it, perhaps broken; strings in it are looked at one by one, so that it stays JSON. */
async function changedJson(text: string, change: Change): Promise<string> {
  const read = parsed(text);
  if (read === undefined) return change(text);
  const changed = JSON.stringify(await changedValue(read.value, change));
  return changed === JSON.stringify(read.value) ? text : changed;
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

async function changedValue(value: unknown, change: Change): Promise<unknown> {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) {
    const items = [];
    for (const item of value) items.push(await changedValue(item, change));
    return items;
  }
  if (typeof value === "number") {
    const changed = await change(String(value));
    return changed === String(value) ? value : changed;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) entries.push([await change(key), await changedValue(inner, change)]);
  return Object.fromEntries(entries);
}

type Change = (words: string) => Promise<string>;

class Stop extends Error {}

/** One guard after the other, each on what those before it have left; a guard that breaks stops what it could not look at. */
async function looking<Value>(
  guards: readonly Guard[],
  going: Going,
  walk: (change: Change) => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly stop: string }> {
  const change = async (words: string): Promise<string> => {
    let now = words;
    for (const guard of guards) {
      if (now === "") return now;
      const verdict = await verdictOf(guard, now, going);
      if (verdict === undefined) continue;
      if ("stop" in verdict)
        throw new Stop(`The guard "${guard.name}" stopped this on its way to ${WHERE[going.to](going)}: ${verdict.stop}`);
      now = verdict.words;
    }
    return now;
  };
  try {
    return { value: await walk(change) };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { stop: error.message };
  }
}

const WHERE: { readonly [Place in GuardedPlace]: (going: Going) => string } = {
  model: ({ agent }) => `the model of ${agent}`,
  tool: ({ tool }) => `the tool ${tool ?? ""}`.trim(),
  people: () => "people",
};

async function verdictOf(guard: Guard, words: string, going: Going): Promise<Verdict> {
  try {
    return await guard.look(words, going);
  } catch (error) {
    return { stop: `it broke (${error instanceof Error ? error.message : String(error)}).` };
  }
}
