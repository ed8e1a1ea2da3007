/** A count of tokens as a server gives it; 0 for what is none. Some give it as text. */
export function countedTokens(value: unknown): number {
  const count = typeof value === "string" && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof count === "number" && Number.isFinite(count) && count > 0 ? Math.round(count) : 0;
}
