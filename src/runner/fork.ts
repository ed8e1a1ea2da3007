import { stricter } from "../engine/approvals.ts";
import type { ActionPolicy, EventBody, Person, RunEvent } from "../engine/events/events.ts";
import { currentRun } from "../engine/reading/transcript.ts";
import { copyLog } from "../store/forks/copy-log.ts";
import { noteFork } from "../store/forks/forks.ts";
import type { Store } from "../store/store.ts";
import type { Teams } from "./runnable-team.ts";

export { copyLog } from "../store/forks/copy-log.ts";

/** A run up to one of its events. */
export interface ForkPoint {
  readonly thread: string;
  /** The whole log of its thread. */
  readonly log: readonly RunEvent[];
  /** Index of its `run.started` in the log. */
  readonly start: number;
  readonly run: string;
  /** The team that the run had. */
  readonly team: string;
  /** Of the last event that the fork shares. */
  readonly seq: number;
  /** Whether the run was going on at that event. */
  readonly running: boolean;
}

/** The run that the event with this number belongs to, up to that event; `undefined` where there is none. */
export function forkPointAt(thread: string, log: readonly RunEvent[], seq: number): ForkPoint | undefined {
  const start = log.findLastIndex((event, index) => index < seq && event.type === "run.started");
  const started = log[start];
  if (started?.type !== "run.started" || seq > log.length) return undefined;
  const running = !log.slice(start, seq).some((event) => event.type === "run.stopped");
  return { thread, log, start, run: started.run, team: started.team, seq, running };
}

/** What a message of the shared part says in the fork. */
export interface OtherWords {
  readonly seq: number;
  readonly text: string;
}

/** With other words in these messages; what a person has said is then said by whoever changes it. Undefined where one of them is no message of the run. */
export function withOtherWords(point: ForkPoint, words: readonly OtherWords[], person: Person): ForkPoint | undefined {
  const log = [...point.log];
  for (const { seq, text } of words) {
    const event = log[seq - 1];
    if (event?.type !== "message.posted" || seq > point.seq || seq < point.start) return undefined;
    log[seq - 1] = "person" in event ? { ...event, text, person } : { ...event, text };
  }
  return { ...point, log };
}

export interface ForkTarget {
  readonly thread: string;
  readonly workspace: string;
  readonly team: string;
  readonly startedBy: Person;
  /** In which language people are told of the fork, such as `de`; English when absent, whatever the first run had. */
  readonly language?: string;
  /** Where people are there to ask at a limit. */
  readonly haltsAtLimits?: true;
  /** What holds where it goes on, besides what held before and the team's own: of each the strictest. */
  readonly rules?: { readonly code?: ActionPolicy; readonly tools?: ActionPolicy };
  /** All that the settings say of the team, in place of what they say now: see {@link Teams.snapshot}. */
  readonly snapshot?: string;
  /** When it goes on, ISO 8601: the time since the fork point is not the run's. As whoever works on it finds when absent. */
  readonly at?: string;
}

/**
 * The log with which a fork begins: every event keeps its number and its time; the run has an id, a team and a person of its own, and says what it is
 * a fork of. A yes that somebody gave holds for the call that it was given for, and no further: it was given for another run, or another thread.
 */
export function forkedLog(
  point: ForkPoint,
  target: ForkTarget,
  teams: Pick<Teams, "policy">,
  teamHash: string | undefined,
): readonly RunEvent[] {
  const { run, seq, start, team: teamBefore } = point;
  const { thread, team, startedBy, language, haltsAtLimits, at } = target;
  const id = `${thread}#${start + 1}`;
  const strictest = (what: "code" | "tools", before: ActionPolicy | undefined) =>
    stricter(stricter(before, target.rules?.[what]), teams.policy?.(team)?.[what]);
  const events = point.log.slice(0, seq).map((event, index): RunEvent => {
    if (event.type === "approval.given" && event.approved) return { ...event, scope: "call" };
    if (index < start) return event;
    if (isOfRun(event)) return { ...event, run: id };
    if (event.type !== "run.started") return event;
    const {
      teamHash: _before,
      language: _spoken,
      haltsAtLimits: _halts,
      ahead: _ahead,
      code: codeBefore,
      tools: toolsBefore,
      ...rest
    } = event;
    const [code, tools] = [strictest("code", codeBefore), strictest("tools", toolsBefore)];
    return {
      ...rest,
      run: id,
      team,
      startedBy,
      ...(language === undefined ? {} : { language }),
      ...(teamHash === undefined ? {} : { teamHash }),
      ...(haltsAtLimits ? { haltsAtLimits } : {}),
      ...(code === "auto" ? {} : { code }),
      ...(tools === "auto" ? {} : { tools }),
      forkedFrom: { run, seq, team: teamBefore },
    };
  });
  return at === undefined ? events : [...events, { type: "run.resumed", run: id, seq: seq + 1, at }];
}

/**
 * Writes the log up to the fork point into a new thread, which nobody works on before it is woken. `false` where the thread has a log that is no
 * beginning of it. What a process that died began to write is written to its end. `carded`: the run's card is posted. Where words could be forgotten
 * meanwhile, whoever calls it is alone with forgetting (forgetting.ts) from the reading of the point on.
 */
export async function writeFork(
  parts: {
    readonly store: Pick<Store, "commit" | "load" | "putFile" | "note" | "swapNote">;
    readonly teams: Pick<Teams, "policy" | "snapshot">;
  },
  point: ForkPoint,
  target: ForkTarget & { readonly wake: "now" | "none"; readonly carded?: true },
): Promise<readonly RunEvent[] | false> {
  const { store, teams } = parts;
  const { thread, workspace, team, wake } = target;
  const snapshot = target.snapshot ?? teams.snapshot?.(team);
  const teamHash = snapshot === undefined ? undefined : await store.putFile(Buffer.from(snapshot));
  const events = forkedLog(point, target, teams, teamHash);
  const there = await store.load(thread, 0);
  const started = there[point.start];
  if (there.length > point.start && (started?.type !== "run.started" || started.forkedFrom?.run !== point.run)) return false;
  const posts = target.carded ? cardsOf(events, point.start) : [];
  // First, so that also the half of a copy that a crash leaves is found.
  await noteFork(store, point.thread, { thread, seq: point.seq });
  if (there.length < events.length) await copyLog(store, { thread, workspace, events, wake, from: there.length, posts });
  return events;
}

/** The run's card, and what waits for a person: nobody can answer what their thread does not show. */
function cardsOf(events: readonly RunEvent[], start: number) {
  const { questions, approvals } = currentRun({ events });
  const calls = approvals.map(({ call }) => call);
  const waiting = events.filter((event) =>
    event.type === "approval.requested" ? calls.includes(event.call) : questions.some(({ seq }) => seq === event.seq),
  );
  const shown = waiting.map(({ seq, type }) => ({ seq, kind: type === "approval.requested" ? "approval" : "question", part: 0 }));
  return [{ seq: start + 1, kind: "card", part: 0 }, ...shown];
}

type OfRun = Extract<
  RunEvent,
  { readonly type: "run.resumed" | "run.stopped" | "run.paused" | "run.unpaused" | "run.summarized" | "feedback.given" | LimitEvent }
>;
type LimitEvent = "limit.neared" | "limit.reached" | "limit.raised" | "summary.requested";
const OF_RUN: ReadonlySet<EventBody["type"]> = new Set<OfRun["type"]>([
  "run.resumed",
  "run.stopped",
  "run.paused",
  "run.unpaused",
  "run.summarized",
  "feedback.given",
  "limit.neared",
  "limit.reached",
  "limit.raised",
  "summary.requested",
]);

const isOfRun = (event: RunEvent): event is OfRun => OF_RUN.has(event.type);
