import { z } from "zod";
import type { Model as EngineModel, ModelDelta, ModelReply, ModelRequest, ToolCall } from "../../engine/model.ts";
import { withRetries } from "../../models/retry.ts";
import { fallback } from "../schema/models.ts";
import type { ModelParts } from "../build/model-parts.ts";
import type { ModelDefinition } from "../registry/definition.ts";
import { wordsOf } from "./conversation.ts";
import { gave } from "./gave.ts";
import { BUILT, checkedName, nothing } from "./checked.ts";

/** A provider of models, in `models: { KEY: { provider: NAME } }`. */
export interface ModelProvider<Schema extends z.ZodObject> {
  readonly name: string;
  /** Its settings. A key `apiKeyEnv` holds the NAME of the environment variable with the key, never the key. */
  readonly schema?: Schema;
  readonly onlyInFile?: boolean;
  /** The whole reply: words, or words and calls of tools. What it throws is a failure, and the model is asked again or the next of its `fallback`. */
  readonly reply: (request: ModelRequest, context: ModelContext<z.output<Schema>>) => Promise<Reply> | Reply;
}

export type Reply =
  | string
  | {
      readonly text: string;
      readonly toolCalls?: readonly ToolCall[];
      readonly usage?: { readonly inputTokens: number; readonly outputTokens: number; readonly usd?: number };
    };

export interface ModelContext<Settings> {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly env: { readonly [name: string]: string | undefined };
  /** Shows words as they come; the reply replaces them. */
  readonly show: (text: string) => void;
}

/** One that is made of the engine's own parts, as those that come with Parley are. */
interface BuiltModel<Schema extends z.ZodObject> extends Omit<ModelProvider<Schema>, "reply"> {
  readonly schema: Schema;
  readonly build: (settings: z.output<Schema>, parts: ModelParts) => EngineModel;
}

const ATTEMPTS = 3;

export function defineModel<Schema extends z.ZodObject = typeof nothing>(
  model: ModelProvider<Schema> | BuiltModel<Schema>,
): ModelDefinition<Schema> {
  const name = checkedName("model provider", model, "build" in model ? BUILT : { reply: "function" });
  if ("build" in model) return { defines: "model", ...model, name };
  const { reply, ...rest } = model;
  return {
    defines: "model",
    ...rest,
    name,
    schema: (model.schema ?? nothing).extend({ fallback }) as unknown as Schema,
    build: (settings, { env, clock, name: key }) =>
      withRetries(
        asking(key, (request, context) => reply(request, { ...context, settings, env })),
        {
          attempts: ATTEMPTS,
          clock,
          random: Math.random,
        },
      ),
  };
}

function asking(
  name: string,
  reply: (request: ModelRequest, context: Pick<ModelContext<unknown>, "signal" | "show">) => Promise<Reply> | Reply,
): EngineModel {
  return {
    name,
    async *call(request, { signal }): AsyncGenerator<ModelDelta, ModelReply, void> {
      const shown: string[] = [];
      let wake: () => void = () => undefined;
      let done: { readonly reply: Reply } | { readonly error: unknown } | undefined;
      const show = (text: string) => {
        shown.push(text);
        wake();
      };
      void Promise.resolve()
        .then(() => reply(request, { signal, show }))
        .then(
          (given) => (done = { reply: given }),
          (error: unknown) => (done = { error }),
        )
        .finally(() => wake());
      const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      while (!done && !signal.aborted) {
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), aborted]);
        for (const text of shown.splice(0)) yield { type: "text", text };
      }
      if (signal.aborted || !done)
        return { kind: "failure", error: { kind: "aborted", message: `The call of model "${name}" was stopped.` } };
      if ("error" in done)
        return { kind: "failure", error: { kind: "unavailable", message: `Model "${name}" failed: ${wordsOf(done.error)}` } };
      return replied(name, done.reply);
    },
  };
}

const Replied = z.object({
  text: z.string(),
  toolCalls: z.array(z.object({ call: z.string(), tool: z.string().min(1), args: z.string() })).default([]),
  usage: z
    .object({ inputTokens: z.int().nonnegative(), outputTokens: z.int().nonnegative(), usd: z.number().nonnegative().optional() })
    .default({ inputTokens: 0, outputTokens: 0 }),
});

function replied(name: string, reply: Reply): ModelReply {
  const read = Replied.safeParse(typeof reply === "string" ? { text: reply } : reply);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.length ? issue.path.join(".") : gave(reply);
    const message = `Model "${name}" gave no reply that can be read (${where}: ${issue?.message ?? ""}); text is wanted, or { text, toolCalls: [{ call, tool, args }], usage: { inputTokens, outputTokens } }.`;
    return { kind: "failure", error: { kind: "bad_answer", message } };
  }
  const { text, toolCalls, usage } = read.data;
  if (text.trim() === "" && toolCalls.length === 0)
    return { kind: "failure", error: { kind: "empty", message: `Model "${name}" answered with nothing.` }, usage: usageOf(usage) };
  return { kind: "answer", text, toolCalls, usage: usageOf(usage) };
}

const usageOf = ({ inputTokens, outputTokens, usd }: z.output<typeof Replied>["usage"]) => ({
  inputTokens,
  outputTokens,
  ...(usd === undefined ? {} : { usd }),
});
