import fc from "fast-check";
import { expect, test } from "vitest";
import { viewOf } from "../../src/engine/reading/view.ts";
import { isEvent, type RunEvent } from "../../src/engine/events/events.ts";
import { converse } from "../../src/engine/loop.ts";
import type { Agent, Team } from "../../src/engine/team.ts";
import { read } from "../../src/engine/reading/fold.ts";
import { currentRun, isWaiting, lastSpeaker, messagesOfRun, repliesGiven, type Transcript } from "../../src/engine/reading/transcript.ts";
import { interruptions, play } from "./any-play.ts";
import { anyTeam, build, type AnyTeam } from "./any-team.ts";
import { turnOn } from "../support/turn.ts";
import { runsOf } from "../support/chance.ts";

/** How often the dice are thrown; a night can throw them more often. */
const RUNS = runsOf(100);

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
      expect(run.turns).toBeLessThanOrEqual(any.turnsMax + any.names.length);
    }),
    { numRuns: RUNS },
  );
});

/**
 * The run without an interruption in which every reply, result and word of a person comes at the time at which `log` has it: the same
 * process from the task to the end, in which whoever speaks side by side with others is held up until its next event is the next of the log.
 */
async function playedAt(any: AnyTeam, log: readonly RunEvent[]): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const transcript: Transcript = { events };
  let moved = Promise.withResolvers<void>();
  const isNext = (name: string, own: Transcript) => {
    const next = log[events.length];
    // When a member fails, its team does.
    const isOf = (speaker: string) => speaker === name || (speaker === "Panel" && any.names.includes(name));
    const isOwn = next && (("agent" in next && isOf(next.agent)) || next.within?.split("/").includes(name));
    return isOwn || !currentRun(own).openTurns.includes(name);
  };
  const held = (agent: Agent): Agent => ({
    ...agent,
    async *turn(given) {
      const turn = agent.turn(given);
      try {
        for (;;) {
          while (!isNext(agent.name, given.transcript)) await moved.promise;
          const step = await turn.next();
          if (step.done) return;
          yield step.value;
        }
      } finally {
        await turn.return();
      }
    },
  });
  const together = build(any, held);
  const record = (event: RunEvent) => {
    events.push(event);
    moved.resolve();
    moved = Promise.withResolvers();
  };
  const begin = () =>
    converse(
      together,
      turnOn(transcript, undefined, () => moved.promise),
    );
  let conversation = begin();
  for (let begun = 0; events.length < log.length && begun < 2;) {
    const { seq, at, ...body } = log[events.length] as RunEvent;
    if (body.type === "run.started" || body.type === "approval.given" || ("person" in body && body.type === "message.posted")) {
      record({ ...body, seq, at });
      continue;
    }
    const step = await Promise.race([conversation.next(), quiet()]);
    if (!step) return events;
    // It had ended since it waited, or because the run had ended.
    if (step.done) [conversation, begun] = [begin(), begun + 1];
    else if (isEvent(step.value)) {
      record({ ...step.value, seq, at });
      begun = 0;
      const same = JSON.stringify(step.value) === JSON.stringify(body);
      if (!same) return events;
    }
  }
  return events;
}

/** Everybody here answers at once or never: a few turns of the event loop tell which. */
async function quiet(): Promise<undefined> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  return undefined;
}

test("one speaker at a time: a log that was interrupted anywhere, any number of times, is the log of the run that was not", async () => {
  await fc.assert(
    fc.asyncProperty(anyTeam.filter(isOneAtATime), interruptions, async (any, at) => {
      expect(await play(any, at)).toEqual(await play(any));
    }),
    { numRuns: RUNS },
  );
});

/**
 * Side by side, chance decides whose event comes first, and where a stop cuts the others off; so there are several logs without an
 * interruption. Two logs are held to be the same conversation when they differ only in that order. The property is stronger than that each
 * agent says the same: the whole log, event by event, with its stops, is one that a single process gives when replies come in that order.
 */
test("side by side too: a log that was interrupted anywhere is, event by event, one that a run without interruption gives when the replies come in its order", async () => {
  await fc.assert(
    fc.asyncProperty(anyTeam, interruptions, async (any, at) => {
      const broken = await play(any, at);
      expect(await playedAt(any, broken)).toEqual(broken);
    }),
    { numRuns: RUNS * 2 },
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
        for (const name of decided.next) expect([...any.names, "selector", "Lead", "Panel", "Zed"]).toContain(name);
      }
      for (const event of whole) if (event.type === "speaker.selected") expect([...any.names, "Panel", "Zed"]).toContain(event.agent);
    }),
    { numRuns: RUNS / 2 },
  );
});

/** Where turns run side by side, how their events are mixed is chance. */
function isOneAtATime(any: AnyTeam): boolean {
  return any.inside !== "side by side" && (any.policy !== "graph" || any.names.length === 1);
}
