import { decided, stricter, type Verdict } from "../engine/approvals.ts";
import type { Clock } from "../engine/clock.ts";
import {
  type Beside,
  isEvent,
  type ActionPolicy,
  type Delta,
  type EventBody,
  type Failure,
  type FileRef,
  type Person,
  type PersonMessage,
  type RaiseOffer,
  type RunEvent,
  type StopReason,
} from "../engine/events/events.ts";
import { converse, runStopped } from "../engine/loop.ts";
import { offerAt, type RaiseCeilings } from "../engine/limits/run-limits.ts";
import { questionFor, steered, wasWished, type Steering } from "../engine/steering.ts";
import type { Question } from "../engine/reading/run-state.ts";
import { describe } from "../engine/limits/termination.ts";
import { currentRun, isWaiting, wasHeard, type Transcript } from "../engine/reading/transcript.ts";
import { isUsedUp, nextDay, reasonsOf, type Budget, type DayBudgets } from "./day-budgets.ts";
import { rateWords, type Rates, type UsedRate } from "./rates.ts";
import { teamOfRun, type RunnableTeam, type Teams } from "./runnable-team.ts";
import { isStoreTrouble } from "./store-trouble.ts";
import { createWatch, type WatchedTeam } from "./watch.ts";
import type { Dispatch } from "../store/dispatch.ts";
import { createLanes, type Lane } from "../store/lanes.ts";
import type { Store } from "../store/store.ts";

export type { Budget, DayBudgets, Standing } from "./day-budgets.ts";
export type { Forgets } from "./forgetting.ts";
export type { RunnableTeam } from "./runnable-team.ts";

/** The only writer. People's words come in, events are recorded, and readers are told of what has been recorded. */
export interface Runner {
  /** A person's words: a task, an answer, or steering, as the log says. Recorded before it resolves. */
  say(said: Said): Promise<Heard>;
  /** Answers an open approval; `false` when there is none by that call (it was answered before). */
  approve(thread: string, verdict: Verdict): Promise<boolean>;
  /** Ends the run at once, also in mid-call and in mid-container; `false` when nobody is talking. */
  stop(thread: string, person: Person): Promise<boolean>;
  /** Gives up the turns under way in these threads, as a crash would: their logs say how to go on. A wake-up begins them anew. */
  park(concerns: (thread: string) => boolean): void;
  /** What a person wants of the run beside words for it; `false` when it is not to be had, and nothing is recorded. */
  steer(thread: string, wish: Steering): Promise<boolean>;
  /** What a person would be offered now at these limits. */
  offerAt(reasons: readonly StopReason[]): RaiseOffer;
  /** Lets a run that waits look again whether it can go on, as when a budget of the day has been raised. */
  lookAgain(thread: string): Promise<void>;
  /**
   * Alone in the line of those who write to this thread, while `rewrite` puts anew what stands in its log; nobody holds what stood there
   * before. `stoppedBy`: a run that goes on is stopped first, in that person's name.
   */
  rewrite<T>(thread: string, rewrite: () => Promise<T>, stoppedBy?: Person): Promise<T>;
  /** The log of a thread, to read. Empty for an unknown thread. */
  read(thread: string): Promise<Transcript>;
  /** Tells of each event once it is recorded, and of deltas as they come. Returns how to stop listening. A listener must not throw. */
  follow(listener: Follower): () => void;
  /** What may be spent a day, and has been. Absent where nobody has to keep to anything. */
  readonly budgets?: DayBudgets;
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
  /** Whether people see the turns of a run that this starts, or find them in a file; as its team says when absent. */
  readonly quiet?: boolean;
  /** Posted with it; their content is in the store. */
  readonly files?: readonly FileRef[];
  /** What came along and is none of the person's words. */
  readonly beside?: Beside;
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
  /** One sentence for the person, with the mend: an unknown team, an empty or too long text; `budgets` of the day that are used up. */
  | { readonly kind: "refused"; readonly reason: string; readonly budgets?: readonly Budget[]; readonly rate?: UsedRate };

export interface RunnerParts {
  readonly store: Store;
  readonly dispatch: Dispatch;
  readonly teams: Teams;
  /** Which messages an event makes, given the log before it. */
  readonly posts: (event: RunEvent, before: Transcript) => readonly { readonly kind: string; readonly part: number }[];
  /** What holds in the place where a thread is, for runs that begin now; of this and the team's own rules, the stricter. */
  readonly rulesAt?: (thread: string) => Promise<{ readonly code?: ActionPolicy; readonly tools?: ActionPolicy }>;
  readonly clock: Clock;
  /** Threads worked on at once, and of one workspace while others wait. */
  readonly slots: number;
  readonly perWorkspace: number;
  /** How long a run waits for people at a limit. Absent where there are none to ask: then it stops there at once. */
  readonly haltMinutes?: number;
  /** What may be spent a day; without limit when absent. */
  readonly budgets?: DayBudgets;
  /** How much one person may ask within an hour; without limit when absent. */
  readonly rates?: Rates;
  /** How far people may raise limits; as far as they like when absent. */
  readonly ceilings?: RaiseCeilings;
  /** Nothing can be recorded now, as on a full disk. Told in the log when absent. */
  readonly onStoreTrouble?: (error: Error) => void;
  readonly log: (problem: string, error?: unknown) => void;
  /**
   * Whether all that people have said in the thread has come in by now; asked before a question, an approval or a halt expires. If not, the
   * thread is looked at again once it has: {@link Runner.lookAgain}. Always so when absent.
   */
  readonly heardAll?: (thread: string) => boolean;
  /** Nobody could be answered there now: no turn begins until the thread is woken again. */
  readonly isParked?: (thread: string) => boolean;
}

/** Longer words are refused: they would crowd out the conversation in every later request. */
const TEXT_CHARS_MAX = 30_000;
/** A run that was left alone for longer is said to be resumed, and the gap does not count as its time. */
const RESUME_GAP_MS = 60_000;
/** What is parked is woken when it can go on; it is looked at now and then all the same, should that have been missed. */
const PARKED_LOOK_MS = 3_600_000;

/** See {@link Runner}. One lane per thread: appends to a log happen one after the other, and one turn at a time runs in it. */
export function createRunner(parts: RunnerParts): Runner {
  const { store, dispatch, teams, clock } = parts;
  const lanes = createLanes({ store, clock, posts: parts.posts, recorded: publish, ...accountsIn(parts.budgets) });
  const watch = createWatch({
    clock,
    budgets: parts.budgets,
    haltMinutes: parts.haltMinutes ?? 0,
    ceilings: parts.ceilings,
    heardAll: parts.heardAll ?? (() => true),
  });
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
      const { files = [], beside = [] } = said;
      if (text === "" && files.length + beside.length === 0)
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
        ...(beside.length > 0 ? { beside } : {}),
      };
      const wish: readonly EventBody[] =
        said.to === undefined ? [] : [{ type: "speaker.requested", speaker: said.to, person: said.person }];
      if (run.running) return hearInRun(lane, said, message, wish);
      if (said.answers !== undefined) return { kind: "too late" };
      const here = (await teams.of?.(said.workspace)) ?? teams;
      const team = said.team ?? here.default;
      if (!here.has(team))
        return { kind: "refused", reason: here.whyNot?.(team) ?? `There is no team "${team}". The teams are: ${here.names().join(", ")}.` };
      const usedUp = (await parts.budgets?.held(lane.workspace, said.thread, said.person))?.filter(isUsedUp) ?? [];
      if (usedUp.length > 0) return { kind: "refused", reason: usedUpToday(usedUp, clock.now()), budgets: usedUp };
      const tooMany = await tooManyOf(lane, said, "run");
      if (tooMany) return tooMany;
      const id = `${said.thread}#${lane.transcript.events.length + 1}`;
      const teamHash = here.snapshot && (await store.putFile(Buffer.from(here.snapshot(team))));
      const quiet = (said.quiet ?? here.isQuiet?.(team)) ? ({ turnsInFile: true } as const) : {};
      const rules = here.policy?.(team);
      const inChannel = await parts.rulesAt?.(said.thread);
      const [code, tools] = [stricter(inChannel?.code, rules?.code), stricter(inChannel?.tools, rules?.tools)];
      const ahead = dispatch.ahead(lane.workspace);
      const started: EventBody = {
        type: "run.started",
        run: id,
        team,
        startedBy: said.person,
        ...(teamHash ? { teamHash } : {}),
        ...quiet,
        ...(parts.haltMinutes === undefined ? {} : { haltsAtLimits: true }),
        ...(code === "auto" ? {} : { code }),
        ...(tools === "auto" ? {} : { tools }),
        ...(ahead > 0 ? { ahead } : {}),
      };
      await lane.append([started, message, ...wish], "now", { person: said.person.id, kind: "run" });
      return { kind: "started", run: id, team };
    });
  }

  async function hearInRun(lane: Lane, said: Said, message: PersonMessage, wish: readonly EventBody[]): Promise<Heard> {
    const { questions } = currentRun(lane.transcript);
    const question = said.answers === undefined ? questionFor(questions, said) : questions.find(({ seq }) => seq === said.answers);
    if (!question && said.answers !== undefined) return { kind: "too late" };
    const tooMany = await tooManyOf(lane, said, "message");
    if (tooMany) return tooMany;
    const heard = { person: said.person.id, kind: "message" } as const;
    if (question) await lane.append([{ ...message, answers: question.seq }], "now", heard);
    // Words for another agent leave the questions open.
    else await lane.append([questions.length > 0 ? { ...message, answers: 0 } : message, ...wish], "now", heard);
    return question ? { kind: "answered", question, left: questions.length - 1 } : { kind: "steered" };
  }

  async function tooManyOf({ workspace }: Lane, { person }: Said, kind: "run" | "message"): Promise<Heard | undefined> {
    const rate = await parts.rates?.used(workspace, { person: person.id, kind });
    return rate && { kind: "refused", reason: rateWords(rate), rate };
  }

  function steer(thread: string, wish: Steering): Promise<boolean> {
    return inLane(thread, undefined, async (lane) => {
      if (wasWished(lane.transcript, wish)) return true;
      const events = steered(lane.transcript, wish, parts.ceilings);
      if (events.length === 0) return false;
      await lane.append(events, GO_ON.has(wish.kind) ? "now" : "keep");
      // The visit ends, and the next one goes on behind the skipped turn.
      if (wish.kind === "skip") turns.get(thread)?.abort();
      return true;
    });
  }

  function approve(thread: string, verdict: Verdict): Promise<boolean> {
    return inLane(thread, undefined, async (lane) => {
      const events = decided(lane.transcript, verdict);
      if (events.length === 0) return false;
      await lane.append(events, "now");
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

  function rewrite<T>(thread: string, job: () => Promise<T>, stoppedBy?: Person): Promise<T> {
    return inLane(thread, undefined, async (lane) => {
      if (stoppedBy && currentRun(lane.transcript).running) {
        await lane.append([runStopped(lane.transcript, "stopped", [{ kind: "person", person: stoppedBy }])], "none");
        turns.get(thread)?.abort();
      }
      const result = await job();
      await lane.reload();
      return result;
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
      if (!parts.isParked?.(thread)) await goOn(lane, turn);
      await lookAgainIfParked(lane);
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
    const ended = await watch.expire(lane);
    await resume(lane);
    // Also when it waits: a crash right behind a question may have left a goal, such as that very question, without its end.
    const team = currentRun(lane.transcript).running ? await teamOf(lane) : undefined;
    if (team) {
      const watched = watch.minutes(lane, team, turn);
      watched.catch(() => undefined); // It is awaited below; until then nobody else hears of it.
      try {
        const { signal } = turn;
        const held = await watch.within(team, lane);
        await drain(lane, converse(held.team, lane.transcript, signal, lane.heard), { held, signal });
      } finally {
        turn.abort();
        await watched;
      }
    }
    await watch.expectTheEndOfWaiting(lane, ended);
    // Given up half-way: the thread stays due, and the next start goes on from its log.
    const isDue = () => currentRun(lane.transcript).running && !isWaiting(lane.transcript);
    if (closing) await lane.inTurn(async () => (isDue() ? lane.append([], "now") : undefined));
  }

  /** In the same breath as the look at the parking: whoever ends it wakes the thread. */
  async function lookAgainIfParked(lane: Lane): Promise<void> {
    await lane.inTurn(async () => {
      if (!parts.isParked?.(lane.thread) || !currentRun(lane.transcript).running) return;
      await lane.append([], { at: new Date(clock.now() + PARKED_LOOK_MS).toISOString() });
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

  /** Where the team of the run cannot be had, the run ends with a word. */
  async function teamOf(lane: Lane): Promise<RunnableTeam | undefined> {
    const found = await teamOfRun(lane.transcript, { teams, store, thread: lane.thread });
    if (!("error" in found)) return found;
    const { name, error } = found;
    parts.log(`the team of ${lane.thread} cannot be built`, error);
    const why = (error instanceof Error ? error.message : String(error)).replace(/\.?$/, ".");
    const message = `the settings with which this run began cannot be used any more: ${why} A new task begins with the settings of now.`;
    await endFailed(lane, { kind: "team_unavailable", message }, name);
    return undefined;
  }

  async function drain(
    lane: Lane,
    conversation: AsyncGenerator<EventBody | Delta, void, void>,
    { held, signal }: { readonly held: WatchedTeam; readonly signal: AbortSignal },
  ): Promise<void> {
    try {
      for (;;) {
        const next = await unlessAborted(conversation.next(), signal);
        if (!next || next.done || signal.aborted) return;
        const item = next.value;
        if (!isEvent(item)) publish(lane.thread, item);
        else
          await lane.inTurn(async () => {
            if (signal.aborted) return;
            await lane.append([watch.timed(item, held.team)], "keep");
            await held.looked();
          });
      }
    } finally {
      // Not awaited: a model or a tool that does not listen to the signal must not hold the lane.
      conversation.return().catch((error: unknown) => parts.log(`a stopped turn in ${lane.thread} broke`, error));
    }
  }

  /** What the disk does not take is tried again until it does, unless somebody wants to hear of it. */
  function onBug(error: unknown, thread: string): void {
    if (!isStoreTrouble(error)) parts.log(`the work on ${thread} broke`, error);
    else if (parts.onStoreTrouble) parts.onStoreTrouble(error);
    else parts.log(`the work on ${thread} waits, and is tried again`, error);
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
    rewrite,
    park(concerns) {
      for (const [thread, turn] of turns) if (concerns(thread)) turn.abort();
    },
    steer,
    offerAt: (reasons) => offerAt(reasons, parts.ceilings),
    lookAgain: (thread) =>
      inLane(thread, undefined, (lane) => (currentRun(lane.transcript).running ? lane.append([], "now") : Promise.resolve())),
    ...(parts.budgets ? { budgets: parts.budgets } : {}),
    read: (thread) => inLane(thread, undefined, async (lane) => lane.transcript),
    follow(listener) {
      followers.add(listener);
      return () => void followers.delete(listener);
    },
    start() {
      dispatch.serve({ slots: parts.slots, perWorkspace: parts.perWorkspace, onBug }, work);
    },
    async close() {
      closing = true;
      for (const turn of turns.values()) turn.abort();
      await dispatch.stop();
    },
  };
}

/** After these the thread is to be worked on. */
const GO_ON: ReadonlySet<Steering["kind"]> = new Set(["resume", "skip", "raise", "summarize"]);

const accountsIn = (budgets: DayBudgets | undefined): Pick<Parameters<typeof createLanes>[0], "accounts"> =>
  budgets ? { accounts: (thread, person) => budgets.accounts(thread, person) } : {};

const usedUpToday = (budgets: readonly Budget[], nowMs: number): string =>
  `Today's budget is used up: ${reasonsOf(budgets).map(describe).join("; ")}. It starts anew at ${nextDay(nowMs).slice(0, 16).replace("T", " ")} UTC.`;

/** `undefined` once the signal is aborted, whatever becomes of the work. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
