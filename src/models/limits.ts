import type { ModelRequest } from "../engine/model.ts";
import { estimateTokens, tokensIn } from "../engine/reading/tokens.ts";

interface CallSettings {
  readonly temperature?: number | undefined;
  readonly outputTokensMax?: number | undefined;
}

/** What a server has been found to allow; see `Manner`. */
interface Allowed {
  readonly replyTokensMax?: number;
  readonly contextTokensMax?: number;
}

/** Tokens. A request may narrow what the settings allow, not widen it; a server may narrow both. */
export function replyTokensMax(request: ModelRequest, settings: CallSettings, allowed: Allowed): number | undefined {
  const limits = [request.outputTokensMax, settings.outputTokensMax, allowed.replyTokensMax].filter((limit) => limit !== undefined);
  if (limits.length === 0) return undefined;
  const limit = Math.min(...limits);
  if (allowed.contextTokensMax === undefined) return limit;
  // An estimate: when it is off, the server says so, with its own count.
  const room = allowed.contextTokensMax - Math.ceil(estimatedPrompt(request) * ESTIMATE_MARGIN);
  return Math.max(Math.min(limit, room), Math.min(limit, REPLY_TOKENS_MIN));
}

const ESTIMATE_MARGIN = 1.1;
const REPLY_TOKENS_MIN = 256;

/** Tokens of instructions, conversation and tools, by their length. */
export function estimatedPrompt({ system, messages, tools }: ModelRequest): number {
  const beside = tokensIn(system.length + (tools.length > 0 ? JSON.stringify(tools).length : 0));
  return messages.reduce((sum, message) => sum + estimateTokens(message), beside);
}

export const temperature = (request: ModelRequest, settings: CallSettings): number | undefined =>
  request.temperature ?? settings.temperature;
