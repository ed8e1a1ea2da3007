import type { EventBody } from "../engine/events/events.ts";
import type { PassageDraft } from "./knowledge/knowledge-index.ts";
import type { Opened } from "./own-store.ts";
import type { Store } from "./store.ts";

/** The same ports, into which no text that people or models may choose goes but as `redact` gives it. */
export function redactedPorts(opened: Opened, redact: (text: string) => string): Opened {
  const { store, memory, knowledge, settings, schedules } = opened;
  return {
    ...opened,
    store: redacted(store, redact),
    memory: { ...memory, remember: (draft) => memory.remember({ ...draft, text: redact(draft.text) }) },
    knowledge: {
      ...knowledge,
      retitle: (source, document) => knowledge.retitle(source, { ...document, title: redact(document.title) }),
      put: (source, document, passages) =>
        knowledge.put(
          source,
          { ...document, title: redact(document.title) },
          passages.map((one) => redactedPassage(one, redact)),
        ),
    },
    settings: {
      ...settings,
      put: (change) => settings.put(redactAll(change, redact)),
      record: (decision) => settings.record(redactAll(decision, redact)),
    },
    schedules: { ...schedules, put: (change) => schedules.put(redactAll(change, redact)) },
  };
}

/** Where words were masked in what it shares with the passage before it, nothing can be told of that by a number of characters any more. */
function redactedPassage(passage: PassageDraft, redact: (text: string) => string): PassageDraft {
  const after = redactAll(passage, redact);
  return after.text === passage.text ? after : { ...after, overlap: 0 };
}

/** The same store, into which no text goes but as `redact` gives it. What is read of it is as it was written. */
export function redacted(store: Store, redact: (text: string) => string): Store {
  return {
    ...store,
    commit: (commit) => store.commit({ ...commit, events: commit.events.map((event) => redactedEvent(event, redact)) }),
    receive: (envelope) => store.receive({ ...envelope, body: redact(envelope.body) }),
    putNote: (key, value) => store.putNote(key, redact(value)),
    // What stands there was redacted when it was put.
    swapNote: (key, from, to) => store.swapNote(key, from, redact(to)),
  };
}

/** What a model gave along with its calls, and wants back as it was, is left out where it would be changed. */
function redactedEvent(event: EventBody, redact: (text: string) => string): EventBody {
  const after = redactAll(event, redact);
  if (event.type !== "tool.called" || JSON.stringify(event.kept) === JSON.stringify((after as typeof event).kept)) return after;
  const { kept: _changed, ...rest } = after as typeof event;
  return rest;
}

/** The same value, with every text in it redacted, however deep; keys are left as they are. */
export function redactAll<Value>(value: Value, redact: (text: string) => string): Value {
  if (typeof value === "string") return redact(value) as Value;
  if (Array.isArray(value)) return value.map((one: unknown) => redactAll(one, redact)) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, redactAll<unknown>(one, redact)])) as Value;
}
