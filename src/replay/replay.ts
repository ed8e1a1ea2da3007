import { buildTeams } from "../config/build.ts";
import type { Settings } from "../config/settings.ts";
import { REPEATED } from "../engine/agents/repetition.ts";
import { isEvent, type EventBody, type Failure, type RunEvent } from "../engine/events/events.ts";
import { converse } from "../engine/loop.ts";
import { turnIn } from "../engine/turn.ts";
import { recordedWorld } from "./recorded.ts";

/** A run in the log of its thread. */
export interface PlayedRun {
  /** From the thread's first event. */
  readonly log: readonly RunEvent[];
  /** Index of `run.started` in the log. */
  readonly start: number;
  /** Index behind its last event. */
  readonly end: number;
}

/**
 * Plays the run on a log in memory. `languages`: what could be run as code, where that is known. The first difference, for people; nothing
 * when every event comes out as it was recorded.
 */
export async function replay(
  { log: thread, start, end }: PlayedRun,
  settings: Settings,
  languages?: readonly string[],
): Promise<string | undefined> {
  const log = thread.slice(0, end);
  const started = log[start];
  if (started?.type !== "run.started") throw new Error("a run begins with run.started");
  const world = recordedWorld(log, languages);
  const team = buildTeams(world.settings(settings), world.deps).build(started.team, "replay");
  const events: RunEvent[] = log.slice(0, started.forkedFrom ? started.forkedFrom.seq : start);
  const transcript = { events };
  const turn = turnIn({ id: "replay", transcript }, new AbortController().signal);
  let conversation = converse(team, turn);

  for (let expected = log[events.length]; expected; expected = log[events.length]) {
    world.next(expected.seq);
    if (isFromOutside(expected)) {
      events.push(asPlayed(expected));
      if (!TAKEN_UP_AGAIN.has(expected.type)) continue;
      // The conversation was taken up again from the log.
      void conversation.return();
      world.restart();
      conversation = converse(team, turn);
      continue;
    }
    const next = await nextEvent();
    // The runner itself ends, or halts, a run whose turn hangs; then nothing comes here either.
    if (next === "nothing" && (expected.type === "run.stopped" || expected.type === "limit.reached")) events.push(expected);
    else if (typeof next === "string")
      return differs(expected, next === "nothing" ? "nothing: no reply in the log leads on from here" : next);
    else {
      const { seq, at } = expected;
      // The runner says until when it waits; an agent knows of no time. What a leader cost that gave way is known to the log alone.
      const { answerBy, approveBy, until, offer } = waitsIn(expected);
      const times = {
        ...(answerBy ? { answerBy } : {}),
        ...(approveBy ? { approveBy } : {}),
        ...(until ? { until } : {}),
        ...(offer ? { offer } : {}),
      };
      const event =
        isGivenByPerson(next) && isGivenByPerson(expected)
          ? expected
          : ({ ...withTool(expected, next), ...times, ...cutIn(expected, next), ...refusalIn(expected, next), seq, at } as RunEvent);
      if (JSON.stringify(event) !== JSON.stringify(expected)) return differs(expected, JSON.stringify(event));
      events.push(event);
    }
  }
  return undefined;

  /** What the conversation yields; it is begun again where it had ended because it waited. */
  async function nextEvent() {
    for (let begun = 0; begun < 2;) {
      const step = await Promise.race([conversation.next(), quiet()]).catch((error: unknown) => `an error: ${String(error)}`);
      if (typeof step === "string") return step;
      if (step === undefined) return "nothing";
      if (!step.done && isEvent(step.value)) return step.value;
      if (!step.done) continue;
      begun++;
      conversation = converse(team, turn);
    }
    return "nothing";
  }
}

/** Until when it waits, where it does, and what a person could make of a limit then. */
function waitsIn(event: RunEvent): {
  readonly answerBy?: string;
  readonly approveBy?: string;
  readonly until?: string;
  readonly offer?: object;
} {
  return event.type === "handoff.made" || event.type === "approval.requested" || event.type === "limit.reached" ? event : {};
}

/** What a tool said of itself then, and what this call of it has brought in; both may be another thing at another call. */
function withTool(expected: RunEvent, next: EventBody): EventBody {
  if (expected.type === "approval.requested" && next.type === "approval.requested") {
    const { because, within, quiet, ...asked } = next;
    const { spec, says } = expected;
    return { ...asked, ...present({ spec, says, because, within, quiet }) };
  }
  if (expected.type === "tool.returned" && next.type === "tool.returned") {
    const { touched: _touched, within, quiet, ...ended } = next;
    return { ...ended, ...present({ touched: expected.touched, within, quiet }) };
  }
  if (expected.type === "tool.failed" && next.type === "tool.failed") {
    const { touched: _touched, within, quiet, ...ended } = next;
    return { ...ended, ...present({ touched: expected.touched, within, quiet }) };
  }
  return next;
}

/** In this order, as the log has them. */
const present = <Fields extends object>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [Name in keyof Fields]?: NonNullable<Fields[Name]>;
  };

/** Logs of older versions hold the beginning of a long thing that was asked for. */
function cutIn(expected: RunEvent, next: EventBody): { readonly what?: string } {
  if (expected.type !== "approval.requested" || next.type !== "approval.requested") return {};
  const [, begin, left] = /^([^]{4000})\n… cut: (\d+) more characters$/.exec(expected.what) ?? [];
  const isSame = begin !== undefined && next.what.startsWith(begin) && next.what.length === begin.length + Number(left);
  return isSame ? { what: expected.what } : {};
}

/** A call that was not run because nothing new would come of it: older versions say so in other words. */
function refusalIn(expected: RunEvent, next: EventBody): { readonly error?: Failure } {
  if (expected.type !== "tool.failed" || next.type !== "tool.failed") return {};
  return expected.error.kind === REPEATED && next.error.kind === REPEATED ? { error: expected.error } : {};
}

/** Everything here answers at once or never: a few turns of the event loop tell which. */
async function quiet(): Promise<undefined> {
  for (let turn = 0; turn < QUIET_TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  return undefined;
}
const QUIET_TURNS = 5;

/** What people and the runner put into the log; it is given, not made. */
function isFromOutside(event: RunEvent): boolean {
  switch (event.type) {
    case "run.started":
    case "run.resumed":
    case "approval.given":
    case "approval.expired":
    case "approval.withdrawn":
    case "stop.requested":
    case "speaker.requested":
    case "turn.skipped":
    case "run.paused":
    case "run.unpaused":
    case "message.edited":
    case "message.deleted":
    case "question.expired":
    case "feedback.given":
    case "limit.neared":
    case "limit.raised":
    case "summary.requested":
      return true;
    // What others have spent is not in this log.
    case "limit.reached":
      return event.reasons.some(({ kind }) => kind === "budget");
    case "message.posted":
      return "person" in event;
    case "run.stopped":
      return event.reasons.some(
        (reason) =>
          (reason.kind === "person" && event.outcome === "stopped") || (reason.kind === "failure" && RUNNERS.includes(reason.error.kind)),
      );
    default:
      return false;
  }
}

/** After these the runner began anew with the log: the process was away, or a person had broken a turn off or held the run. */
const TAKEN_UP_AGAIN: ReadonlySet<string> = new Set(["run.resumed", "run.unpaused", "turn.skipped", "limit.raised", "summary.requested"]);

/** A pause comes while a reply is on its way, and that reply is recorded after it: when it is played again, nothing is held up. */
function asPlayed(event: RunEvent): RunEvent {
  const { seq, at } = event;
  if (event.type === "run.paused") return { type: "feedback.given", run: event.run, person: event.person, helpful: true, seq, at };
  return event.type === "run.unpaused" ? { type: "run.resumed", run: event.run, seq, at } : event;
}

const isGivenByPerson = (event: { readonly type: string; readonly by?: unknown }): boolean =>
  event.type === "speaker.selected" && event.by === "person";

/** Failures that no agent had: the runner tells of them. */
const RUNNERS: readonly string[] = ["bug", "team_unavailable"];

const SHOWN_CHARS_MAX = 2_000;
const differs = (expected: RunEvent, found: string): string =>
  `Event ${expected.seq} differs.\n  recorded: ${JSON.stringify(expected).slice(0, SHOWN_CHARS_MAX)}\n  replayed: ${found.slice(0, SHOWN_CHARS_MAX)}`;
