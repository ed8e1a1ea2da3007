/** What a function of an extension gave, in words for whoever wrote it. Texts are not told: a guard may give what nobody must see. */
export function gave(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (value instanceof Promise) return "a promise, and may not wait";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return `an object with ${Object.keys(value).slice(0, KEYS_SHOWN_MAX).join(", ") || "no keys"}`;
  return typeof value === "number" || typeof value === "boolean" ? `${value}` : NAMES[typeof value];
}

const NAMES = { string: "text", number: "a number", boolean: "true or false", bigint: "a bigint", symbol: "a symbol", function: "a function", undefined: "nothing", object: "an object" } as const; // prettier-ignore
const KEYS_SHOWN_MAX = 5;
