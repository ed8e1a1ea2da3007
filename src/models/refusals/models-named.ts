import type { Model, ModelReply } from "../../engine/model.ts";
import type { Source } from "./failure-table.ts";

/** A server that does not answer this at once is not asked again. */
const LIST_MS_MAX = 3_000;
const NAMED_MAX = 8;
const BODY_CHARS_MAX = 2_000_000;

/** A model whose failure says which models its server has, when it has not the one that was asked for. `list` asks for them. */
export function withModelsNamed(model: Model, source: Source, list: (signal: AbortSignal) => Promise<Response>): Model {
  return {
    ...model,
    async *call(request, turn) {
      const reply = yield* model.call(request, turn);
      if (reply.kind !== "failure" || reply.error.kind !== "unknown_model" || turn.signal.aborted) return reply;
      const names = await namesOf(() => list(AbortSignal.any([turn.signal, AbortSignal.timeout(LIST_MS_MAX)])));
      return names.length === 0 ? reply : withNames(reply, names, source.model);
    },
  };
}

function withNames(reply: Extract<ModelReply, { kind: "failure" }>, names: readonly string[], wanted: string): ModelReply {
  const near = names.toSorted((one, other) => likeness(other, wanted) - likeness(one, wanted) || one.localeCompare(other));
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : "";
  const message = `${reply.error.message} It has ${near.slice(0, NAMED_MAX).join(", ")}${more}.`;
  return { ...reply, error: { ...reply.error, message } };
}

async function namesOf(list: () => Promise<Response>): Promise<readonly string[]> {
  try {
    const text = (await (await list()).text()).slice(0, BODY_CHARS_MAX);
    return namesIn(JSON.parse(text));
  } catch {
    return []; // It need not have such a list.
  }
}

/** OpenAI's and Ollama's lists, and those of others: bare (Together), within a field, of names alone. */
function namesIn(list: unknown): readonly string[] {
  const fields = (list ?? {}) as { readonly [field: string]: unknown };
  const inner = (fields.data ?? fields.result ?? {}) as { readonly [field: string]: unknown };
  const found = [list, fields.data, fields.models, fields.result, inner.models, inner.data]
    .filter(Array.isArray)
    .flat() as readonly unknown[];
  const names = found.map((one) => {
    const { id, name, model, model_name: own } = (one ?? {}) as { readonly [field: string]: unknown };
    return [one, id, name, model, own].find((known): known is string => typeof known === "string") ?? "";
  });
  // They go into a thread: names alone, whatever the server calls so.
  return [...new Set(names.filter((name) => /^[\w./:@+-]{1,100}$/.test(name)))];
}

/** How many characters both have from the beginning of any of their parts on. */
function likeness(name: string, wanted: string): number {
  const [own, other] = [name.toLowerCase(), wanted.toLowerCase()];
  let best = 0;
  for (const part of [own, ...own.split(/[/:]/)]) {
    let same = 0;
    while (same < part.length && part[same] === other[same]) same++;
    best = Math.max(best, same);
  }
  return best;
}
