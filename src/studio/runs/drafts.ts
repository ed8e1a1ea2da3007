import { isEvent, type Delta, type RunEvent } from "../../engine/events/events.ts";
import { spenderOf } from "../../engine/reading/spender.ts";

/** What is only shown and not recorded, of the turns that this process takes; a `Runner` tells of it. */
export interface Turns {
  /** Tells of each event once it is recorded, and of the deltas of turns that are here, as they come. Returns how to stop listening. */
  follow(listener: (thread: string, item: RunEvent | Delta) => void): () => void;
}

/** A piece of a turn. `after`: the seq behind which it is; the first event of the agent behind that one holds it. */
export type Piece = Delta & { readonly after: number };

/** The turns that are under way, as far as they have come. */
export interface Drafts {
  /** What each agent has said in this thread since its last event, as one piece of each kind; and from then on each piece as it comes, until it is closed. */
  follow(thread: string, listener: (piece: Piece) => void): { readonly before: readonly Piece[]; close(): void };
  close(): void;
}

/** Threads that are worked on at once are fewer; of more, whoever comes late sees what is recorded. */
const THREADS_MAX = 1_000;
/** Of one agent and kind; whoever comes later sees this much of its beginning, and then what is recorded. */
const DRAFT_CHARS_MAX = 50_000;

interface Thread {
  readonly drafts: Map<string, Piece>;
  /** Of each agent: the event behind which what it says now is. */
  readonly after: Map<string, number>;
  lastSeq: number;
}

/** Listens from now on; a program listens once, however many look. */
export function createDrafts(turns: Turns | undefined): Drafts {
  const threads = new Map<string, Thread>();
  const listeners = new Map<string, Set<(piece: Piece) => void>>();

  function hear(name: string, item: RunEvent | Delta): void {
    const thread = threads.get(name) ?? { drafts: new Map(), after: new Map(), lastSeq: 0 };
    threads.delete(name);
    threads.set(name, thread);
    if (isEvent(item)) {
      thread.lastSeq = item.seq;
      for (const agent of whose(item)) {
        thread.after.set(agent, item.seq);
        for (const [key, draft] of thread.drafts) if (draft.agent === agent) thread.drafts.delete(key);
      }
      if (item.type === "run.stopped" && item.within === undefined) threads.delete(name);
    } else {
      const after = thread.after.get(item.agent) ?? thread.lastSeq;
      thread.after.set(item.agent, after);
      const piece = { ...item, after };
      const key = `${item.type} ${item.agent}`;
      thread.drafts.set(key, joined(thread.drafts.get(key), piece));
      for (const listener of listeners.get(name) ?? []) listener(piece);
    }
    if (threads.size > THREADS_MAX) threads.delete(threads.keys().next().value ?? "");
  }

  const close = turns?.follow(hear) ?? (() => undefined);
  return {
    follow(name, listener) {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      return {
        before: [...(threads.get(name)?.drafts.values() ?? [])],
        close() {
          all.delete(listener);
          if (all.size === 0 && listeners.get(name) === all) listeners.delete(name);
        },
      };
    },
    close,
  };
}

/** Who has done it: what they were saying stands in it. A choice ends what its agent said before, and what was said of choosing. */
export const whose = (event: RunEvent): readonly string[] => [...("agent" in event && event.agent ? [event.agent] : []), spenderOf(event)];

/** The two as one, where they are of a kind: behind what is too long nothing is put. */
export function joined(before: Piece | undefined, piece: Piece): Piece {
  if (
    !before ||
    before.type === "activity" ||
    piece.type === "activity" ||
    before.type !== piece.type ||
    before.agent !== piece.agent ||
    before.after !== piece.after
  )
    return piece;
  return before.text.length >= DRAFT_CHARS_MAX ? before : { ...before, text: before.text + piece.text };
}
