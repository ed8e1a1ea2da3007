import type { RunEvent, Usage } from "../../../src/engine/events/events.ts";
import { usageOf } from "../../../src/engine/reading/spender.ts";

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

/** The timeline of these events. A choice stands with what it led to; a tool's result with its call. */
export function entriesOf(events: readonly RunEvent[]): readonly Entry[] {
  const entries: Entry[] = [];
  const callAt = new Map<string, number>();
  const chosen = new Map<string, Of<"speaker.selected">>();
  let lastAtMs = Date.parse(events[0]?.at ?? "");
  for (const event of events) {
    const atMs = Date.parse(event.at);
    const tookMs = Math.max(0, atMs - lastAtMs);
    lastAtMs = atMs;
    if (event.type === "speaker.selected") {
      chosen.set(keyOf(event, event.agent), event);
      continue;
    }
    if (event.type === "tool.returned" || event.type === "tool.failed") {
      const at = callAt.get(keyOf(event, event.call));
      const entry = at === undefined ? undefined : entries[at];
      if (at !== undefined && entry?.kind === "tool") {
        entries[at] = { ...entry, end: event, events: [...entry.events, event], tookMs: entry.tookMs + tookMs };
        continue;
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
  }
  // Who has been chosen and has not done anything yet.
  for (const event of chosen.values())
    entries.push({ kind: "fact", event, seq: event.seq, at: event.at, tookMs: 0, events: [event], usage: event.usage, chosen: undefined });
  return entries;
}

/** Inside each team names and calls are its own. */
const keyOf = (event: RunEvent, name: string): string => `${event.within ?? ""}/${name}`;

/** The seqs at which a turn begins: where the floor was given to somebody, or a person spoke. */
export const turnsOf = (events: readonly RunEvent[]): readonly number[] =>
  events
    .filter(
      (event) =>
        event.type === "speaker.selected" || event.type === "run.stopped" || (event.type === "message.posted" && "person" in event),
    )
    .map(({ seq }) => seq);
