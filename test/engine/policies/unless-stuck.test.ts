import { describe, expect, test } from "vitest";
import { selector, type SelectorSettings } from "../../../src/engine/agents/leaders/selector.ts";
import { ledBy } from "../../../src/engine/policies/led-by.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { swarm } from "../../../src/engine/policies/swarm.ts";
import { unlessStuck } from "../../../src/engine/policies/unless-stuck.ts";
import { stallsOf } from "../../../src/engine/reading/stalls.ts";
import type { Agent } from "../../../src/engine/team.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { SELECTOR } from "../../../src/engine/reading/spender.ts";
import { read } from "../../../src/engine/reading/fold.ts";
import { currentRun, isWaiting } from "../../../src/engine/reading/transcript.ts";
import { openLog, says, scripted, team, type ScriptedModel } from "../../support/scripted.ts";

const choice = (next: string, progress: boolean) => JSON.stringify({ next, reason: "because", instruction: "", progress });
const lively = (name: string) =>
  says(
    name,
    ...["the sum is right", "one more thing about taxes", "rents went up in May", "look at the last table"].map(
      (text) => `${name}: ${text}`,
    ),
  );

function led(model: ScriptedModel, settings: Partial<SelectorSettings> = {}, agents = ["Ada", "Ben", "Cleo"].map(lively)) {
  const leader = selector({ model, agents, allowRepeats: true, attempts: 1, mayAskHuman: true, ...settings });
  return team({ agents, nextSpeakers: ledBy(leader), limits: maxTurns(8) });
}

test("after three turns without progress the selector asks a person instead of its model", async () => {
  const log = openLog();
  log.start("t");
  const model = scripted(choice("Ada", true), choice("Ben", false), choice("Cleo", false), choice("Ada", false), choice("finish", true));
  await log.run(led(model));
  expect(model.requests).toHaveLength(4);
  expect(currentRun(log.transcript).questions[0]).toMatchObject({
    agent: SELECTOR,
    text: "The last 3 turns brought no progress. How should the team go on? You can also answer in your own words.",
    options: ["Go on", "Try another way", "Stop"],
  });
  log.reply("Go on");
  await log.run(led(model));
  expect(model.requests).toHaveLength(5);
  expect(log.stopped()).toMatchObject({ outcome: "done" });
});

test('the answer "Stop" ends the run, and it is told who stopped it', async () => {
  const log = openLog();
  log.start("t");
  const model = scripted("nobody", "nobody");
  await log.run(led(model));
  expect(currentRun(log.transcript).questions[0]?.text).toContain("I could not choose who speaks next 2 times in a row.");
  log.reply(" stop ");
  await log.run(led(model));
  expect(log.stopped()).toMatchObject({ outcome: "stopped", reason: "stopped by Maria" });
});

test("where it may not ask people it goes on, and says so in its reason", async () => {
  const log = openLog();
  log.start("t");
  const model = scripted(...[true, false, false, false, true].map((progress) => choice("Ada", progress)));
  await log.run(team({ ...led(model, { mayAskHuman: false }), limits: maxTurns(5) }));
  const reasons = log.events.flatMap((event) => (event.type === "speaker.selected" ? [event.reason] : []));
  expect(reasons).toEqual(["because", "because", "because", "because", "The last 3 turns brought no progress. because"]);
});

test("agents that thank each other are seen to go in a circle, though the model sees progress in nothing else", async () => {
  const log = openLog();
  log.start("t");
  const polite = ["Ada", "Ben"].map((name) =>
    says(name, ...Array.from({ length: 6 }, () => `Thank you so much, ${name === "Ada" ? "Ben" : "Ada"}! It was a pleasure.`)),
  );
  await log.run(led(scripted("Ada", "Ada", "Ada"), { allowRepeats: false }, polite));
  // Two agents take turns without a call to the model; the fifth turn is the third repetition.
  expect(log.said().at(-1)).toContain("The last 3 turns brought no progress.");
  expect(currentRun(log.transcript).turns).toBe(5);
});

test("a turn is a repetition when almost all of its words are, and is counted once", () => {
  const log = openLog();
  log.start("t");
  const count = () => read(log.transcript, stallsOf(SELECTOR)).count;
  const say = (text: string) => log.record({ type: "message.posted", agent: "Ada", text });
  const pick = (progress: boolean) => log.record({ type: "speaker.selected", agent: "Ada", by: "selector", progress });
  const text =
    "the quarterly report shows that revenue has grown by nine percent while costs have stayed where they were before the summer break";
  say(text);
  say(`${text.toUpperCase()}!!`);
  expect(count()).toBe(1);
  pick(false);
  expect(count()).toBe(1);
  say("costs have grown, and that is a new finding which nobody has named before");
  pick(true);
  expect(count()).toBe(0);
  pick(true);
  expect(count()).toBe(0);
  pick(false);
  pick(false);
  log.reply("try the other file");
  expect(count()).toBe(0);
});

describe("where nobody leads", () => {
  const watched = (agents: readonly Agent[], keepsFloor = false) =>
    team({ agents, nextSpeakers: unlessStuck(keepsFloor ? swarm : roundRobin, { stallsMax: 2, keepsFloor }), limits: maxTurns(12) });
  const thanks = ["Thank you so much for your help.", "Thank you so much for your help!", "Thank you so much for your help…"];

  test("turns that say again what was said end in a question to a person, not in a bill", async () => {
    const log = openLog();
    log.start("t");
    const both = () => watched([says("Ada", "The sum is right.", ...thanks), says("Ben", "So it is.", ...thanks)]);
    await log.run(both());
    expect(log.said().at(-1)).toMatch(/^Parley → human: The last 2 turns brought no progress\./);
    expect(isWaiting(log.transcript)).toBe(true);
    expect(currentRun(log.transcript).turns).toBe(5);
    log.reply("Stop");
    await log.run(both());
    expect(log.stopped()).toMatchObject({ outcome: "stopped", reason: "stopped by Maria" });
  });

  test("with any other answer the team goes on where it was", async () => {
    const log = openLog();
    log.start("t");
    const both = () => watched([says("Ada", ...thanks, "A new thought."), says("Ben", ...thanks, "Another one.")]);
    await log.run(both());
    const asked = log.events.length;
    log.reply("Think of taxes");
    await log.run(both());
    const next = log.events.slice(asked).find((event) => event.type === "speaker.selected");
    const before = log.events.slice(0, asked).findLast((event) => event.type === "speaker.selected");
    expect([before?.agent, next?.agent].toSorted()).toEqual(["Ada", "Ben"]);
  });

  test("something new makes up for a repetition", async () => {
    const log = openLog();
    log.start("t");
    const lines = ["one thing is tax", "one thing is tax", "two are rents in May", "three is the last table", "three is the last table"];
    await log.run(team({ ...watched([says("Ada", ...lines)]), limits: maxTurns(5) }));
    expect(log.stopped()).toMatchObject({ outcome: "limit" });
  });

  test("an agent of a swarm that keeps talking and forgets to hand over is noticed", async () => {
    const log = openLog();
    log.start("t");
    await log.run(watched([lively("Ada"), lively("Ben")], true));
    expect(currentRun(log.transcript).turns).toBe(3);
    expect(currentRun(log.transcript).questions[0]?.agent).toBe("Parley");
  });
});
