import type { Settings } from "../../config/load.ts";

/** Where Ollama listens. */
const TAGS_URL = "http://127.0.0.1:11434/api/tags";
/** It is on this machine: what does not answer by then is not there. */
const ANSWER_MS_MAX = 700;
/** One that asks for a key may be far away. */
const TYPED_MS_MAX = 5_000;
const PREFERRED = /^qwen3/;

export interface LocalModel {
  readonly model: string;
  /** The same settings, with this model wherever a model of the local server was asked for. */
  use(settings: Settings): Settings;
}

/** A model that the model server on this machine has, when there is one. */
export async function findLocalModel(url: string = TAGS_URL): Promise<LocalModel | undefined> {
  const names = await modelNames(url);
  const model = names.find((name) => PREFERRED.test(name)) ?? names[0];
  if (model === undefined) return undefined;
  return {
    model,
    use: (settings) => ({
      ...settings,
      models: new Map(
        [...settings.models].map(([name, asked]) => [name, asked.provider === "openai-compatible" ? { ...asked, model } : asked]),
      ),
    }),
  };
}

/** The models that a server lists: Ollama's own list, or the one that servers like OpenAI's give. None where it gives none in time. */
export async function modelNames(url: string, key = ""): Promise<string[]> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(key === "" ? ANSWER_MS_MAX : TYPED_MS_MAX),
      redirect: "error",
      ...(key === "" ? {} : { headers: { authorization: `Bearer ${key}` } }),
    });
    const body: unknown = await response.json();
    const { models, data } = (body ?? {}) as { models?: unknown; data?: unknown };
    // Some give the list bare, or names alone.
    const list = [models, data, body].find(Array.isArray) as unknown[] | undefined;
    if (!response.ok || !list) return [];
    return list.flatMap((entry) => {
      if (typeof entry === "string") return [entry];
      const { name, id } = (typeof entry === "object" && entry !== null ? entry : {}) as { name?: unknown; id?: unknown };
      return typeof name === "string" ? [name] : typeof id === "string" ? [id] : [];
    });
  } catch {
    // Nobody listens there, or it is something else.
    return [];
  }
}
