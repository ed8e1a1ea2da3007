import type { Clock } from "../engine/clock.ts";
import type { EventBody, Person, RunEvent } from "../engine/events/events.ts";
import { currentRun, readAgain, type Transcript } from "../engine/reading/transcript.ts";
import type { Commit, Heard, PostDraft, Store } from "./store.ts";

/** A thread's log in memory, the one line in which those who write to it wait, and the pen. */
export interface Lane {
  readonly thread: string;
  workspace: string;
  readonly transcript: Transcript;
  /** Runs a job when those before it have ended. */
  inTurn<T>(job: () => Promise<T>): Promise<T>;
  /** `heard`: what of a person's this is. Records, and only then adds to the transcript and tells. Only in one's turn. Without events it sets the wake-up alone. */
  append(bodies: readonly EventBody[], wake: Commit["wake"], heard?: Heard): Promise<void>;
  /** What stands in the log was put anew: it is read again. Only in one's turn. */
  reload(): Promise<void>;
  /** Resolves when something has next been recorded that wakes the thread `now`: words or a yes from outside. */
  readonly heard: () => Promise<void>;
}

export interface Lanes {
  /** The lane of a thread, its log read. Each `enter` needs its {@link leave}; when it throws, it has left. */
  enter(thread: string, workspace: string | undefined): Promise<Lane>;
  leave(lane: Lane): void;
}

export interface LanesParts {
  readonly store: Pick<Store, "load" | "commit">;
  readonly clock: Clock;
  /** Which messages an event makes, given the log before it. */
  readonly posts: (event: RunEvent, before: Transcript) => readonly Omit<PostDraft, "event">[];
  /** For whom the costs of a thread are summed by day, by who started its run; for nobody when absent. */
  readonly accounts?: (thread: string, startedBy: Person) => readonly string[];
  /** Told of each event once it is recorded. */
  readonly recorded: (thread: string, event: RunEvent) => void;
}

/** A lane lives in memory while somebody uses it; a parked thread costs nothing. */
export function createLanes(parts: LanesParts): Lanes {
  const lanes = new Map<string, { readonly lane: Lane; readonly loaded: Promise<void>; users: number }>();

  function leave({ thread }: Lane): void {
    const held = lanes.get(thread);
    if (held && --held.users === 0) lanes.delete(thread);
  }

  return {
    async enter(thread, workspace) {
      let held = lanes.get(thread);
      if (!held) lanes.set(thread, (held = { ...createLane(thread, workspace ?? "", parts), users: 0 }));
      held.users++;
      try {
        await held.loaded;
      } catch (error) {
        leave(held.lane);
        throw error;
      }
      if (workspace) held.lane.workspace = workspace;
      return held.lane;
    },
    leave,
  };
}

function createLane(thread: string, workspace: string, parts: LanesParts): { readonly lane: Lane; readonly loaded: Promise<void> } {
  const { store, clock, posts, recorded } = parts;
  const events: RunEvent[] = [];
  let tail: Promise<unknown> = Promise.resolve();
  let next = Promise.withResolvers<void>();
  const lane: Lane = {
    thread,
    workspace,
    transcript: { events },
    inTurn(job) {
      const result = tail.then(job);
      tail = result.catch(() => undefined);
      return result;
    },
    async append(bodies, wake, heard) {
      const afterSeq = events.at(-1)?.seq ?? 0;
      const at = new Date(clock.now()).toISOString();
      const drafts = bodies.flatMap((body, event) =>
        posts({ ...body, seq: afterSeq + event + 1, at }, lane.transcript).map((post) => ({ event, ...post })),
      );
      const { startedBy } = currentRun(lane.transcript);
      const accounts = startedBy && parts.accounts ? { accounts: parts.accounts(thread, startedBy) } : {};
      const result = await store.commit({
        thread,
        workspace: lane.workspace,
        afterSeq,
        at,
        events: bodies,
        posts: drafts,
        wake,
        ...accounts,
        ...(heard ? { heard: [heard] } : {}),
      });
      // One process writes one file, so this is a bug; nothing was written, and the lane is read again.
      if (result.kind === "stale")
        throw new Error(`the log of ${thread} has ${result.lastSeq} events, not ${afterSeq}: somebody else wrote to it`);
      for (const event of result.events) {
        events.push(event);
        recorded(thread, event);
      }
      if (wake !== "now") return;
      next.resolve();
      next = Promise.withResolvers();
    },
    async reload() {
      const stored = await store.load(thread, 0);
      events.splice(0, events.length, ...stored);
      readAgain(lane.transcript);
    },
    heard: () => next.promise,
  };
  return { lane, loaded: store.load(thread, 0).then((stored) => void events.push(...stored)) };
}
