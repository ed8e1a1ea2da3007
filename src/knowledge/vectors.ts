import { EMBEDDED_AT_ONCE } from "../engine/knowledge.ts";
import type { FoundPassage, KnowledgeIndex, StoredVector } from "../store/knowledge/knowledge-index.ts";

/** Of each way to look; what stands further behind says little. */
export const RANKED_MAX = 50;
/** As those who found it have it: what is first in one list goes before what is in the middle of two. */
const RECIPROCAL_RANK = 60;

/**
 * Makes vectors of what has none yet, up to so many of a source. `embed` gives nothing where nobody pays for more: `some` when that left passages without.
 */
export async function embedMissing(
  { source, model, vectorsMax }: { readonly source: string; readonly model: string; readonly vectorsMax: number },
  index: KnowledgeIndex,
  signal: AbortSignal,
  embed: (texts: readonly string[]) => Promise<readonly Float32Array[] | undefined>,
): Promise<"all" | "some"> {
  while (!signal.aborted) {
    const { embedded, missing } = await index.withoutVector(source, model, EMBEDDED_AT_ONCE);
    const due = missing.slice(0, Math.max(0, vectorsMax - embedded));
    if (due.length === 0) return "all";
    const vectors = await embed(due.map(({ text }) => text));
    if (!vectors) return "some";
    await index.putVectors(
      model,
      due.flatMap((passage, at) => (vectors[at] ? [{ ...passage, vector: vectors[at] }] : [])),
    );
  }
  return "some";
}

/** The nearest by the angle between them, best first. Those of another length, and nothing at all, are near to nothing. */
export function nearest(query: Float32Array, vectors: readonly StoredVector[], limit: number): readonly number[] {
  return vectors
    .flatMap(({ id, vector }) => {
      const cosine = cosineOf(query, vector);
      return cosine > 0 ? [{ id, cosine }] : [];
    })
    .toSorted((one, other) => other.cosine - one.cosine || one.id - other.id)
    .slice(0, limit)
    .map(({ id }) => id);
}

/** Of two of the same length, neither of them nothing; 0 for others. */
function cosineOf(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) return 0;
  let dot = 0;
  let ones = 0;
  let others = 0;
  for (let at = 0; at < one.length; at++) {
    const left = one[at] ?? 0;
    const right = other[at] ?? 0;
    dot += left * right;
    ones += left * left;
    others += right * right;
  }
  return ones === 0 || others === 0 ? 0 : dot / Math.sqrt(ones * others);
}

/** One list of several, best first: each passage counts for more the further in front it stands in each. */
export function fused(lists: readonly (readonly FoundPassage[])[], limit: number): readonly FoundPassage[] {
  const scores = new Map<number, { readonly passage: FoundPassage; score: number }>();
  for (const list of lists)
    for (const [at, passage] of list.entries()) {
      const known = scores.get(passage.id) ?? { passage, score: 0 };
      known.score += 1 / (RECIPROCAL_RANK + at + 1);
      scores.set(passage.id, known);
    }
  return [...scores.values()]
    .toSorted((one, other) => other.score - one.score || one.passage.id - other.passage.id)
    .slice(0, limit)
    .map(({ passage }) => passage);
}
