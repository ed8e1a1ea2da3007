import type { Store } from "./store.ts";

/** The same store, into which no text goes but as `redact` gives it. What is read of it is as it was written. */
export function redacted(store: Store, redact: (text: string) => string): Store {
  return {
    ...store,
    commit: (commit) => store.commit({ ...commit, events: redactAll(commit.events, redact) }),
    receive: (envelope) => store.receive({ ...envelope, body: redact(envelope.body) }),
    putNote: (key, value) => store.putNote(key, redact(value)),
    // What stands there was redacted when it was put.
    swapNote: (key, from, to) => store.swapNote(key, from, redact(to)),
  };
}

/** The same value, with every text in it redacted, however deep; keys are left as they are. */
export function redactAll<Value>(value: Value, redact: (text: string) => string): Value {
  if (typeof value === "string") return redact(value) as Value;
  if (Array.isArray(value)) return value.map((one: unknown) => redactAll(one, redact)) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, redactAll<unknown>(one, redact)])) as Value;
}
