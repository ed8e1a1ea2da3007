import type { RunEvent, Usage } from "../../../src/engine/events/events.ts";
import { usageOf } from "../../../src/engine/reading/spender.ts";
import type { Reading } from "./folded.ts";

type Of<Type extends RunEvent["type"]> = Extract<RunEvent, { readonly type: Type }>;

/** What the timeline shows as one thing: words, a tool with its result, code with its output, or a line about what happened. */
export type Entry = {
  /** Of its first event. */
  readonly seq: number;
  readonly at: string;
  /** Since the event before, in milliseconds. */
  readonly tookMs: number;
  /** Its events, as they are recorded. */
  readonly events: readonly RunEvent[];
  readonly usage: Usage | undefined;
  /** The choice that gave the floor to who speaks here; on the first thing of a turn alone. */
  readonly chosen: Of<"speaker.selected"> | undefined;
} & (
  | { readonly kind: "words"; readonly event: Of<"message.posted"> }
  | { readonly kind: "tool"; readonly call: Of<"tool.called">; readonly end: Of<"tool.returned"> | Of<"tool.failed"> | undefined }
  | { readonly kind: "code"; readonly event: Of<"code.ran"> }
  | { readonly kind: "fact"; readonly event: RunEvent }
);

/** The timeline as far as it has been read. */
interface Timeline {
  readonly entries: Entry[];
  /** Index of the entry of a tool's call. */
  readonly callAt: Map<string, number>;
  /** Who has been chosen and has not done anything yet. */
  readonly chosen: Map<string, Of<"speaker.selected">>;
  lastAtMs: number | undefined;
}

/** The timeline, event by event: a choice stands with what it led to, a tool's result with its call. An entry that has not changed stays the same. */
export const timeline: Reading<RunEvent, Timeline> = {
  initial: () => ({ entries: [], callAt: new Map(), chosen: new Map(), lastAtMs: undefined }),
  copy: ({ entries, callAt, chosen, lastAtMs }) => ({ entries: [...entries], callAt: new Map(callAt), chosen: new Map(chosen), lastAtMs }),
  step(state, event) {
    const { entries, callAt, chosen } = state;
    const atMs = Date.parse(event.at);
    const tookMs = Math.max(0, atMs - (state.lastAtMs ?? atMs));
    state.lastAtMs = atMs;
    if (event.type === "speaker.selected") {
      chosen.set(keyOf(event, event.agent), event);
      return state;
    }
    if (event.type === "tool.returned" || event.type === "tool.failed") {
      const at = callAt.get(keyOf(event, event.call));
      const entry = at === undefined ? undefined : entries[at];
      if (at !== undefined && entry?.kind === "tool") {
        entries[at] = { ...entry, end: event, events: [...entry.events, event], tookMs: entry.tookMs + tookMs };
        return state;
      }
    }
    const agent = "agent" in event ? event.agent : undefined;
    const choice = agent === undefined ? undefined : chosen.get(keyOf(event, agent));
    if (agent !== undefined) chosen.delete(keyOf(event, agent));
    const common = {
      seq: choice?.seq ?? event.seq,
      at: event.at,
      tookMs,
      events: choice ? [choice, event] : [event],
      usage: usageOf(event),
      chosen: choice,
    };
    if (event.type === "tool.called") {
      callAt.set(keyOf(event, event.call), entries.length);
      entries.push({ ...common, kind: "tool", call: event, end: undefined });
    } else if (event.type === "message.posted") entries.push({ ...common, kind: "words", event });
    else if (event.type === "code.ran") entries.push({ ...common, kind: "code", event });
    else entries.push({ ...common, kind: "fact", event });
    return state;
  },
};

/** What is shown of it: last, who has been chosen and has not done anything yet. */
export function entriesIn({ entries, chosen }: Timeline): readonly Entry[] {
  const pending = [...chosen.values()].map((event): Entry => ({
    kind: "fact",
    event,
    seq: event.seq,
    at: event.at,
    tookMs: 0,
    events: [event],
    usage: event.usage,
    chosen: undefined,
  }));
  return [...entries, ...pending];
}

/** Inside each team names and calls are its own. */
const keyOf = (event: RunEvent, name: string): string => `${event.within ?? ""}/${name}`;

/** The indexes of the events with which a turn begins: where the floor was given to somebody, or a person spoke; and of the end. */
export const turnsOf = (events: readonly RunEvent[]): readonly number[] =>
  events.flatMap((event, index) =>
    event.type === "speaker.selected" || event.type === "run.stopped" || (event.type === "message.posted" && "person" in event)
      ? [index]
      : [],
  );
