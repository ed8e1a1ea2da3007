/** What came with a reply and has to go back with its calls: gathered piece by piece. */
export interface KeptPieces {
  text(name: string, text: string): void;
  list(name: string, items: readonly unknown[]): void;
  value(name: string, value: unknown): void;
  ofCall(key: string | number, value: { readonly [name: string]: unknown }): void;
  /** `keys` of the calls, in their order; `undefined` when there is nothing to keep, or more than a log can hold. */
  all(keys: readonly (string | number)[]): { readonly [key: string]: unknown } | undefined;
}

/** Half of the largest event of the log. */
const KEPT_CHARS_MAX = 400_000;

export function newKept(): KeptPieces {
  const message: { [name: string]: unknown } = {};
  const calls = new Map<string | number, { [name: string]: unknown }>();
  return {
    text: (name, text) => void (message[name] = `${typeof message[name] === "string" ? message[name] : ""}${text}`),
    list(name, items) {
      const known = (message[name] ??= []) as unknown[];
      for (const item of items) if (!extend(known.at(-1), item)) known.push(item);
    },
    value: (name, value) => void (message[name] = value),
    ofCall: (key, value) => void calls.set(key, { ...calls.get(key), ...value }),
    all(keys) {
      const own = keys.map((key) => calls.get(key) ?? null);
      const what = {
        ...(Object.keys(message).length > 0 ? { message } : {}),
        ...(own.some((one) => one !== null) ? { calls: own } : {}),
      };
      return Object.keys(what).length === 0 || JSON.stringify(what).length > KEPT_CHARS_MAX ? undefined : what;
    },
  };
}

const GROWING = ["text", "summary", "thinking"] as const;

/** Parts of one item come one after the other, with the same index or none: their words are joined. */
function extend(before: unknown, item: unknown): boolean {
  if (!isObject(before) || !isObject(item) || before.type !== item.type || before.index !== item.index) return false;
  if (!GROWING.some((name) => typeof item[name] === "string") && typeof item.signature !== "string") return false;
  if (before.signature && GROWING.some((name) => typeof item[name] === "string" && item[name] !== "")) return false; // It was at its end.
  for (const [name, value] of Object.entries(item)) {
    if (value === null || value === undefined) continue;
    const grows = GROWING.some((one) => one === name) && typeof before[name] === "string" && typeof value === "string";
    before[name] = grows ? `${before[name] as string}${value}` : value;
  }
  return true;
}

const isObject = (value: unknown): value is { [key: string]: unknown } => typeof value === "object" && value !== null;
