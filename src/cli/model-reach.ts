import { connect } from "node:net";
import { BUILT_IN } from "../config/built-in/built-in.ts";
import { chainOf } from "../config/build/chain.ts";
import { modelsInUse } from "../config/build/models-in-use.ts";
import { ConfigError, type Mistake } from "../config/config-error.ts";
import type { Env } from "../config/env.ts";
import { keyOf, type ModelSettings, type Settings } from "../config/load.ts";

/** Whoever waits for a first word is not to wait for this as well: what does not say no by then may be there. */
const ANSWER_MS_MAX = 800;

/**
 * Whether anything takes connections at an address. `late`: it said neither yes nor no in time. Nothing is asked of it: a server may count its
 * requests, or be paid for them.
 */
function isThere(baseUrl: string, timeoutMs: number): Promise<"yes" | "no" | "late"> {
  const { hostname, port, protocol } = new URL(baseUrl);
  const socket = connect({
    host: hostname.replaceAll(/^\[|\]$/g, ""),
    port: Number(port) || (protocol === "https:" ? 443 : 80),
    timeout: timeoutMs,
  });
  return new Promise<"yes" | "no" | "late">((resolve) => {
    socket.once("connect", () => resolve("yes"));
    socket.once("timeout", () => resolve("late"));
    socket.once("error", () => resolve("no"));
  }).finally(() => socket.destroy());
}

/**
 * Why a model cannot be asked, with the mend: its key is missing, or nothing is at the address of its own server. `undefined` where nothing speaks
 * against it. Found out within a second, also where a server keeps silent.
 */
export async function whyNotAsked(name: string, model: ModelSettings, settings: Settings, env: Env): Promise<string | undefined> {
  if (model.provider === "replay") return undefined;
  const missing = settings.keysMissing.get(name) ?? [];
  const [are, them] = missing.length === 1 ? ["is", "it"] : ["are", "one of them"];
  const unset = `${missing.join(" and ")} ${are} not set`;
  const key = keyOf(model);
  if (key !== undefined && !env[key]?.trim())
    return `${unset}; put ${them} into the environment or into .env, or choose another model in ${settings.file}.`;
  const isOurs = settings.registry.model.get(model.provider) === BUILT_IN.model.get(model.provider);
  if (model.provider !== "openai-compatible" || !isOurs || (await isThere(model.baseUrl, ANSWER_MS_MAX)) !== "no") return undefined;
  const start = `start that server${/:11434\b/.test(model.baseUrl) ? " (Ollama: ollama serve)" : ""}`;
  return missing.length === 0
    ? `nothing answers at ${model.baseUrl}; ${start}, or choose another model in ${settings.file}.`
    : `${unset}, and nothing answers at ${model.baseUrl}, where ${model.model} needs no key; put ${them} into the environment or into .env, or ${start}.`;
}

/** One trouble, and all models that have it. `isKey`: a variable would mend it. */
interface Trouble extends Mistake {
  readonly isKey: boolean;
}

/** Those that some team speaks or chooses with. */
const inUse = (settings: Settings): Settings["models"] => {
  const names = modelsInUse(settings);
  return new Map([...settings.models].filter(([name]) => names.has(name)));
};

/** What keeps models from being asked, where nobody is asked in their place. `models`: all that are in use when absent. */
export async function troubleWithModels(settings: Settings, env: Env, models = inUse(settings)): Promise<readonly Trouble[]> {
  const why = new Map(
    await Promise.all([...models].map(async ([name, model]) => [name, await whyNotAsked(name, model, settings, env)] as const)),
  );
  const chains = [...models.keys()].map((name) => chainOf(models, name));
  const inReserve = new Set(chains.flatMap(([_first, ...others]) => others));
  const byMessage = new Map<string, string[]>();
  for (const chain of chains) {
    const [name = ""] = chain;
    const message = why.get(name);
    if (message === undefined || inReserve.has(name) || chain.some((one) => why.get(one) === undefined)) continue;
    byMessage.set(message, [...(byMessage.get(message) ?? []), name]);
  }
  return [...byMessage].map(([message, names]) => ({
    file: settings.file,
    path: names.map((name) => `models.${name}`).join(", "),
    message,
    isKey: names.some((name) => (settings.keysMissing.get(name) ?? []).length > 0),
  }));
}

/** Refuses to begin where models cannot be asked at all: their retries would be half a minute of silence. Throws {@link ConfigError}. */
export async function refuseDeadModels(settings: Settings, env: Env, models?: Settings["models"]): Promise<void> {
  const trouble = await troubleWithModels(settings, env, models);
  if (trouble.length > 0) throw new ConfigError(trouble);
}
