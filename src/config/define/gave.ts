/** What a function of an extension gave, in words for whoever wrote it. Texts are not told: a guard may give what nobody must see. */
export function gave(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (value instanceof Promise) return "a promise, and may not wait";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "text";
  return typeof value === "object"
    ? `an object with ${Object.keys(value).slice(0, KEYS_SHOWN_MAX).join(", ") || "no keys"}`
    : String(value);
}

const KEYS_SHOWN_MAX = 5;
