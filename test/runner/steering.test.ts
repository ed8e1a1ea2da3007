import { expect, test } from "vitest";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import type { Agent } from "../../src/engine/team.ts";
import { createRetention } from "../../src/runner/upkeep/retention.ts";
import { manualClock } from "../support/clock.ts";
import { mention, open, said } from "../support/running.ts";
import { MARIA, team } from "../support/scripted.ts";

/** Says "1", "2" …, each when it is let, which may be before. */
function gated() {
  const waiting: (() => void)[] = [];
  let permits = 0;
  let begin: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => (begin = resolve));
  const agent: Agent = {
    name: "A",
    description: "",
    async *turn({ transcript, signal }) {
      begin();
      const nth = transcript.events.filter((event) => event.type === "message.posted" && "agent" in event).length + 1;
      if (permits > 0) permits--;
      else
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      if (!signal.aborted) yield { type: "message.posted", agent: "A", text: String(nth) };
    },
  };
  const letOne = () => {
    const next = waiting.shift();
    if (next) next();
    else permits++;
  };
  return { team: () => team({ agents: [agent], nextSpeakers: roundRobin, limits: maxTurns(2) }), hasBegun, letOne };
}

test("a pause holds the run behind the turn under way, its end lets it go on; a wish that comes twice is done once", async () => {
  const gate = gated();
  const { runner, log, until, stopped } = open(gate.team);
  const count = (type: string) => log.filter((event) => event.type === type).length;
  runner.start();
  await runner.say(mention("count"));
  await gate.hasBegun;
  const wish = { person: MARIA, id: "w1" } as const;
  expect(await runner.steer("T/C/1", { kind: "pause", ...wish })).toBe(true);
  expect(await runner.steer("T/C/1", { kind: "pause", ...wish })).toBe(true);
  expect(await runner.steer("T/C/1", { kind: "pause", person: MARIA })).toBe(false);
  gate.letOne();
  await until(() => said(log).includes("A: 1"));
  gate.letOne();
  expect(await runner.steer("T/C/1", { kind: "resume", person: MARIA, id: "w2" })).toBe(true);
  await stopped();
  expect(said(log)).toEqual(["Maria: count", "A: 1", "A: 2"]);
  expect([count("run.paused"), count("run.unpaused")]).toEqual([1, 1]);
});

test("what a person would be offered is told at any time", () => {
  const { runner } = open(gated().team);
  expect(runner.offerAt([{ kind: "maxTurns", limit: 2, count: 2 }])).toEqual({ to: { turns: 4 } });
});

test("what cannot be forgotten is told, and tried again in a day", async () => {
  const clock = manualClock();
  const lines: string[] = [];
  let tries = 0;
  const retention = createRetention({
    rules: { days: 1, keep: [], removedWorkspaceDays: 30, auditDays: 1 },
    forgetting: { forget: async () => undefined, resume: async () => undefined },
    forgetter: {
      threads: async () => {
        if (++tries === 1) throw new Error("locked");
        return [];
      },
      removed: async () => [],
      compact: async () => false,
    },
    audit: { dropBefore: async () => 0 } as never,
    clock,
    log: (line, error) => lines.push(`${line}: ${String(error)}`),
  });
  retention.start();
  await clock.untilSleeping();
  expect(lines).toEqual(["what is older than it may be could not be forgotten; it is tried again in a day: Error: locked"]);
  await clock.advance(24 * 3_600_000);
  expect([tries, lines.length]).toEqual([2, 1]);
  await retention.close();
});
