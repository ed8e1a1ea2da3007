import type { Definition, DefinitionKind } from "./definition.ts";

/** Everything that a team file can name, by kind and name. */
export type Registry = { readonly [Kind in DefinitionKind]: ReadonlyMap<string, OfKind<Kind>> };

type OfKind<Kind extends DefinitionKind> = Extract<Definition, { readonly defines: Kind }>;

/** Two of one kind have the same name. */
export class TwiceDefined extends Error {
  override readonly name = "TwiceDefined";
}

/** Throws {@link TwiceDefined}. */
export function createRegistry(definitions: Iterable<Definition>): Registry {
  const registry = {
    policy: new Map(),
    stop: new Map(),
    agent: new Map(),
    tool: new Map(),
    model: new Map(),
    guard: new Map(),
    scorer: new Map(),
    store: new Map(),
  };
  for (const definition of definitions) {
    const known: Map<string, Definition> = registry[definition.defines];
    if (known.has(definition.name))
      throw new TwiceDefined(`there is ${A[definition.defines]} "${definition.name}" already; take another name.`);
    known.set(definition.name, definition);
  }
  return registry;
}

/** The registry with these besides. Throws {@link TwiceDefined}. */
export const extended = (registry: Registry, definitions: readonly Definition[]): Registry =>
  definitions.length === 0 ? registry : createRegistry([...allOf(registry), ...definitions]);

export const allOf = (registry: Registry): Definition[] => Object.values(registry).flatMap((ofKind) => [...ofKind.values()]);

const A: { readonly [Kind in DefinitionKind]: string } = {
  policy: "a policy",
  stop: "a stop",
  agent: "an agent kind",
  tool: "a tool kind",
  model: "a model provider",
  guard: "a guard",
  scorer: "a scorer",
  store: "a store",
};
