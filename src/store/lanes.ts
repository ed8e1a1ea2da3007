import { createQueue } from "../keyed-queue.ts";
import type { Clock } from "../engine/clock.ts";
import type { EventBody, Person, RunEvent } from "../engine/events/events.ts";
import { readAgain } from "../engine/reading/fold.ts";
import { currentRun, type Transcript } from "../engine/reading/transcript.ts";
import type { Claim } from "./dispatch.ts";
import { createIdleLanes, type Size } from "./idle-lanes.ts";
import { type Commit, type CommitResult, EVERY_THREAD, type Heard, nameNote, type PostDraft, type Store } from "./store.ts";

/** A thread's log in memory, the one line in which those of this process who write to it wait, and the pen. */
export interface Lane {
  readonly thread: string;
  workspace: string;
  /** Grows with each commit, whoever made it. */
  readonly transcript: Transcript;
  /**
   * Runs a job when those before it have ended. A job looks at the log, decides, and appends once. Where somebody else has recorded
   * something since it looked, nothing of it is recorded: it is run again from its beginning, the log read on.
   */
  inTurn<T>(job: () => Promise<T>): Promise<T>;
  /** Only in one's turn, and once. Without events it sets the wake-up alone. */
  append(bodies: readonly EventBody[], wake: Commit["wake"]): Promise<void>;
  /** The same, of something that a person said, which wakes the thread; nothing is recorded where it is one more than they may. */
  appendHeard(bodies: readonly EventBody[], heard: Heard): Promise<TooMany | undefined>;
  /** A call has ended, and the next event that tells a cost tells its cost too: with that, what was set aside for it is let go. */
  settles(reservation: string): void;
  /** Reads on where the log is known to go as far as this event and what is in memory does not: what others record is heard a little later than it can be read. */
  readThrough(seq: number): Promise<void>;
  /** The log for whoever only looks, through this event where it is known to go so far: what was put anew and is not read again yet is read for them alone. */
  look(throughSeq: number): Promise<Transcript>;
  /** What stands in the log was put anew: it is read again. Only in one's turn. */
  reload(): Promise<void>;
  /** Resolves when something has next been recorded that wakes the thread `now`, by whomever: words or a yes from outside. */
  readonly heard: () => Promise<void>;
}

type TooMany = Extract<CommitResult, { kind: "too many" }>;

export interface Lanes {
  /**
   * The lane of a thread, its log read; `claim`: for whoever has the turn there, in whose name all of it is recorded. Each `enter` needs its
   * {@link leave}; when it throws, it has left.
   */
  enter(thread: string, workspace: string | undefined, claim?: Claim): Promise<Lane>;
  leave(lane: Lane): void;
  /** The log of a thread, where somebody uses it now and it goes as far as this event: most who only look need no more, and do not wait for it. */
  atHand(thread: string, throughSeq?: number): Transcript | undefined;
  /** Hears of no more commits. */
  close(): void;
}

export interface LanesParts {
  readonly store: Pick<Store, "load" | "commit" | "follow"> & Partial<Pick<Store, "followNotes" | "openers">>;
  readonly clock: Clock;
  /** Which messages an event makes, given the log before it. */
  readonly posts: (event: RunEvent, before: Transcript, thread: string) => readonly Omit<PostDraft, "event">[];
  /** For whom the costs of a thread are summed by day, by who started its run; for nobody when absent. */
  readonly accounts?: (thread: string, startedBy: Person) => readonly string[];
  /** Told of each event once it is recorded, whoever recorded it, in the order of the log of its thread; the lane has it by then. */
  readonly recorded: (thread: string, event: RunEvent) => void;
}

/** Each time somebody else has recorded something, so that the conversation goes on all the same; this many times is a bug. */
const TRIES_MAX = 1_000;

/**
 * A lane lives in memory while somebody uses it, and a little longer: of one message the log is asked for by whoever hears it, answers it, posts
 * it and shows how far it is, one after the other. Those used last are kept (idle-lanes.ts); a parked thread costs nothing.
 */
export function createLanes(parts: LanesParts): Lanes {
  const lanes = new Map<string, Held>();
  const idle = createIdleLanes();
  const unfollow = parts.store.follow(({ thread, events, wakes, rewritten, here }) => {
    lanes.get(thread)?.told(events, wakes);
    if (rewritten) for (const held of thread === EVERY_THREAD ? lanes.values() : [lanes.get(thread)]) if (held) putAnew(held, here);
    for (const event of events) parts.recorded(thread, event);
  });
  // A log is read with the names of people that are known by then.
  const unfollowNotes = parts.store.followNotes?.((key) => {
    if (!key.startsWith(NAME_NOTES)) return;
    for (const held of lanes.values()) if (held.users > 0) held.isOld("named");
    for (const thread of idle.all()) forget(thread);
  });

  /** What is put anew here is read again by whoever does it. Where it cannot be read now, it is not kept. */
  function putAnew(held: Held, here: boolean): void {
    if (held.users === 0) return forget(held.lane.thread);
    held.isOld("anew");
    if (!here) held.lane.inTurn(held.lane.reload).catch(() => undefined);
  }

  function leave({ thread }: Lane): void {
    const held = lanes.get(thread);
    if (!held || --held.users > 0) return;
    if (held.isOld()) return forget(thread);
    idle.add(thread, held.size()).forEach(forget);
  }

  function forget(thread: string): void {
    idle.remove(thread);
    lanes.delete(thread);
  }

  return {
    async enter(thread, workspace, claim) {
      let held = lanes.get(thread);
      const wasThere = held !== undefined;
      if (!held) lanes.set(thread, (held = { ...createLane(thread, workspace ?? "", parts), users: 0 }));
      held.users++;
      idle.remove(thread);
      try {
        await held.loaded;
        // Another process may have had the turn until now, and its last commit be heard a little later than it can be read: no model is asked about an older log
        // than that of the claim.
        if (wasThere && claim && (parts.store.openers?.("turns") ?? 1) > 1) await held.lane.readThrough(Number.POSITIVE_INFINITY);
      } catch (error) {
        // The next one reads it anew.
        if (--held.users === 0 && lanes.get(thread) === held) forget(thread);
        throw error;
      }
      if (workspace) held.lane.workspace = workspace;
      return claim ? held.claimed(claim) : held.lane;
    },
    leave,
    atHand(thread, throughSeq = 0) {
      const held = lanes.get(thread);
      return held && held.users > 0 && held.goesThrough(throughSeq) ? held.lane.transcript : undefined;
    },
    close() {
      unfollow();
      unfollowNotes?.();
    },
  };
}

/** What the keys of all notes of names begin with. */
const NAME_NOTES = nameNote("", "").replace(/(?<!\/)\/+$/, "/");

/** What a commit has recorded in this thread, and whether it wakes it. */
type Told = (events: readonly RunEvent[], wakes: boolean) => void;

interface Kept {
  readonly lane: Lane;
  /** The same lane, for whoever has the turn. */
  readonly claimed: (claim: Claim) => Lane;
  readonly told: Told;
  /** Whether the log may say by now something else than what is in memory: it is not kept then. `why` says so until a reload that begins later; what was put `anew` nobody is shown. */
  readonly isOld: (why?: "named" | "anew") => boolean;
  /** Whether all of the log that is known is in memory, up to this event at least. */
  readonly goesThrough: (seq: number) => boolean;
  /** Of the log in memory; each event is measured once. */
  readonly size: () => Size;
  readonly loaded: Promise<void>;
}

interface Held extends Kept {
  users: number;
}

function createLane(thread: string, workspace: string, parts: LanesParts): Kept {
  const { store, clock, posts } = parts;
  const events: RunEvent[] = [];
  const inTurn = createQueue();
  let next = Promise.withResolvers<void>();
  /** The last event that is known to be recorded, and the last one that the job in turn has seen. */
  let toldSeq = 0;
  let seenSeq = 0;
  let [isOld, isLoaded] = [false, false];
  /** How often the log was put anew, and which of these is in memory. */
  let [timesAnew, anewHere] = [0, 0];
  let measured: Size = { events: 0, chars: 0 };
  const unsettled = new Set<string>();
  const lastSeq = (): number => events.at(-1)?.seq ?? 0;

  /** What came in between is read. */
  function take(recorded: readonly RunEvent[]): void {
    for (const event of recorded) if (event.seq === lastSeq() + 1) events.push(event);
    toldSeq = Math.max(toldSeq, recorded.at(-1)?.seq ?? 0);
  }

  async function readOn(): Promise<void> {
    do {
      const told = toldSeq;
      for (const event of await store.load(thread, lastSeq())) if (event.seq > lastSeq()) events.push(event);
      // What has been told and is not there has been taken away since.
      if (lastSeq() < told && told === toldSeq) toldSeq = lastSeq();
    } while (lastSeq() < toldSeq);
  }

  async function decided<T>(job: () => Promise<T>): Promise<T> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (lastSeq() < toldSeq) await readOn();
      seenSeq = lastSeq();
      try {
        return await job();
      } catch (error) {
        if (!(error instanceof Stale)) throw error;
        await readOn();
      }
    }
    throw new Error(`others have written to ${thread} ${TRIES_MAX} times before anything could be recorded there`);
  }

  async function append(
    bodies: readonly EventBody[],
    wake: Commit["wake"],
    about: Pick<Commit, "heard" | "claim">,
  ): Promise<TooMany | undefined> {
    if (lastSeq() !== seenSeq) throw new Stale();
    const at = new Date(clock.now()).toISOString();
    const drafts = bodies.flatMap((body, event) =>
      posts({ ...body, seq: seenSeq + event + 1, at }, lane.transcript, thread).map((post) => ({ event, ...post })),
    );
    const { startedBy } = currentRun(lane.transcript);
    const accounts = startedBy && parts.accounts ? { accounts: parts.accounts(thread, startedBy) } : {};
    const commit = { thread, workspace: lane.workspace, afterSeq: seenSeq, at, events: bodies, posts: drafts, wake };
    const settles = bodies.some((body) => "usage" in body && body.usage) ? [...unsettled] : [];
    const result = await store.commit({ ...commit, ...accounts, ...about, ...(settles.length > 0 ? { settles } : {}) });
    if (result.kind === "stale") throw new Stale();
    if (result.kind === "fenced") throw new Fenced(thread);
    if (result.kind === "too many") return result;
    for (const reservation of settles) unsettled.delete(reservation);
    take(result.events);
    seenSeq = lastSeq();
    return undefined;
  }

  const lane: Lane = {
    thread,
    workspace,
    transcript: { events },
    inTurn: (job) => inTurn(() => decided(job)),
    append: async (bodies, wake) => void (await append(bodies, wake, {})),
    appendHeard: (bodies, heard) => append(bodies, "now", { heard: [heard] }),
    settles: (reservation) => void unsettled.add(reservation),
    async readThrough(seq) {
      if (lastSeq() < seq) await readOn();
    },
    async look(throughSeq) {
      if (anewHere < timesAnew) return { events: await store.load(thread, 0) };
      if (lastSeq() < Math.max(throughSeq, toldSeq)) await readOn();
      return lane.transcript;
    },
    async reload() {
      // Before it is read: what makes it old meanwhile counts, and what is told.
      const [anew, told] = [timesAnew, toldSeq];
      [isOld, toldSeq] = [false, 0];
      const stored = await store.load(thread, 0).catch((error: unknown) => {
        [isOld, toldSeq] = [true, Math.max(toldSeq, told)];
        throw error;
      });
      events.splice(0, events.length, ...stored);
      measured = { events: 0, chars: 0 };
      readAgain(lane.transcript);
      anewHere = anew;
      if (lastSeq() < toldSeq) await readOn();
      seenSeq = toldSeq = lastSeq();
    },
    heard: () => next.promise,
  };
  return {
    lane,
    claimed: (claim) => ({
      ...lane,
      append: async (bodies, wake) => void (await append(bodies, wake, { claim })),
    }),
    told(recorded, wakes) {
      take(recorded);
      if (!wakes) return;
      next.resolve();
      next = Promise.withResolvers();
    },
    isOld(why) {
      if (why === "anew") timesAnew++;
      isOld ||= why === "named";
      return isOld || anewHere < timesAnew;
    },
    goesThrough: (seq) => isLoaded && !isOld && anewHere === timesAnew && lastSeq() >= Math.max(seq, toldSeq),
    size() {
      let { chars } = measured;
      for (let index = measured.events; index < events.length; index++) chars += JSON.stringify(events[index]).length;
      return (measured = { events: events.length, chars });
    },
    loaded: readOn().then(() => void (isLoaded = true)),
  };
}

/** The turn is somebody else's by now: nothing was recorded, and it is to be given up. */
export class Fenced extends Error {
  override readonly name = "Fenced";

  constructor(thread: string) {
    super(`the turn in ${thread} is somebody else's by now`);
  }
}

/** Somebody else has recorded something since the job looked at the log. */
class Stale extends Error {
  override readonly name = "Stale";
}
