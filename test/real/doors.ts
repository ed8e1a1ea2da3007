import type { ModelSettings } from "../../src/models/create.ts";

/** A way in which one of the SDKs meets the model. */
export interface Door {
  readonly name: string;
  readonly settings: ModelSettings;
}

/** The variable in which the gateway's key stands for Parley. */
export const GATEWAY_KEY_ENV = "PARLEY_REAL_GATEWAY_KEY";
/** The variable in which a server's own key may stand. */
export const SERVER_KEY_ENV = "PARLEY_REAL_KEY";

/** `url`: with /v1, as people write it. Anthropic's SDK adds that itself. */
function doorsAt(where: string, url: string, model: string, apiKeyEnv: string): readonly Door[] {
  const root = url.replace(/\/v1\/?$/, "");
  return [
    { name: `${where}, Chat Completions`, settings: { provider: "openai-compatible", model, baseUrl: url, apiKeyEnv } },
    { name: `${where}, Responses`, settings: { provider: "openai-compatible", api: "responses", model, baseUrl: url, apiKeyEnv } },
    { name: `${where}, Messages`, settings: { provider: "anthropic", model, baseUrl: root, apiKeyEnv } },
  ];
}

export function doorsTo(model: string, server: string, gateway: string | undefined): readonly Door[] {
  return [
    ...doorsAt("server", server, model, SERVER_KEY_ENV),
    ...(gateway === undefined ? [] : doorsAt("LiteLLM", gateway, model, GATEWAY_KEY_ENV)),
  ];
}
