import type { LimitFact } from "./limits.ts";
import type { RunFact } from "./run.ts";
import type { TalkFact } from "./talk.ts";
import type { WorkFact } from "./work.ts";

export type * from "./limits.ts";
export type * from "./run.ts";
export * from "./talk.ts";
export * from "./values.ts";
export type * from "./work.ts";

/**
 * The words of the log, by theme; beside each theme is the fold that reads its part of a run's state off them. A {@link RunEvent} is a stored fact: past tense, numbered, never changed, but that its words may be forgotten.
 * A {@link Delta} is seen while it happens and is not kept. Plain unions of plain JSON, so that the log
 * can be read by a person, by `--json` and by a newer version.
 */
export type RunEvent = EventBody & Recorded;

/** What recording adds to an event. */
export interface Recorded {
  /** 1, 2, 3 … within the thread, without a gap. */
  readonly seq: number;
  /** When it was recorded: ISO 8601, UTC. */
  readonly at: string;
  /** When its words were taken out of the log: ISO 8601, UTC. They were there once; see forgotten.ts. */
  readonly forgotten?: string;
}

/** An event as an agent or the runner yields it, before it has been recorded. */
export type EventBody = Fact & Whereabouts;

/** Set on what happens inside a team that is itself a participant. */
export interface Whereabouts {
  /** The participant inside which it happened; `outer/inner` where teams are nested deeper. */
  readonly within?: string;
  /** Shown to watchers, but no part of what the agents outside hear: their participant speaks with one voice. */
  readonly quiet?: true;
  /**
   * Said outside the team in whose log it stands, which is a participant: its task, and no word of its members. Never stored; a team's own
   * log is read off the thread's.
   */
  readonly outside?: true;
}

type Fact = RunFact | TalkFact | WorkFact | LimitFact;

/** Seen, not stored: shown while it happens, then dropped; the event that follows holds all of it. */
export type Delta =
  | { readonly type: "text.delta"; readonly agent: string; readonly text: string }
  | { readonly type: "reasoning.delta"; readonly agent: string; readonly text: string }
  | { readonly type: "activity"; readonly agent: string; readonly doing: string };

/** True for what must be recorded, false for a {@link Delta}. */
export function isEvent<E extends { readonly type: string }>(item: E): item is Exclude<E, Delta> {
  return item.type !== "text.delta" && item.type !== "reasoning.delta" && item.type !== "activity";
}
