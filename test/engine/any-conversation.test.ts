import fc from "fast-check";
import { expect, test } from "vitest";
import { viewOf } from "../../src/engine/agents/view.ts";
import { isEvent, type EventBody, type RunEvent } from "../../src/engine/events.ts";
import { converse } from "../../src/engine/run.ts";
import type { Team } from "../../src/engine/team.ts";
import { currentRun, isWaiting, lastSpeaker, messagesOfRun, read, repliesGiven, type Transcript } from "../../src/engine/transcript.ts";
import { MARIA } from "../support/scripted.ts";
import { anyTeam, build, type AnyTeam } from "./any-team.ts";

/** A conversation that never ends would give more than this. */
const ITEMS_MAX = 4_000;
/** A person answers so many questions of a run and is then away. */
const ANSWERS_MAX = 4;
const TASKS = 2;
/** How often the dice are thrown; a night can throw them more often. */
const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 100);

/** Where the process dies, as counts of items (events and deltas) since it began; `abort` in mid-turn, `crash` right after recording. */
interface Interruption {
  readonly afterItems: number;
  readonly how: "abort" | "crash";
}

/** Plays tasks to their end, with a person who answers; each interruption is followed by a start from the bare log. */
async function play(any: AnyTeam, interruptions: readonly Interruption[] = []): Promise<RunEvent[]> {
  let events: RunEvent[] = [];
  const record = (body: EventBody) =>
    events.push({ ...body, seq: events.length + 1, at: new Date(Date.UTC(2026, 0, 1) + events.length).toISOString() });
  const pending = [...interruptions];
  let items = 0;
  for (let task = 0; task < TASKS; task++) {
    record({ type: "run.started", run: `r${task}`, team: "team", startedBy: MARIA });
    record({ type: "message.posted", person: MARIA, text: `task ${task}`, id: `task-${task}` });
    for (let answers = 0; ;) {
      const interruption = pending.shift();
      // A new process: nothing is left but the log.
      events = structuredClone(events);
      const log: Transcript = { events };
      let since = 0;
      let interrupted = false;
      const stop = new AbortController();
      for await (const item of converse(build(any), log, stop.signal)) {
        if (++items > ITEMS_MAX) throw new Error("the conversation does not end");
        if (isEvent(item)) record(item);
        since++;
        if (interruption && since >= interruption.afterItems) {
          if (interruption.how === "abort") stop.abort();
          interrupted = true;
          break;
        }
      }
      const run = currentRun(log);
      if (!run.running) break;
      if (interrupted) continue;
      if (++answers > ANSWERS_MAX) return events;
      if (run.question) record({ type: "message.posted", person: MARIA, text: "Go on", id: `answer-${events.length}` });
      for (const call of run.approvals) record({ type: "approval.given", call, person: MARIA, approved: !call.endsWith("1") });
    }
  }
  return events;
}

const interruptions = fc.array(
  fc.record({ afterItems: fc.integer({ min: 1, max: 12 }), how: fc.constantFrom<"abort" | "crash">("abort", "crash") }),
  { maxLength: 6 },
);

/** What is decided by reading, at one moment of the log. */
function decisions(team: Team, log: Transcript, any: AnyTeam) {
  return {
    next: team.nextSpeakers(log, team.agents).map((agent) => agent.name),
    goals: team.stopWhen(log),
    limits: team.limits(log),
    run: currentRun(log),
    waiting: isWaiting(log),
    last: lastSpeaker(log),
    messages: messagesOfRun(log),
    replies: any.names.map((name) => repliesGiven(log, name)),
  };
}

test("every run ends or waits for a person, within its limits", async () => {
  await fc.assert(
    fc.asyncProperty(anyTeam, async (any) => {
      const log = { events: await play(any) };
      const run = currentRun(log);
      expect(run.running ? isWaiting(log) : true).toBe(true);
      // Turns that run side by side may end together.
      expect(run.turns).toBeLessThanOrEqual(any.turnsMax + any.names.length - 1);
    }),
    { numRuns: RUNS },
  );
});

test("a log that was interrupted anywhere, any number of times, is the log of a run that was not", async () => {
  await fc.assert(
    fc.asyncProperty(anyTeam.filter(isOneAtATime), interruptions, async (any, at) => {
      expect(await play(any, at)).toEqual(await play(any));
    }),
    { numRuns: RUNS },
  );
});

test("turns side by side end the same for each agent wherever they were interrupted, as long as nothing cuts them short", async () => {
  const calm = anyTeam
    .filter((any) => any.policy === "graph")
    .map((any) => ({
      ...any,
      turnsMax: 60,
      messagesMax: 400,
      replies: Object.fromEntries(any.names.map((name) => [name, [{ kind: "text" as const, text: `I am ${name}.` }]])),
    }));
  const byAgent = (events: readonly RunEvent[], name: string) =>
    events.filter((event) => "agent" in event && event.agent === name).map(({ seq: _seq, at: _at, ...body }) => body);
  await fc.assert(
    fc.asyncProperty(calm, interruptions, async (any, at) => {
      const whole = await play(any);
      fc.pre(whole.every((event) => event.type !== "run.stopped" || event.outcome === "done"));
      const broken = await play(any, at);
      for (const name of any.names) expect(byAgent(broken, name)).toEqual(byAgent(whole, name));
    }),
    { numRuns: RUNS / 2 },
  );
});

test("a log read afresh at any length decides what the log that grew decided, and only participants are named", async () => {
  await fc.assert(
    fc.asyncProperty(anyTeam, interruptions, async (any, at) => {
      const whole = await play(any, at);
      const grown: RunEvent[] = [];
      const [growing, views] = [build(any), any.names.map((name) => viewOf(name))];
      for (const event of whole) {
        grown.push(event);
        const afresh = { events: [...grown] };
        const decided = decisions(growing, { events: grown }, any);
        expect(decided).toEqual(decisions(build(any), afresh, any));
        expect(views.map((view) => read({ events: grown }, view))).toEqual(any.names.map((name) => read(afresh, viewOf(name))));
        for (const name of decided.next) expect([...any.names, "selector", "Lead"]).toContain(name);
      }
      for (const event of whole) if (event.type === "speaker.selected") expect(any.names).toContain(event.agent);
    }),
    { numRuns: RUNS / 2 },
  );
});

/** Where turns run side by side, how their events are mixed is chance. */
function isOneAtATime(any: AnyTeam): boolean {
  return any.policy !== "graph" || any.names.length === 1;
}
