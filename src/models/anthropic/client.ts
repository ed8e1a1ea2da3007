import type Anthropic from "@anthropic-ai/sdk";
import type { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema";
import type { Timeouts } from "../replies/reply.ts";

export interface AnthropicSettings {
  readonly model: string;
  readonly apiKey: string;
  /** Without `/v1`. Anthropic's own when absent. */
  readonly baseUrl?: string | undefined;
  /** The API asks for a limit on every call. */
  readonly outputTokensMax: number;
  readonly effort?: "low" | "medium" | "high" | "xhigh" | "max" | undefined;
  /** Whether its reasoning is asked for in words. */
  readonly reasoningText: boolean;
  /** Whether it is shown images. */
  readonly images: boolean;
  /** `tool`: the answer is asked for as the arguments of a forced tool, for models without structured output. A model that refuses `native` gets the tool from then on. */
  readonly structured: "native" | "tool";
  /** The environment variable behind `apiKey`, to be named when the key is not accepted. */
  readonly keyName: string;
  readonly timeouts: Timeouts;
}

export interface Sdk {
  readonly client: Anthropic;
  readonly schemaOf: typeof transformJSONSchema;
}

export const baseUrlOf = ({ baseUrl }: AnthropicSettings): string => baseUrl ?? "https://api.anthropic.com";

/**
 * Nothing is left to the SDK's own reading of the environment: settings are the only source. Its some hundred files are loaded beside whatever comes
 * before the first call, and never for a command that makes no model.
 */
export function loadSdk(settings: AnthropicSettings): Promise<Sdk> {
  const load = async (): Promise<Sdk> => {
    const [{ Anthropic: Client }, { transformJSONSchema: schemaOf }, { fetchKeepingRefusals }] = await Promise.all([
      import("@anthropic-ai/sdk"),
      import("@anthropic-ai/sdk/lib/transform-json-schema"),
      import("../refusals/fetch-keeping.ts"),
    ]);
    const client = new Client({
      apiKey: settings.apiKey,
      baseURL: baseUrlOf(settings),
      maxRetries: 0,
      timeout: SDK_TIMEOUT_MS,
      fetch: fetchKeepingRefusals,
      logLevel: "off", // The SDK's log would hold what people wrote.
      fetchOptions: { redirect: "manual" }, // A redirect would take the key along.
    });
    return { client, schemaOf };
  };
  const sdk = load();
  sdk.catch(() => undefined); // Whoever calls hears of it.
  return sdk;
}

const SDK_TIMEOUT_MS = 2 ** 31 - 1; // Our own time-outs rule; this is the longest that a timer can be.
