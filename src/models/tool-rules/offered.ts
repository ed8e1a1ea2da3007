import type { Model, ModelMessage, ModelReply, ToolCall, ToolSpec } from "../../engine/model.ts";
import { following } from "../retry.ts";
import { blamedIn } from "../refusals/blame.ts";
import type { ToolRules } from "./rules.ts";
import { mendedSchema, type Mended } from "./schema.ts";

/** A tool that a model is not offered, and why. */
export interface LeftOut {
  readonly tool: string;
  readonly why: string;
}

/** Which of these tools a provider can be offered in some form, and which it cannot. */
export function leftOutBy(rules: ToolRules, tools: readonly ToolSpec[]): readonly LeftOut[] {
  return tools.flatMap(({ name, parameters }) => {
    const mended = mendedSchema(parameters, rules);
    return mended.kind === "refused" ? [{ tool: name, why: mended.why }] : [];
  });
}

/** A provider that has blamed one tool so often in one call has other reasons. */
const BLAMED_PER_CALL_MAX = 16;
const DESCRIPTION_CHARS_MAX = 1_024; // As OpenAI's limit for a function.

/**
 * A model that is offered each tool in a form that its provider takes: schemas are mended, and calls come back with the names that the tool knows. A
 * tool that has no such form is left out, and so is one that the provider blames by name or place when it refuses a request: no tool takes the
 * others with it. `log`: one line for each that is left out, once; people are told once in each thread.
 */
export function withToolRules(model: Model, rules: ToolRules, log: ((line: string) => void) | undefined): Model {
  const known = new WeakMap<ToolSpec["parameters"], Mended>();
  /** By name, with the schema that was blamed: another one under that name is another tool. */
  const blamed = new Map<string, { readonly parameters: string; readonly why: string }>();
  const told = lately(TOLD_MAX);

  function mendedOf({ parameters }: ToolSpec): Mended {
    const mended = known.get(parameters) ?? mendedSchema(parameters, rules);
    known.set(parameters, mended);
    return mended;
  }

  function isBlamed({ name, parameters }: ToolSpec): boolean {
    const found = blamed.get(name);
    return found !== undefined && found.parameters === JSON.stringify(parameters);
  }

  function tell(tool: string, why: string): void {
    if (!told.isNew(`${tool} ${why}`)) return;
    log?.(`model ${model.name}: the tool "${tool}" is left out, and the agent goes on without it: ${why}.`);
  }

  function offer(tools: readonly ToolSpec[]): readonly Offered[] {
    return tools.flatMap((spec) => {
      const mended = mendedOf(spec);
      if (mended.kind === "refused") tell(spec.name, mended.why);
      if (mended.kind === "refused" || isBlamed(spec)) return [];
      const { parameters, keys, note } = mended;
      const description = note === undefined ? spec.description : `${spec.description}\n${note}`.slice(0, DESCRIPTION_CHARS_MAX).toWellFormed(); // prettier-ignore
      return [{ own: spec, keys, wire: { name: spec.name, description, parameters } }];
    });
  }

  /** For people, in the thread where it is so for the first time. */
  function noticed<Reply extends ModelReply>(reply: Reply, thread: string, tools: readonly ToolSpec[], offered: readonly Offered[]): Reply {
    const names = tools.flatMap(({ name }) => (offered.some(({ own }) => own.name === name) ? [] : [name]));
    const key = `${thread} ${names.join(" ")}`;
    if (names.length === 0 || !told.isNew(key)) return reply;
    const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : "";
    const notice = `${model.name} was not offered ${names.slice(0, NAMED_MAX).join(", ")}${more}: its provider does not take them. The log says why.`;
    return { ...reply, notices: [...(reply.notices ?? []), notice] };
  }

  return {
    ...model,
    async *call(request, turn) {
      if (request.tools.length === 0) return yield* model.call(request, turn);
      /** What was refused: it may have cost something, and had something to say. */
      let before: ModelReply | undefined;
      for (let left = BLAMED_PER_CALL_MAX; ; left--) {
        const offered = offer(request.tools);
        const changed = new Map(offered.filter(({ keys }) => keys.changed).map((one) => [one.own.name, one]));
        const put = (calls: readonly ToolCall[], how: "toWire" | "toOwn") =>
          calls.map((call) => {
            const one = changed.get(call.tool);
            return one ? { ...call, args: renamed(call.args, (value) => one.keys[how](value, one.wire.parameters)) } : call;
          });
        const messages = changed.size === 0 ? request.messages : request.messages.map((one): ModelMessage => (one.role === "assistant" && one.toolCalls.length > 0 ? { ...one, toolCalls: put(one.toolCalls, "toWire") } : one)); // prettier-ignore
        const answer: ModelReply = yield* model.call({ ...request, messages, tools: offered.map(({ wire }) => wire) }, turn);
        const reply = before ? following(before, answer) : answer;
        const whole = () => noticed(reply, turn.thread.id, request.tools, offered);
        if (reply.kind === "answer") return changed.size === 0 ? whole() : { ...whole(), toolCalls: put(reply.toolCalls, "toOwn") };
        const guilty = reply.error.kind === "bad_request" && left > 0 ? blamedIn(reply.error.message, offered.map(({ wire }) => wire.name)) : undefined; // prettier-ignore
        const found = offered.find(({ own }) => own.name === guilty);
        if (!found || turn.signal.aborted) return whole();
        before = reply;
        const why = `the provider refuses it: ${reply.error.message}`;
        blamed.set(found.own.name, { parameters: JSON.stringify(found.own.parameters), why });
        tell(found.own.name, why);
      }
    },
  };
}

interface Offered {
  readonly own: ToolSpec;
  readonly wire: ToolSpec;
  readonly keys: Extract<Mended, { kind: "taken" }>["keys"];
}

const TOLD_MAX = 10_000; // Tools, and threads that were told: those of weeks.

/** What was said lately; the oldest of so many is forgotten, and would be said again. */
function lately(countMax: number): { isNew(words: string): boolean } {
  const said = new Set<string>();
  return {
    isNew(words) {
      if (said.has(words)) return false;
      for (const oldest of said) {
        if (said.size < countMax) break;
        said.delete(oldest);
      }
      said.add(words);
      return true;
    },
  };
}
const NAMED_MAX = 5;

/** The same text where it is no JSON: the tool says so. */
function renamed(args: string, put: (value: unknown) => unknown): string {
  try {
    return args.trim() === "" ? args : JSON.stringify(put(JSON.parse(args)));
  } catch {
    return args;
  }
}
