/** A count of tokens as a server gives it; 0 for what is none, and for what nobody can have counted. Some give it as text. */
export function countedTokens(value: unknown): number {
  const count = typeof value === "string" && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof count === "number" && count > 0 && count <= TOKENS_MAX ? Math.round(count) : 0;
}

const TOKENS_MAX = 1e12;
