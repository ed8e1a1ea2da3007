import { readEnv } from "../../src/config/env.ts";
import type { ModelSettings } from "../../src/models/create.ts";

export interface LiveProvider {
  readonly name: string;
  readonly settings: ModelSettings;
}

type Env = { readonly [name: string]: string | undefined };

/** Every provider that can be tested from this environment, and what the others lack. */
export function liveProviders(processEnv: Env): {
  readonly env: Env;
  readonly ready: readonly LiveProvider[];
  readonly missing: readonly { readonly name: string; readonly lacks: string }[];
} {
  const env: Env = readEnv(process.cwd(), processEnv);
  const model = (variable: string, otherwise: string) => env[variable] || otherwise;
  const openAi = model("PARLEY_LIVE_OPENAI_MODEL", "gpt-5-mini");
  const all: readonly (LiveProvider & { readonly needs: readonly string[] })[] = [
    { name: "Anthropic", needs: ["ANTHROPIC_API_KEY"], settings: { provider: "anthropic", model: model("PARLEY_LIVE_ANTHROPIC_MODEL", "claude-haiku-5-5") } },
    { name: "OpenAI, Chat Completions", needs: ["OPENAI_API_KEY"], settings: { provider: "openai", model: openAi, api: "chat" } },
    { name: "OpenAI, Responses", needs: ["OPENAI_API_KEY"], settings: { provider: "openai", model: openAi, api: "responses" } },
    {
      name: "Azure OpenAI",
      needs: ["AZURE_OPENAI_API_KEY", "PARLEY_LIVE_AZURE_URL", "PARLEY_LIVE_AZURE_MODEL"],
      settings: { provider: "azure", model: env["PARLEY_LIVE_AZURE_MODEL"] ?? "", baseUrl: env["PARLEY_LIVE_AZURE_URL"] },
    },
    {
      name: "a compatible server",
      needs: ["PARLEY_LIVE_COMPATIBLE_URL", "PARLEY_LIVE_COMPATIBLE_MODEL"],
      settings: { provider: "openai-compatible", model: env["PARLEY_LIVE_COMPATIBLE_MODEL"] ?? "", baseUrl: env["PARLEY_LIVE_COMPATIBLE_URL"] },
    },
  ]; // prettier-ignore
  const lacking = ({ needs }: (typeof all)[number]) => needs.filter((name) => !env[name]?.trim());
  return {
    env,
    ready: all.filter((provider) => lacking(provider).length === 0),
    missing: all
      .filter((provider) => lacking(provider).length > 0)
      .map((provider) => ({ name: provider.name, lacks: lacking(provider).join(", ") })),
  };
}
