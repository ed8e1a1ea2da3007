import { createHash } from "node:crypto";
import type { Clock } from "./engine/clock.ts";
import {
  HUMAN,
  isEvent,
  type Delta,
  type EventBody,
  type Failure,
  type FileRef,
  type Person,
  type PersonMessage,
  type RunEvent,
} from "./engine/events.ts";
import { converse, runStopped } from "./engine/run.ts";
import type { Team } from "./engine/team.ts";
import { expiring, questionFor, steered, type Steering } from "./engine/steering.ts";
import type { Question } from "./engine/run-state.ts";
import { currentRun, isWaiting, wasHeard, type Transcript } from "./engine/transcript.ts";
import type { Dispatch } from "./store/dispatch.ts";
import { createLanes, type Lane } from "./store/lanes.ts";
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
  /** What a person wants of the run beside words for it; `false` when it is not to be had, and nothing is recorded. */
  steer(thread: string, wish: Steering): Promise<boolean>;
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
  /** Posted with it; their content is in the store. */
  readonly files?: readonly FileRef[];
  /** The agent that is to speak next, when the words are for one of them. */
  readonly to?: string;
  /** Seq of the question that it answers; the one that fits best when absent. */
  readonly answers?: number;
}

export type Heard =
  | { readonly kind: "started"; readonly run: string; readonly team: string }
  /** An open question had been handed to a person; this is its answer. `left`: questions that are still open. */
  | { readonly kind: "answered"; readonly question: Question; readonly left: number }
  /** Agents are talking; the next speaker reads it. */
  | { readonly kind: "steered" }
  | { readonly kind: "duplicate" }
  /** The question that it was to answer is not open any more. */
  | { readonly kind: "too late" }
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

interface Teams {
  /**
   * The team as one thread sees it: from `snapshot` where that is given, else from the settings of now. Throws an error for people when it
   * cannot be built.
   */
  build(team: string, thread: string, snapshot?: string): RunnableTeam;
  /** All that the settings of now say of this team, as canonical JSON without secrets. Absent where teams come from no file. */
  readonly snapshot?: (team: string) => string;
  /** Whether the turns of this team are not shown, but kept in a file. */
  readonly isQuiet?: (team: string) => boolean;
  has(team: string): boolean;
  names(): readonly string[];
  readonly default: string;
  /** With those that people have made in this workspace; their runs go on from their snapshots. Absent where people make none. */
  readonly of?: (workspace: string) => Promise<Pick<Teams, "has" | "names" | "snapshot" | "isQuiet" | "default">>;
}

export interface RunnableTeam extends Team {
  /** How long a run may take, the waiting for people aside. Its limits say so too, but only when something is recorded. */
  readonly minutesMax?: number;
  /** How long a question to people waits before the run goes on without an answer; for as long as it takes when absent. */
  readonly answerWithinMinutes?: number;
}

/** Longer words are refused: they would crowd out the conversation in every later request. */
const TEXT_CHARS_MAX = 30_000;
/** A run that was left alone for longer is said to be resumed, and the gap does not count as its time. */
const RESUME_GAP_MS = 60_000;

/** See {@link Runner}. One lane per thread: appends to a log happen one after the other, and one turn at a time runs in it. */
export function createRunner(parts: RunnerParts): Runner {
  const { store, dispatch, teams, clock } = parts;
  const lanes = createLanes({ store, clock, posts: parts.posts, recorded: publish });
  /** The turns under way, by thread. */
  const turns = new Map<string, AbortController>();
  /** Threads whose turn broke because nothing could be recorded. */
  const interrupted = new Set<string>();
  const followers = new Set<Follower>();
  let closing = false;

  async function say(said: Said): Promise<Heard> {
    const text = said.text.trim();
    return inLane(said.thread, said.workspace, async (lane) => {
      const run = currentRun(lane.transcript);
      if (wasHeard(lane.transcript, said.id)) return { kind: "duplicate" };
      if (!run.running && !said.addressed) return { kind: "ignored" };
      const files = said.files ?? [];
      if (text === "" && files.length === 0)
        return { kind: "refused", reason: "There is nothing to do in an empty message. Mention me with a task." };
      if (text.length > TEXT_CHARS_MAX) {
        return {
          kind: "refused",
          reason: `The message has ${text.length} characters; I read at most ${TEXT_CHARS_MAX}. Shorten it, or attach the text as a file.`,
        };
      }
      const message: PersonMessage = {
        type: "message.posted",
        person: said.person,
        text,
        id: said.id,
        ...(files.length > 0 ? { files } : {}),
      };
      const wish: readonly EventBody[] =
        said.to === undefined ? [] : [{ type: "speaker.requested", speaker: said.to, person: said.person }];
      if (run.running) return hearInRun(lane, said, message, wish);
      if (said.answers !== undefined) return { kind: "too late" };
      const here = (await teams.of?.(said.workspace)) ?? teams;
      const team = said.team ?? here.default;
      if (!here.has(team)) return { kind: "refused", reason: `There is no team "${team}". The teams are: ${here.names().join(", ")}.` };
      const id = `${said.thread}#${lane.transcript.events.length + 1}`;
      const teamHash = here.snapshot && (await store.putFile(Buffer.from(here.snapshot(team))));
      const quiet = here.isQuiet?.(team) ? ({ turnsInFile: true } as const) : {};
      const started: EventBody = {
        type: "run.started",
        run: id,
        team,
        startedBy: said.person,
        ...(teamHash ? { teamHash } : {}),
        ...quiet,
      };
      await lane.append([started, message, ...wish], "now");
      return { kind: "started", run: id, team };
    });
  }

  async function hearInRun(lane: Lane, said: Said, message: PersonMessage, wish: readonly EventBody[]): Promise<Heard> {
    const { questions } = currentRun(lane.transcript);
    const question = said.answers === undefined ? questionFor(questions, said) : questions.find(({ seq }) => seq === said.answers);
    if (!question && said.answers !== undefined) return { kind: "too late" };
    if (question) await lane.append([{ ...message, answers: question.seq }], "now");
    // Words for another agent leave the questions open.
    else await lane.append([questions.length > 0 ? { ...message, answers: 0 } : message, ...wish], "now");
    return question ? { kind: "answered", question, left: questions.length - 1 } : { kind: "steered" };
  }

  function steer(thread: string, wish: Steering): Promise<boolean> {
    return inLane(thread, undefined, async (lane) => {
      const events = steered(lane.transcript, wish);
      if (events.length === 0) return false;
      await lane.append(events, wish.kind === "resume" || wish.kind === "skip" ? "now" : "keep");
      // The visit ends, and the next one goes on behind the skipped turn.
      if (wish.kind === "skip") turns.get(thread)?.abort();
      return true;
    });
  }

  function approve(thread: string, answer: Parameters<Runner["approve"]>[1]): Promise<boolean> {
    return inLane(thread, undefined, async (lane) => {
      if (!currentRun(lane.transcript).approvals.includes(answer.call)) return false;
      await lane.append([{ type: "approval.given", ...answer }], "now");
      return true;
    });
  }

  function stop(thread: string, person: Person): Promise<boolean> {
    return inLane(thread, undefined, async (lane) => {
      if (!currentRun(lane.transcript).running) return false;
      await lane.append([runStopped(lane.transcript, "stopped", [{ kind: "person", person }])], "none");
      turns.get(thread)?.abort();
      return true;
    });
  }

  /** One visit of the dispatcher: goes on with the thread until it stops or waits. */
  async function work(thread: string, workspace: string): Promise<void> {
    const lane = await lanes.enter(thread, workspace);
    const turn = new AbortController();
    turns.set(thread, turn);
    // Closed while the log was read.
    if (closing) turn.abort();
    try {
      await goOn(lane, turn);
    } catch (error) {
      if (isStoreTrouble(error)) {
        interrupted.add(thread);
        throw error;
      }
      parts.log(`a turn in ${thread} broke`, error);
      await endFailed(lane, { kind: "bug", message: error instanceof Error ? error.message : String(error) });
    } finally {
      turns.delete(thread);
      lanes.leave(lane);
    }
  }

  async function goOn(lane: Lane, turn: AbortController): Promise<void> {
    await expire(lane);
    await resume(lane);
    // Also when it waits: a crash right behind a question may have left a goal, such as that very question, without its end.
    const team = currentRun(lane.transcript).running ? await teamOf(lane) : undefined;
    if (team) {
      const watched = watch(lane, team, turn);
      watched.catch(() => undefined); // It is awaited below; until then nobody else hears of it.
      try {
        const { signal } = turn;
        await drain(lane, converse(team, lane.transcript, signal, lane.heard), { team, signal });
      } finally {
        turn.abort();
        await watched;
      }
    }
    await expectTheEndOfWaiting(lane);
    // Given up half-way: the thread stays due, and the next start goes on from its log.
    const isDue = () => currentRun(lane.transcript).running && !isWaiting(lane.transcript);
    if (closing) await lane.inTurn(async () => (isDue() ? lane.append([], "now") : undefined));
  }

  /** Questions that nobody has answered in time are over. */
  async function expire(lane: Lane): Promise<void> {
    await lane.inTurn(async () => {
      const { over } = expiring(lane.transcript, clock.now());
      if (over.length > 0)
        await lane.append(
          over.map(({ seq }) => ({ type: "question.expired", of: seq })),
          "keep",
        );
    });
  }

  async function expectTheEndOfWaiting(lane: Lane): Promise<void> {
    await lane.inTurn(async () => {
      const { next } = expiring(lane.transcript, clock.now());
      // An answer that has come meanwhile has woken the thread already; that visit comes back here.
      if (next !== undefined && isWaiting(lane.transcript)) await lane.append([], { at: next });
    });
  }

  /** A run that was left alone for long says so. One that broke off because nothing could be recorded does too: before a model is paid again for nothing. */
  async function resume(lane: Lane): Promise<void> {
    await lane.inTurn(async () => {
      const run = currentRun(lane.transcript);
      const last = lane.transcript.events.at(-1);
      if (!last || !run.running || !run.run || isWaiting(lane.transcript)) return;
      if (clock.now() - Date.parse(last.at) < RESUME_GAP_MS && !interrupted.has(lane.thread)) return;
      await lane.append([{ type: "run.resumed", run: run.run }], "keep");
      interrupted.delete(lane.thread);
    });
  }

  /** The team that the run began with, also when its settings have changed since or are gone. Where it cannot be had, the run ends with a word. */
  async function teamOf(lane: Lane): Promise<RunnableTeam | undefined> {
    const run = currentRun(lane.transcript);
    const name = run.team ?? teams.default;
    const started = lane.transcript.events[run.startIndex];
    const hash = started?.type === "run.started" ? started.teamHash : undefined;
    try {
      const now = teams.has(name) ? teams.snapshot?.(name) : undefined;
      if (hash === undefined || (now !== undefined && hash === sha256(now))) return teams.build(name, lane.thread);
      const kept = await store.file(hash);
      if (!kept) throw new Error("they are not in this database");
      return teams.build(name, lane.thread, Buffer.from(kept).toString("utf8"));
    } catch (error) {
      if (isStoreTrouble(error)) throw error;
      parts.log(`the team of ${lane.thread} cannot be built`, error);
      const why = (error instanceof Error ? error.message : String(error)).replace(/\.?$/, ".");
      const message = `the settings with which this run began cannot be used any more: ${why} A new task begins with the settings of now.`;
      await endFailed(lane, { kind: "team_unavailable", message }, name);
      return undefined;
    }
  }

  /** Holds the limit on minutes also while nothing is recorded: a model or a tool that hangs and hears no signal does not hold the run. */
  async function watch(lane: Lane, { minutesMax }: RunnableTeam, turn: AbortController): Promise<void> {
    if (minutesMax === undefined) return;
    for (;;) {
      const leftMs = minutesMax * 60_000 - elapsedMs(lane);
      if (leftMs <= 0) break;
      await clock.sleep(leftMs, turn.signal);
      if (turn.signal.aborted) return;
    }
    try {
      await lane.inTurn(async () => {
        if (turn.signal.aborted || !currentRun(lane.transcript).running) return;
        const elapsed = elapsedMs(lane) / 60_000;
        await lane.append([runStopped(lane.transcript, "limit", [{ kind: "minutes", limit: minutesMax, elapsed }])], "none");
      });
    } finally {
      turn.abort();
    }
  }

  function elapsedMs({ transcript }: Lane): number {
    const last = transcript.events.at(-1);
    const since = last && !isWaiting(transcript) ? clock.now() - Date.parse(last.at) : 0;
    return currentRun(transcript).elapsedMs + Math.max(0, since);
  }

  async function drain(
    lane: Lane,
    conversation: AsyncGenerator<EventBody | Delta, void, void>,
    { team, signal }: { readonly team: RunnableTeam; readonly signal: AbortSignal },
  ): Promise<void> {
    try {
      for (;;) {
        const next = await unlessAborted(conversation.next(), signal);
        if (!next || next.done || signal.aborted) return;
        const item = next.value;
        if (!isEvent(item)) publish(lane.thread, item);
        else await lane.inTurn(async () => (signal.aborted ? undefined : lane.append([timed(item, team)], "keep")));
      }
    } finally {
      // Not awaited: a model or a tool that does not listen to the signal must not hold the lane.
      conversation.return().catch((error: unknown) => parts.log(`a stopped turn in ${lane.thread} broke`, error));
    }
  }

  /** Until when a question waits; agents know of no time. */
  function timed(item: EventBody, { answerWithinMinutes: minutes }: RunnableTeam): EventBody {
    if (item.type !== "handoff.made" || item.to !== HUMAN || minutes === undefined) return item;
    return { ...item, answerBy: new Date(clock.now() + minutes * 60_000).toISOString() };
  }

  function endFailed(lane: Lane, error: Failure, agent?: string): Promise<void> {
    return lane.inTurn(async () => {
      const { running, openTurns } = currentRun(lane.transcript);
      if (!running) return;
      const reason = { kind: "failure", agent: agent ?? openTurns[0] ?? "the team", error } as const;
      await lane.append([runStopped(lane.transcript, "failed", [reason])], "none");
    });
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
    const lane = await lanes.enter(thread, workspace);
    try {
      return await lane.inTurn(() => job(lane));
    } finally {
      lanes.leave(lane);
    }
  }

  return {
    say,
    approve,
    stop,
    steer,
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
      for (const turn of turns.values()) turn.abort();
      await dispatch.stop();
    },
  };
}

/**
 * The disk or the database, which may be better at the next try; not an event that is over a limit of the store, which never will be.
 * Only what SQLite or the system said has a cause.
 */
const isStoreTrouble = (error: unknown): boolean => error instanceof StoreError && error.cause !== undefined;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** `undefined` once the signal is aborted, whatever becomes of the work. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
