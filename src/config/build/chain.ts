/** What a chain is read from: models, each with those to ask when it fails. */
export type Chained = ReadonlyMap<string, { readonly fallback: readonly string[] }>;

/** A model and all that are asked after it, in order, each once: those after the first of its fallbacks before the second. */
export function chainOf(models: Chained, name: string): readonly string[] {
  const chain = new Set<string>();
  const visit = (one: string) => {
    if (chain.has(one)) return;
    chain.add(one);
    for (const next of models.get(one)?.fallback ?? []) visit(next);
  };
  visit(name);
  return [...chain];
}

/** The way from a model back to itself, that name first and last; nothing when there is none. */
export function cycleFrom(models: Chained, name: string): readonly string[] | undefined {
  const seen = new Set<string>();
  const visit = (one: string, way: readonly string[]): readonly string[] | undefined => {
    for (const next of models.get(one)?.fallback ?? []) {
      if (next === name) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = visit(next, [...way, next]);
      if (found) return found;
    }
    return undefined;
  };
  return visit(name, [name]);
}
