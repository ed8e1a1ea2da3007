import type { Clock } from "./engine/clock.ts";
import { isEvent, type Delta, type EventBody, type Failure, type Person, type RunEvent } from "./engine/events.ts";
import { converse, runStopped } from "./engine/run.ts";
import type { Team } from "./engine/team.ts";
import { currentRun, isWaiting, wasHeard, type Transcript } from "./engine/transcript.ts";
import type { Dispatch } from "./store/dispatch.ts";
import { StoreError, type Store } from "./store/store.ts";

/** The only writer. People's words come in, events are recorded, and readers are told of what has been recorded. */
export interface Runner {
  /** A person's words: a task, an answer, or steering, as the log says. Recorded before it resolves. */
  say(said: Said): Promise<Heard>;
  /** Answers an open approval; `false` when there is none by that call (it was answered before). */
  approve(
    thread: string,
    answer: { readonly call: string; readonly approved: boolean; readonly person: Person; readonly reason?: string },
  ): Promise<boolean>;
  /** Ends the run at once, also in mid-call and in mid-container; `false` when nobody is talking. */
  stop(thread: string, person: Person): Promise<boolean>;
  /** The log of a thread, to read. Empty for an unknown thread. */
  read(thread: string): Promise<Transcript>;
  /** Tells of each event once it is recorded, and of deltas as they come. Returns how to stop listening. A listener must not throw. */
  follow(listener: Follower): () => void;
  /** Takes up every run whose log says that it is unfinished, and works on what comes. */
  start(): void;
  /** Takes no new work, gives up turns under way (their logs say how to go on) and resolves when nothing runs. */
  close(): Promise<void>;
}

export type Follower = (thread: string, item: RunEvent | Delta) => void;

export interface Said {
  readonly thread: string;
  /** Whose thread: for fairness between workspaces. */
  readonly workspace: string;
  readonly person: Person;
  readonly text: string;
  /** Unique id of the message where it came from: said twice, heard once. */
  readonly id: string;
  /** Whether the bot is spoken to (a mention, a direct message). Only such words start a run; others are heard while one is going on. */
  readonly addressed: boolean;
  /** The team for a run that this starts; the default one when absent. */
  readonly team?: string;
}

export type Heard =
  | { readonly kind: "started"; readonly run: string; readonly team: string }
  /** An open question had been handed to a person; this is its answer. */
  | { readonly kind: "answered" }
  /** Agents are talking; the next speaker reads it. */
  | { readonly kind: "steered" }
  | { readonly kind: "duplicate" }
  /** Not addressed to the bot, and nobody is talking. */
  | { readonly kind: "ignored" }
  /** One sentence for the person, with the mend: an unknown team, an empty or too long text. */
  | { readonly kind: "refused"; readonly reason: string };

export interface RunnerParts {
  readonly store: Store;
  readonly dispatch: Dispatch;
  readonly teams: Teams;
  /** Which messages an event makes, given the log before it. */
  readonly posts: (event: RunEvent, before: Transcript) => readonly { readonly kind: string; readonly part: number }[];
  readonly clock: Clock;
  /** Threads worked on at once, and of one workspace while others wait. */
  readonly slots: number;
  readonly perWorkspace: number;
  readonly log: (problem: string, error?: unknown) => void;
}

export interface Teams {
  /** The team as one thread sees it; throws an error for people when it cannot be built. */
  build(team: string, thread: string): Team;
  has(team: string): boolean;
  names(): readonly string[];
  readonly default: string;
}

/** Longer words are refused: they would crowd out the conversation in every later request. */
export const TEXT_CHARS_MAX = 30_000;
/** A run that was left alone for longer is said to be resumed, and the gap does not count as its time. */
const RESUME_GAP_MS = 60_000;

/** See {@link Runner}. One lane per thread: appends to a log happen one after the other, and one turn at a time runs in it. */
export function createRunner(parts: RunnerParts): Runner {
  const { store, dispatch, teams, clock } = parts;
  const lanes = new Map<string, Lane>();
  const followers = new Set<Follower>();
  let closing = false;

  async function say(said: Said): Promise<Heard> {
    const text = said.text.trim();
    return inLane(said.thread, said.workspace, async (lane) => {
      const run = currentRun(lane.transcript);
      if (wasHeard(lane.transcript, said.id)) return { kind: "duplicate" };
      if (!run.running && !said.addressed) return { kind: "ignored" };
      if (text === "") return { kind: "refused", reason: "There is nothing to do in an empty message. Mention me with a task." };
      if (text.length > TEXT_CHARS_MAX) {
        return {
          kind: "refused",
          reason: `The message has ${text.length} characters; I read at most ${TEXT_CHARS_MAX}. Shorten it, or attach the text as a file.`,
        };
      }
      const message: EventBody = { type: "message.posted", person: said.person, text, id: said.id };
      if (run.running) {
        await append(lane, [message], "now");
        return { kind: run.question ? "answered" : "steered" };
      }
      const team = said.team ?? teams.default;
      if (!teams.has(team)) return { kind: "refused", reason: `There is no team "${team}". The teams are: ${teams.names().join(", ")}.` };
      const id = `${said.thread}#${lane.transcript.events.length + 1}`;
      await append(lane, [{ type: "run.started", run: id, team, startedBy: said.person }, message], "now");
      return { kind: "started", run: id, team };
    });
  }

  function approve(thread: string, answer: Parameters<Runner["approve"]>[1]): Promise<boolean> {
    return inLane(thread, undefined, async (lane) => {
      if (!currentRun(lane.transcript).approvals.includes(answer.call)) return false;
      await append(lane, [{ type: "approval.given", ...answer }], "now");
      return true;
    });
  }

  function stop(thread: string, person: Person): Promise<boolean> {
    return inLane(thread, undefined, async (lane) => {
      if (!currentRun(lane.transcript).running) return false;
      await append(lane, [runStopped(lane.transcript, "stopped", [{ kind: "person", person }])], "none");
      lane.turn?.abort();
      return true;
    });
  }

  /** One visit of the dispatcher: goes on with the thread until it stops or waits. */
  async function work(thread: string, workspace: string): Promise<void> {
    const lane = await enter(thread, workspace);
    const turn = new AbortController();
    lane.turn = turn;
    try {
      await resume(lane);
      const run = currentRun(lane.transcript);
      if (!run.running || isWaiting(lane.transcript)) return;
      const team = teams.build(run.team ?? teams.default, thread);
      await drain(lane, converse(team, lane.transcript, turn.signal), turn.signal);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      parts.log(`a turn in ${thread} broke`, error);
      await lane.inTurn(() => appendUnlessStopped(lane, error));
    } finally {
      lane.turn = undefined;
      // Given up half-way: the thread stays due, and the next start goes on from its log.
      if (closing) await commit(lane, [], "now");
      leave(lane);
    }
  }

  async function drain(lane: Lane, conversation: AsyncGenerator<EventBody | Delta, void, void>, signal: AbortSignal): Promise<void> {
    const aborted = new Promise<"aborted">((resolve) => signal.addEventListener("abort", () => resolve("aborted"), { once: true }));
    for (;;) {
      const next = await Promise.race([conversation.next(), aborted]);
      if (next === "aborted" || signal.aborted) {
        // A model or a tool that does not listen to the signal must not hold the lane.
        conversation.return().catch((error: unknown) => parts.log(`a stopped turn in ${lane.thread} broke`, error));
        return;
      }
      if (next.done) return;
      const item = next.value;
      if (!isEvent(item)) publish(lane.thread, item);
      else await lane.inTurn(async () => (signal.aborted ? undefined : append(lane, [item], "keep")));
    }
  }

  async function resume(lane: Lane): Promise<void> {
    await lane.inTurn(async () => {
      const run = currentRun(lane.transcript);
      const last = lane.transcript.events.at(-1);
      if (!last || !run.running || !run.run || isWaiting(lane.transcript) || clock.now() - Date.parse(last.at) < RESUME_GAP_MS) return;
      await append(lane, [{ type: "run.resumed", run: run.run }], "keep");
    });
  }

  async function appendUnlessStopped(lane: Lane, error: unknown): Promise<void> {
    const { running, openTurns } = currentRun(lane.transcript);
    if (!running) return;
    const failure: Failure = { kind: "bug", message: error instanceof Error ? error.message : String(error) };
    await append(
      lane,
      [runStopped(lane.transcript, "failed", [{ kind: "failure", agent: openTurns[0] ?? "the team", error: failure }])],
      "none",
    );
  }

  async function append(lane: Lane, bodies: readonly EventBody[], wake: "now" | "none" | "keep"): Promise<void> {
    const events = await commit(lane, bodies, wake);
    for (const event of events) {
      lane.events.push(event);
      publish(lane.thread, event);
    }
  }

  async function commit(lane: Lane, bodies: readonly EventBody[], wake: "now" | "none" | "keep"): Promise<readonly RunEvent[]> {
    const afterSeq = lane.events.at(-1)?.seq ?? 0;
    const at = new Date(clock.now()).toISOString();
    const posts = bodies.flatMap((body, event) =>
      parts.posts({ ...body, seq: afterSeq + event + 1, at }, lane.transcript).map((post) => ({ event, ...post })),
    );
    const result = await store.commit({ thread: lane.thread, workspace: lane.workspace, afterSeq, at, events: bodies, posts, wake });
    if (result.kind === "ok") return result.events;
    // One process writes one file, so this is a bug; the lane is read again, and nothing was written.
    throw new Error(`the log of ${lane.thread} has ${result.lastSeq} events, not ${afterSeq}: somebody else wrote to it`);
  }

  function publish(thread: string, item: RunEvent | Delta): void {
    for (const follower of followers) {
      try {
        follower(thread, item);
      } catch (error) {
        parts.log("a follower of the log broke", error);
      }
    }
  }

  async function inLane<T>(thread: string, workspace: string | undefined, job: (lane: Lane) => Promise<T>): Promise<T> {
    const lane = await enter(thread, workspace);
    try {
      return await lane.inTurn(() => job(lane));
    } finally {
      leave(lane);
    }
  }

  /** A lane lives in memory while somebody uses it; a parked thread costs nothing. */
  async function enter(thread: string, workspace: string | undefined): Promise<Lane> {
    let lane = lanes.get(thread);
    if (!lane) lanes.set(thread, (lane = createLane(thread, workspace ?? "", store)));
    lane.users++;
    try {
      await lane.loaded;
    } catch (error) {
      leave(lane);
      throw error;
    }
    if (workspace) lane.workspace = workspace;
    return lane;
  }

  function leave(lane: Lane): void {
    if (--lane.users === 0) lanes.delete(lane.thread);
  }

  return {
    say,
    approve,
    stop,
    read: (thread) => inLane(thread, undefined, async (lane) => lane.transcript),
    follow(listener) {
      followers.add(listener);
      return () => void followers.delete(listener);
    },
    start() {
      dispatch.serve(
        { slots: parts.slots, perWorkspace: parts.perWorkspace, onBug: (error, thread) => parts.log(`the work on ${thread} broke`, error) },
        work,
      );
    },
    async close() {
      closing = true;
      for (const lane of lanes.values()) lane.turn?.abort();
      await dispatch.stop();
    },
  };
}

interface Lane {
  readonly thread: string;
  workspace: string;
  readonly events: RunEvent[];
  readonly transcript: Transcript;
  readonly loaded: Promise<void>;
  users: number;
  /** The turn under way, to be aborted. */
  turn: AbortController | undefined;
  /** Runs a job when those before it have ended. */
  inTurn<T>(job: () => Promise<T>): Promise<T>;
}

function createLane(thread: string, workspace: string, store: Store): Lane {
  const events: RunEvent[] = [];
  let tail: Promise<unknown> = Promise.resolve();
  const loaded = store.load(thread, 0).then((stored) => void events.push(...stored));
  return {
    thread,
    workspace,
    events,
    transcript: { events },
    loaded,
    users: 0,
    turn: undefined,
    inTurn(job) {
      const result = tail.then(job);
      tail = result.catch(() => undefined);
      return result;
    },
  };
}
