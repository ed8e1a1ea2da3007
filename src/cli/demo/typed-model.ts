import { modelNames } from "./local-model.ts";
import { ConfigError } from "../../config/config-error.ts";
import type { Env } from "../../config/env.ts";
import { loadSettings, type Settings } from "../../config/load.ts";
import { refuseDeadModels } from "../model-reach.ts";

/** Under what name a typed key of a model server stands in the environment that is made for it; never in this process's own. */
const TYPED_KEY = "PARLEY_TYPED_KEY";

export interface Typed {
  readonly key: string;
  readonly baseUrl: string;
}

export interface Connected {
  readonly settings: Settings;
  readonly env: Env;
  /** Who speaks now, without the key. */
  readonly said: string;
}

/**
 * Settings whose agents speak through what somebody has typed: a key of a provider, or the address of a model server. Words where that
 * cannot be; they hold neither. Nothing typed is written down anywhere.
 */
export async function connectTyped(
  { key, baseUrl }: Typed,
  { env, cwd, file }: { readonly env: Env; readonly cwd: string; readonly file: string },
): Promise<Connected | string> {
  try {
    const connected = baseUrl === "" ? byKey(key, { env, cwd, file }) : await byAddress({ key, baseUrl }, { env, cwd, file });
    if (typeof connected !== "string") await refuseDeadModels(connected.settings, connected.env);
    return connected;
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(key === "" ? "\0" : key, "(the key)");
    throw error;
  }
}

/** Anthropic's keys begin with their own letters; any other is taken for one of OpenAI's. */
function byKey(key: string, { env, cwd, file }: { readonly env: Env; readonly cwd: string; readonly file: string }): Connected | string {
  if (!/^[\x21-\x7e]{8,400}$/.test(key)) return "That is no key: a key is one word of at least 8 letters, digits and signs.";
  const [name, other] = key.startsWith("sk-ant-")
    ? (["ANTHROPIC_API_KEY", "OPENAI_API_KEY"] as const)
    : (["OPENAI_API_KEY", "ANTHROPIC_API_KEY"] as const);
  const typed: Env = { ...env, [name]: key, [other]: "" };
  const who = name === "ANTHROPIC_API_KEY" ? "Anthropic" : "OpenAI";
  return {
    settings: loadSettings({ env: typed, cwd, file }),
    env: typed,
    said: `a model of ${who}; that costs money, within each team's limits`,
  };
}

async function byAddress(
  { key, baseUrl }: Typed,
  { env, cwd, file }: { readonly env: Env; readonly cwd: string; readonly file: string },
): Promise<Connected | string> {
  const url = URL.parse(baseUrl);
  if (!url || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "")
    return "That is no address of a model server: it begins with http:// or https://, such as http://127.0.0.1:11434/v1.";
  const base = url.href.replace(/\/$/, "");
  const [model] = await modelNames(`${base}/models`, key);
  if (model === undefined)
    return `No model was found: ${base}/models did not answer with a list of them. Is the server running, and is the key right?`;
  const typed: Env = { ...env, ANTHROPIC_API_KEY: "", OPENAI_API_KEY: "", ...(key === "" ? {} : { [TYPED_KEY]: key }) };
  const settings = loadSettings({ env: typed, cwd, file });
  const models = [...settings.models].map(([name, asked]): [string, typeof asked] =>
    asked.provider === "openai-compatible"
      ? [name, { ...asked, model, baseUrl: base, ...(key === "" ? {} : { apiKeyEnv: TYPED_KEY }) }]
      : [name, asked],
  );
  return { settings: { ...settings, models: new Map(models) }, env: typed, said: `${model}, on the server at ${url.host}` };
}
