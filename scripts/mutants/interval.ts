/** 97.5 % of a normal distribution lie below so many standard deviations: 95 % lie between that and its negative. */
const Z = 1.959964;

/** Between what shares the true one lies in 95 of 100 samples, when `share` of `drawn` were seen: Wilson's score interval, from 0 to 1. */
export function wilson(share: number, drawn: number): { readonly from: number; readonly to: number } {
  if (drawn === 0) return { from: 0, to: 1 };
  const centre = share + Z ** 2 / (2 * drawn);
  const spread = Z * Math.sqrt((share * (1 - share)) / drawn + Z ** 2 / (4 * drawn ** 2));
  const scale = 1 + Z ** 2 / drawn;
  return { from: Math.max(0, (centre - spread) / scale), to: Math.min(1, (centre + spread) / scale) };
}

export interface Stratum {
  readonly size: number;
  readonly drawn: number;
  readonly noticed: number;
}

/**
 * The share of all, of which each stratum has its own sample, weighted by the strata's sizes; and of how many drawn at random from all it is worth as
 * much (Kish's effective sample size). A stratum of which nothing was drawn tells nothing and is left out.
 */
export function weighted(strata: readonly Stratum[]): { readonly share: number; readonly effective: number } {
  const told = strata.filter(({ drawn }) => drawn > 0);
  const all = told.reduce((sum, { size }) => sum + size, 0);
  const sum = (part: (stratum: Stratum, weight: number) => number) => told.reduce((total, one) => total + part(one, one.size / all), 0);
  const spread = sum(({ drawn }, weight) => weight ** 2 / drawn);
  return { share: sum(({ noticed, drawn }, weight) => (weight * noticed) / drawn), effective: spread === 0 ? 0 : 1 / spread };
}
