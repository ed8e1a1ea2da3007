/** What tests draw by chance: how often, from which seed, and how a failure tells it. */

/** How many cases a property is tried with: `usual`, or as many as PROPERTY_RUNS says. */
export const runsOf = (usual: number): number => Number(process.env["PROPERTY_RUNS"] ?? usual);

/** The first seed, or `usual`: PROPERTY_SEED brings back what failed. */
export const seedOf = (usual: number): number => toldSeed() ?? usual;

/** PROPERTY_SEED, where it is set. */
export function toldSeed(): number | undefined {
  const told = process.env["PROPERTY_SEED"];
  if (told === undefined || told === "") return undefined;
  const seed = Number(told);
  if (!Number.isSafeInteger(seed)) throw new Error(`PROPERTY_SEED is "${told}"; it takes a whole number, such as 7.`);
  return seed;
}

/** Tries `property` with so many seeds from the first one on; a failure says by which seed it comes back. */
export async function withSeeds(count: number, property: (seed: number) => Promise<void>): Promise<void> {
  const first = seedOf(1);
  for (let seed = first; seed < first + count; seed++) {
    try {
      await property(seed);
    } catch (error) {
      throw new Error(`It comes back with PROPERTY_SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}

/** The same numbers in [0, 1) for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
