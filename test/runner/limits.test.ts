import { describe, expect, test } from "vitest";
import { assistant } from "../../src/engine/agents/assistant.ts";
import { CLOSER, closer } from "../../src/engine/agents/closer.ts";
import type { Model } from "../../src/engine/model.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { capsOf } from "../../src/engine/limits/run-limits.ts";
import { textMention } from "../../src/engine/stops/text-mention.ts";
import { currentRun } from "../../src/engine/reading/transcript.ts";
import type { RunnableTeam } from "../../src/runner/runner.ts";
import { manualClock } from "../support/clock.ts";
import { mention, open, said } from "../support/running.ts";
import { MARIA, scripted, team } from "../support/scripted.ts";

const LIMITS = { turns: 2, minutes: 20, tokens: 1_000, usd: 1 };
const MINUTE_MS = 60_000;
const THREAD = "T/C/1";
const HALTS = { haltMinutes: 30 };

/** One agent that speaks through this model until somebody says DONE. */
function solo(model: Model, { limits = LIMITS, last }: { readonly limits?: typeof LIMITS; readonly last?: Model } = {}): RunnableTeam {
  const settings = { name: "A", description: "", instructions: "", handoffs: [], toolRoundsMax: 3, afterTools: "prose" } as const;
  const made = team({
    agents: [assistant({ ...settings, model, tools: [] })],
    nextSpeakers: roundRobin,
    stopWhen: textMention("DONE"),
    limits: capsOf(limits),
  });
  return { ...made, minutesMax: limits.minutes, limitsAtFirst: limits, ...(last ? { closer: closer(last) } : {}) };
}

type Opened = ReturnType<typeof open>;

/** Resolves when the run has recorded this many halts. */
const halted = ({ until, log }: Opened, count = 1) => until(() => log.filter(({ type }) => type === "limit.reached").length === count);

async function haltOf({ runner }: Opened): Promise<number> {
  return currentRun(await runner.read(THREAD)).halt?.seq ?? 0;
}

describe("a run at a limit", () => {
  test("stops there at once, where nobody is there to ask", async () => {
    const only = open(() => solo(scripted("One.", "Two.")));
    only.runner.start();
    await only.runner.say(mention("count"));
    await only.stopped();
    expect(only.log.at(-1)).toMatchObject({ type: "run.stopped", outcome: "limit", reason: "reached 2 turns" });
    expect(only.log.some(({ type }) => type.startsWith("limit."))).toBe(false);
  });

  test("waits through a restart, and goes on within what was raised then", async () => {
    const first = open(() => solo(scripted("One.", "Two.")), { parts: HALTS });
    first.runner.start();
    await first.runner.say(mention("count"));
    await halted(first);
    await first.close();

    const second = open(() => solo(scripted("Three.", "Four. DONE")), { parts: HALTS });
    second.runner.start();
    expect(await second.runner.steer(THREAD, { kind: "raise", seq: await haltOf(second), person: MARIA })).toBe(true);
    expect(await second.runner.steer(THREAD, { kind: "raise", seq: await haltOf(second), person: MARIA })).toBe(false);
    await second.stopped();
    const log = await second.store.load(THREAD, 0);
    expect(said(log)).toEqual(["Maria: count", "A: One.", "A: Two.", "A: Three.", "A: Four. DONE"]);
    expect(log.filter(({ type }) => type === "limit.raised")).toMatchObject([{ to: { turns: 4 }, person: MARIA }]);
  });

  test("tells of a limit that comes near once, also across a restart", async () => {
    const limits = { ...LIMITS, turns: 5 };
    const first = open(() => solo(scripted("1", "2", "3", "4", "hang"), { limits }), { parts: HALTS });
    first.runner.start();
    await first.runner.say(mention("count"));
    await first.until(() => first.log.some(({ type }) => type === "limit.neared"));
    await first.close();
    const second = open(() => solo(scripted("5"), { limits }), { parts: HALTS });
    second.runner.start();
    await halted(second);
    const near = (await second.store.load(THREAD, 0)).filter(({ type }) => type === "limit.neared");
    expect(near).toMatchObject([{ limit: "turns", used: 4, of: 5 }]);
  });

  test("is stopped when nobody has decided in time; the time that it waits does not count", async () => {
    const clock = manualClock();
    const only = open(() => solo(scripted("One.", "Two.")), { parts: HALTS, clock });
    only.runner.start();
    await only.runner.say(mention("count"));
    await halted(only);
    await clock.untilSleeping(1);
    await clock.advance(29 * MINUTE_MS);
    expect(currentRun(await only.runner.read(THREAD)).running).toBe(true);
    await clock.advance(2 * MINUTE_MS);
    await only.stopped();
    expect(only.log.at(-1)).toMatchObject({ type: "run.stopped", outcome: "limit", reasons: [{ kind: "maxTurns" }] });
    expect(currentRun(await only.runner.read(THREAD)).elapsedMs).toBeLessThan(MINUTE_MS);
  });

  test("is stopped after a restart, when its time was over while the process was away", async () => {
    const clock = manualClock();
    const first = open(() => solo(scripted("One.", "Two.")), { parts: HALTS, clock });
    first.runner.start();
    await first.runner.say(mention("count"));
    await halted(first);
    await first.close();
    const second = open(() => solo(scripted()), { parts: HALTS, clock: manualClock(clock.now() + 31 * MINUTE_MS) });
    second.runner.start();
    await second.stopped();
    expect(second.log).toMatchObject([{ type: "run.stopped", outcome: "limit" }]);
  });

  test("halts for a model that hangs past the minutes, and asks it again when there are more", async () => {
    const clock = manualClock();
    const model = scripted("hang", "Here I am. DONE");
    const only = open(() => solo(model), { parts: HALTS, clock });
    only.runner.start();
    await only.runner.say(mention("count"));
    await expect.poll(() => model.requests.length).toBe(1);
    await clock.untilSleeping(1);
    await clock.advance(21 * MINUTE_MS);
    await halted(only);
    expect(only.log.at(-1)).toMatchObject({ type: "limit.reached", reasons: [{ kind: "minutes", limit: 20 }] });
    expect(await only.runner.steer(THREAD, { kind: "raise", seq: await haltOf(only), person: MARIA })).toBe(true);
    await only.stopped();
    expect(said(only.log)).toEqual(["Maria: count", "A: Here I am. DONE"]);
  });

  test("gives its summary after a restart, when the process died while it was being written", async () => {
    const dying = scripted("hang");
    const first = open(() => solo(scripted("One.", "Two."), { last: dying }), { parts: HALTS });
    first.runner.start();
    await first.runner.say(mention("count"));
    await halted(first);
    expect(await first.runner.steer(THREAD, { kind: "summarize", seq: await haltOf(first), person: MARIA })).toBe(true);
    await expect.poll(() => dying.requests.length).toBe(1);
    await first.close();

    const last = scripted("We have two. DONE");
    const second = open(() => solo(scripted(), { last }), { parts: HALTS });
    second.runner.start();
    await second.stopped();
    expect(last.requests[0]).toMatchObject({ agent: CLOSER, outputTokensMax: 1_000, tools: [] });
    expect(last.requests[0]?.messages[0]?.text).toContain("A: Two.");
    // Words that are a team's goal are none in a summary.
    expect(second.log.slice(-2)).toMatchObject([
      { type: "message.posted", agent: CLOSER, text: "We have two. DONE" },
      { type: "run.stopped", outcome: "limit", reason: "reached 2 turns" },
    ]);
  });

  test("waits two minutes for its summary, and no longer; one that fails is the end as well", async () => {
    const clock = manualClock();
    const last = scripted("hang");
    const slow = open(() => solo(scripted("One.", "Two."), { last }), { parts: HALTS, clock });
    slow.runner.start();
    await slow.runner.say(mention("count"));
    await halted(slow);
    await slow.runner.steer(THREAD, { kind: "summarize", seq: await haltOf(slow), person: MARIA });
    await expect.poll(() => last.requests.length).toBe(1);
    await clock.untilSleeping(1);
    await clock.advance(3 * MINUTE_MS);
    await slow.stopped();
    expect(slow.log.at(-1)).toMatchObject({ type: "run.stopped", outcome: "limit" });
    await slow.close();

    const fails = { fails: { kind: "failure", error: { kind: "overloaded", message: "too many" } } } as const;
    const other = open(() => solo(scripted("One.", "Two."), { last: scripted(fails) }), { parts: HALTS });
    other.runner.start();
    await other.runner.say(mention("count", { thread: "T/C/2" }));
    await halted(other);
    const { halt } = currentRun(await other.runner.read("T/C/2"));
    await other.runner.steer("T/C/2", { kind: "summarize", seq: halt?.seq ?? 0, person: MARIA });
    await other.stopped("T/C/2");
    expect(other.log.slice(-2)).toMatchObject([
      { type: "turn.failed", agent: CLOSER },
      { type: "run.stopped", outcome: "limit" },
    ]);
  });
});
