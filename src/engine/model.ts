import type { Piece, Source } from "./reading/attribution.ts";
import type { Failure, FileRef, Notices, Usage } from "./events/events.ts";
import type { Turn } from "./turn.ts";

/**
 * What an agent asks of a model. One port for every provider.
 *
 * Contract: `call` yields the text as it comes and *returns* the whole reply, which replaces the deltas. It does not throw for
 * anything a provider or a network can do: that is a reply of kind `failure`. The turn's aborted signal closes the connection at once and
 * gives a failure of kind `aborted`. It throws only for a bug, such as a replay file that has run out of replies.
 */
export interface Model {
  /** As the log shows it: the provider's own model name. */
  readonly name: string;
  /** The bounds of what one call may take; absent where they are not known, as with scripted models and those of extensions. */
  readonly terms?: CallTerms;
  call(request: ModelRequest, turn: Turn): AsyncGenerator<ModelDelta, ModelReply, void>;
}

export interface CallTerms {
  /** The longest reply that is asked for. */
  readonly outputTokensMax: number;
  /** The highest price, in US dollars, of a call of at most so many tokens; `undefined` when the price is unknown. */
  usdMax(tokens: { readonly inputTokens: number; readonly outputTokens: number }): number | undefined;
}

export interface ModelRequest {
  /** Who asks: the agent's name, or `selector`. Replay files are keyed by it. */
  readonly agent: string;
  /** Instructions; the same text on every call of an agent, so that prompt caches hit. */
  readonly system: string;
  /** Oldest first; from one call to the next it grows only at its end. The text already says whose words they are. Ends with a user or tool message. */
  readonly messages: readonly ModelMessage[];
  /** With how many of these messages the agent's next request will begin, too; the rest are for this call alone. All when absent. */
  readonly stable?: number;
  readonly tools: readonly ToolSpec[];
  /** Ask for JSON of this shape instead of prose. */
  readonly answer?: AnswerSpec;
  readonly outputTokensMax?: number;
  /** A limit on the whole call that is tighter than the model's own; what takes longer is a failure. */
  readonly callMsMax?: number;
  readonly temperature?: number;
  /** How many replies this agent has been given before in this thread, read off the log; replay chooses by it, so that a restart changes nothing. */
  readonly nth?: number;
}

export type ModelMessage =
  /**
   * `from`: whose words they are; the app's own when absent. `beside`: what stands below them. Both are written into the text before a provider gets
   * the message. The images are named in the text, too, and a model that cannot see is told so. Their content is in the store, under their hash.
   */
  | {
      readonly role: "user";
      readonly text: string;
      readonly from?: Source;
      readonly beside?: readonly Piece[];
      readonly images?: readonly FileRef[];
    }
  /** `kept`: what came with the calls and must be sent back with them. */
  | { readonly role: "assistant"; readonly text: string; readonly toolCalls: readonly ToolCall[]; readonly kept?: Kept }
  /** `told`: what the model must know before it reads the result, such as that a person changed the call; written into the text before a provider gets it. */
  | {
      readonly role: "tool";
      readonly call: string;
      readonly tool: string;
      readonly text: string;
      readonly failed: boolean;
      /** Images that the tool returned, named in the text in this order. */
      readonly images?: readonly FileRef[];
      readonly told?: readonly Piece[];
    };

/** What a provider gave along with calls and wants back with them, such as signatures and encrypted reasoning; opaque to everybody else. */
export interface Kept {
  /** The provider, the format and the model that gave it: only that one gets it back. */
  readonly by: string;
  readonly what: { readonly [key: string]: unknown };
}

export interface ToolCall {
  readonly call: string;
  readonly tool: string;
  /** JSON text as the model wrote it, perhaps invalid; but never cut off by a stream that broke. */
  readonly args: string;
}

/** A tool as a model sees it. */
export interface ToolSpec {
  /** `[a-zA-Z0-9_-]{1,64}`: what every provider accepts. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: JsonSchema;
}

export interface AnswerSpec {
  readonly name: string;
  /** JSON Schema of an object, all of whose properties are required and which allows no others (OpenAI's strict mode). */
  readonly schema: JsonSchema;
}

export type JsonSchema = { readonly [key: string]: unknown };

export type ModelDelta = { readonly type: "text"; readonly text: string } | { readonly type: "reasoning"; readonly text: string };

export type ModelReply =
  /** With neither words nor calls, the model has nothing to add to the results that it was given. `kept`: only with calls. */
  | ({
      readonly kind: "answer";
      readonly text: string;
      readonly toolCalls: readonly ToolCall[];
      readonly kept?: Kept;
      readonly usage: Usage;
    } & Circumstances)
  /** `received`: the words that had arrived before it failed. */
  | ({ readonly kind: "failure"; readonly error: ModelFailure; readonly received?: string; readonly usage?: Usage } & Circumstances);

interface Circumstances {
  /** The model that answered, where that is not the one that was asked. */
  readonly model?: string;
  readonly notices?: Notices;
}

export interface ModelFailure extends Failure {
  readonly kind: ModelFailureKind;
  /** What the provider asked for before another try. */
  readonly retryAfterMs?: number;
}

/** The failure's `message` is one sentence for people that names the mend, and holds no secret. */
export type ModelFailureKind =
  | "rate_limited"
  | "overloaded"
  | "unavailable"
  | "timeout"
  | "bad_key"
  | "unknown_model"
  | "quota"
  | "context_too_long"
  | "refused"
  /** By the provider's filter, not by the model. */
  | "filtered"
  | "bad_request"
  | "bad_answer"
  | "empty"
  /** Too many calls of our own wait for the provider. */
  | "queue_full"
  /** A limit of the run stands in the way; nothing was asked of the provider. */
  | "limit"
  /** A guard of the team stands in the way; nothing was asked of the provider. */
  | "guarded"
  | "aborted";
