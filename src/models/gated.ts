import type { Clock } from "../engine/clock.ts";
import { tokensOf } from "../engine/limits/usage.ts";
import type { Share } from "../engine/share.ts";
import type { Model, ModelReply } from "../engine/model.ts";
import type { Source } from "./refusals/failure-table.ts";
import { failure } from "./refusals/failures.ts";
import { createGate, type Caps, type Gate } from "./gate.ts";
import { estimatedPrompt } from "./limits.ts";

export type Provider = "anthropic" | "openai" | "azure" | "openai-compatible";

/** One gate for each account: the same provider, at the same address, with the same key. Shared by all models that ask it. */
export interface Gates {
  of(account: { readonly provider: Provider; readonly host: string; readonly keyName: string }): Gate;
  /** Told of the reply to each call that was let in; returns at once and throws nothing. */
  readonly replied?: (account: { readonly provider: Provider; readonly host: string }, reply: ModelReply) => void;
}

export const CAPS_DEFAULT = {
  concurrency: {
    anthropic: 50, // Below what the smallest paid plans of the providers allow in bursts.
    openai: 50,
    azure: 50,
    "openai-compatible": 8, // A local server works on a few at a time, and queues the rest without saying so.
  },
  waitingMax: 5_000, // A few kilobytes each. With 200 threads at work, more than this is a fault.
} as const;

export function createGates(
  caps: { readonly [provider in Provider]?: Partial<Caps> | undefined },
  clock: Clock,
  share?: Share,
  replied?: Gates["replied"],
): Gates {
  const gates = new Map<string, Gate>();
  return {
    ...(replied ? { replied } : {}),
    of({ provider, host, keyName }) {
      const account = `${provider} ${host} ${keyName}`;
      const own = caps[provider];
      const gate =
        gates.get(account) ??
        createGate(
          {
            concurrency: own?.concurrency ?? CAPS_DEFAULT.concurrency[provider],
            waitingMax: own?.waitingMax ?? CAPS_DEFAULT.waitingMax,
            requestsPerMinute: own?.requestsPerMinute,
            tokensPerMinute: own?.tokensPerMinute,
          },
          clock,
          share,
        );
      gates.set(account, gate);
      return gate;
    },
  };
}

/**
 * A model whose calls wait at a gate. A wait is no silence: time-outs begin behind it. When the provider asks for a pause, everybody who
 * waits for it is given one. `replied`: told of the reply to each call.
 */
export function withGate(model: Model, gate: Gate, source: Source, replied?: (reply: ModelReply) => void): Model {
  return {
    name: model.name,
    async *call(request, turn) {
      const entered = await gate.enter({ thread: turn.thread.id, tokens: estimatedPrompt(request) }, turn.signal);
      if (entered.kind !== "entered") return failure(entered.kind === "full" ? "queue_full" : "aborted", source);
      let tokens: number | undefined;
      try {
        const reply = yield* model.call(request, turn);
        if (reply.usage) tokens = tokensOf(reply.usage);
        replied?.(reply);
        if (reply.kind === "failure" && reply.error.kind === "rate_limited" && reply.error.retryAfterMs !== undefined)
          gate.pause(Math.min(reply.error.retryAfterMs, PAUSE_MS_MAX));
        return reply;
      } finally {
        entered.leave(tokens);
      }
    },
  };
}

/** As long as a call itself would wait before it gives up on the provider. */
const PAUSE_MS_MAX = 60_000;
