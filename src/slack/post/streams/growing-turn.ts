import type { RunEvent } from "../../../engine/events/events.ts";
import type { Store } from "../../../store/store.ts";
import { ROWS_PER_THREAD } from "../../words/limits.ts";

/** What this process knows of the one stream of a thread. */
export interface GrowingTurn {
  readonly agent: string;
  readonly ts: string;
  /** As its note says, for as long as nobody else has taken it for one that was left. */
  readonly noted: string;
  readonly startedAtMs: number;
  /** What the message shows by now. */
  sent: string;
  /** Slack has ended it, or nobody knows what it shows. */
  isCut: boolean;
  /** The event that holds its words. */
  endSeq: number | undefined;
  /** It is to go: its words were no turn. */
  isVoid: boolean;
}

/** Words beside a call, of a turn that broke off, or of one that somebody ended are no turn. */
export function noteEnd(turn: GrowingTurn, event: RunEvent): void {
  if (turn.endSeq !== undefined || turn.isVoid) return;
  const isItsOwn = "agent" in event && event.agent === turn.agent;
  if (isItsOwn && event.type === "message.posted") turn.endSeq = event.seq;
  else if (isItsOwn || event.type === "run.stopped") turn.isVoid = true;
}

/** Whether the turn of this event is still to be posted. It may have come in another form, or not at all. */
export async function isDue(store: Pick<Store, "duePosts">, thread: string, seq: number): Promise<boolean> {
  const due = await store.duePosts(thread, ROWS_PER_THREAD);
  return due.some((post) => post.seq === seq && post.kind === "turn" && post.part === 0);
}
