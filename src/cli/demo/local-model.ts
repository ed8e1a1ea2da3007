import type { Settings } from "../../config/load.ts";

/** Where Ollama listens. */
const TAGS_URL = "http://127.0.0.1:11434/api/tags";
/** It is on this machine: what does not answer by then is not there. */
const ANSWER_MS_MAX = 700;
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

async function modelNames(url: string): Promise<string[]> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX), redirect: "error" });
    const body = (await response.json()) as { models?: unknown };
    if (!response.ok || !Array.isArray(body.models)) return [];
    return body.models.flatMap((entry: unknown) =>
      typeof entry === "object" && entry !== null && "name" in entry && typeof entry.name === "string" ? [entry.name] : [],
    );
  } catch {
    // Nobody listens there, or it is something else.
    return [];
  }
}
