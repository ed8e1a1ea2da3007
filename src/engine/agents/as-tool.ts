import { decided } from "../approvals.ts";
import { systemClock, type Clock } from "../clock.ts";
import { CALLER, isEvent, type EventBody, type FileRef, type RunEvent, type Usage } from "../events/events.ts";
import { roundRobin } from "../policies/round-robin.ts";
import { converse } from "../loop.ts";
import type { Agent, Team, TerminationCondition } from "../team.ts";
import { any } from "../limits/combined.ts";
import { maxTurns } from "../stops/max-turns.ts";
import type { CallOrigin, Tool, ToolEnd, ToolVerdict, ToolWish } from "../tool.ts";
import { inside, type Turn } from "../turn.ts";
import type { RunState } from "../reading/run-state.ts";
import { touchedIn } from "../reading/touched.ts";
import { currentRun, isMessage, type Transcript } from "../reading/transcript.ts";

export interface AsToolSettings {
  /** `[a-zA-Z0-9_-]{1,64}`. */
  readonly name: string;
  /** When to use it, and what the task has to say. */
  readonly description: string;
  /** The clock of the events inside, which nobody keeps. */
  readonly clock?: Pick<Clock, "now">;
}

/** An agent as a tool: it has one turn on a task, and `limits` on what that may cost. */
export const agentAsTool = (agent: Agent, limits: TerminationCondition, settings: AsToolSettings): Tool =>
  teamAsTool(
    { name: agent.name, agents: [agent], nextSpeakers: roundRobin, stopWhen: maxTurns(1), limits: any(maxTurns(1), limits) },
    settings,
  );

/**
 * A team as a tool: each call is a conversation of its own about the task it is given, which remembers nothing of earlier ones. The result
 * is the last words that were said, with the files that tools gave inside; what it cost is told with them. What needs a person's yes inside is asked for
 * outside, and the conversation goes on with it; a question to a person is a failed result. After a crash the whole conversation is held again, and is not asked again for a yes that was given.
 */
export function teamAsTool(team: Team, { name, description, clock = systemClock }: AsToolSettings): Tool {
  return {
    name,
    description,
    parameters: {
      type: "object",
      properties: { task: { type: "string", description: "The task, complete in itself: nothing else of the conversation is known." } },
      required: ["task"],
      additionalProperties: false,
    },
    async run(args, turn, origin) {
      const task = typeof args === "object" && args !== null && "task" in args ? args.task : undefined;
      if (typeof task !== "string" || task.trim() === "")
        return failed("bad_arguments", `${name} needs {"task": "…"}: what is to be done, in words.`);
      const waited = takenUp(origin, clock);
      const events = waited ?? begun({ team, task, origin, clock });
      // Held anew after a crash: what people have said to the same call before needs no second word.
      const before = new Set(waited ? [] : (origin?.verdicts ?? []));
      for (;;) {
        await goOn(team, events, clock, turn);
        const wish = turn.signal.aborted ? undefined : nextWish({ events });
        if (!wish) break;
        const said = [...before].find(({ approved, tool, args: asked }) => approved && tool === wish.tool && asked === wish.args);
        if (!said) return { kind: "wishes", wish: keep(events, wish) };
        before.delete(said);
        decide(events, clock, wish.call, said);
      }
      const transcript = { events };
      const touched = touchedIn(transcript);
      return { ...outcome(name, transcript), ...(touched.length > 0 ? { touched } : {}) };
    },
  };
}

type Conversation = RunEvent[];

const record = (events: Conversation, clock: Pick<Clock, "now">, body: EventBody): void =>
  void events.push({ ...body, seq: events.length + 1, at: new Date(clock.now()).toISOString() });

/** On a log of its own. */
function begun({
  team,
  task,
  origin,
  clock,
}: {
  team: Team;
  task: string;
  origin: CallOrigin | undefined;
  clock: Pick<Clock, "now">;
}): Conversation {
  const events: Conversation = [];
  const run = origin ? `${origin.run}/${origin.agent}/${origin.call}` : "tool";
  const held = origin?.held ? { held: origin.held } : {};
  record(events, clock, {
    type: "run.started",
    run,
    team: team.name,
    startedBy: origin?.askedBy ?? CALLER,
    unkept: true,
    ...origin?.policy,
    ...held,
  });
  record(events, clock, { type: "message.posted", person: CALLER, text: task });
  return events;
}

/** Until it is over, or waits for people. */
async function goOn(team: Team, events: Conversation, clock: Pick<Clock, "now">, turn: Turn): Promise<void> {
  for await (const item of converse(team, inside(turn, { events }))) {
    if (turn.signal.aborted) break;
    if (isEvent(item)) record(events, clock, item);
  }
}

/** The yes that it waits for, where that is one to a tool; code is not run behind one after a yes. */
function nextWish(transcript: Transcript): (Omit<ToolWish, "id"> & { readonly call: string }) | undefined {
  const { approvals, questions } = currentRun(transcript);
  const open = approvals.map(({ call }) =>
    transcript.events.findLast((event) => event.type === "approval.requested" && event.call === call),
  );
  const [first] = open;
  if (questions.length > 0 || first?.type !== "approval.requested" || first.tool === undefined) return undefined;
  const { call, tool, what, only, lasting, spec, says, because } = first;
  return {
    call,
    tool,
    args: what.slice(tool.length).trim(),
    ...(only ? { only } : {}),
    ...(lasting ? { lasting } : {}),
    ...(spec === undefined ? {} : { spec }),
    ...(says === undefined ? {} : { says }),
    ...(because ? { because } : {}),
  };
}

/** Conversations of this process that wait for a yes, by the wish: the agent that has called may be made anew before it comes. */
const waiting = new Map<string, { readonly events: Conversation; readonly call: string }>();
/** Of the others the oldest is held again, as after a crash. */
const WAITING_MAX = 200;

function keep(events: Conversation, { call, ...wish }: Omit<ToolWish, "id"> & { readonly call: string }): ToolWish {
  const id = crypto.randomUUID();
  waiting.set(id, { events, call });
  const [oldest] = waiting.keys();
  if (waiting.size > WAITING_MAX && oldest !== undefined) waiting.delete(oldest);
  return { id, ...wish };
}

/** The conversation that waited for what has been said now, with that in its log. */
function takenUp(origin: CallOrigin | undefined, clock: Pick<Clock, "now">): Conversation | undefined {
  for (const said of origin?.verdicts ?? []) {
    const held = waiting.get(said.wish);
    if (!held) continue;
    waiting.delete(said.wish);
    decide(held.events, clock, held.call, said);
    return held.events;
  }
  return undefined;
}

function decide(events: Conversation, clock: Pick<Clock, "now">, call: string, said: ToolVerdict): void {
  const { person, approved, reason, edited } = said;
  if (!person) return record(events, clock, { type: "approval.expired", call });
  const verdict = { call, approved, person, ...(reason ? { reason } : {}), ...(edited === undefined ? {} : { edited }) };
  for (const body of decided({ events }, verdict)) record(events, clock, body);
}

function outcome(name: string, transcript: Transcript): ToolEnd {
  const run = currentRun(transcript);
  const usage = usageOf(run);
  const stopped = transcript.events.findLast((event) => event.type === "run.stopped");
  const [question] = run.questions;
  if (question) return failed("needs_person", `${name} had a question to a person and could not ask it: ${question.text}`, usage);
  if (run.approvals.length > 0) return failed("needs_person", `${name} needed a person's yes for code and could not ask for it.`, usage);
  if (!stopped) return failed("aborted", `${name} was stopped before it had finished.`, usage);
  const words = transcript.events.findLast((event) => isMessage(event) && "agent" in event && event.text.trim() !== "");
  if (stopped.outcome === "failed" || !words || !isMessage(words))
    return failed("failed", `${name} gave no result: ${stopped.reason}.`, usage);
  return { kind: "returned", output: words.text, ...filesOf(transcript), ...usage };
}

const FILES_MAX = 20; // As of one result of a server's tool.
const FILES_BYTES_MAX = 20_000_000;

/** What the tools inside gave, for people: the first of them, each once. */
function filesOf({ events }: Transcript): { readonly files?: readonly FileRef[] } {
  const given = events.flatMap((event) => (event.type === "tool.returned" || event.type === "tool.failed" ? (event.files ?? []) : []));
  const unique = new Map(given.map((file) => [`${file.hash} ${file.name}`, file]));
  const files: FileRef[] = [];
  let bytes = 0;
  for (const file of unique.values()) {
    if (files.length === FILES_MAX || bytes + file.bytes > FILES_BYTES_MAX) continue;
    files.push(file);
    bytes += file.bytes;
  }
  return files.length > 0 ? { files } : {};
}

function usageOf({ usage, priced }: RunState): { readonly usage?: Usage } {
  const { usd, ...tokens } = usage;
  return usage.calls > 0 ? { usage: priced ? { ...tokens, usd } : tokens } : {};
}

const failed = (kind: string, message: string, usage: { readonly usage?: Usage } = {}): ToolEnd => ({
  kind: "failed",
  error: { kind, message },
  ...usage,
});
