import type { ModelRequest } from "../engine/model.ts";

interface CallSettings {
  readonly temperature?: number | undefined;
  readonly outputTokensMax?: number | undefined;
}

/** A request may narrow what the settings allow, not widen it. */
export function outputTokensMax(request: ModelRequest, settings: CallSettings): number | undefined {
  const limits = [request.outputTokensMax, settings.outputTokensMax].filter((limit) => limit !== undefined);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}

export const temperature = (request: ModelRequest, settings: CallSettings): number | undefined =>
  request.temperature ?? settings.temperature;
