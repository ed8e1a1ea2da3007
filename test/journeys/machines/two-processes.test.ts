import { expect, test } from "vitest";
import { JONAS, MARIA, PAIR } from "../../support/journey.ts";
import { openMachines, type Machine, type Machines } from "../../support/machines/machines.ts";
import { describeOnPostgres } from "../../support/postgres.ts";
import { wordsOf, type Thread } from "../../support/slack/thread.ts";
import { type ModelDesk, openModelDesk } from "../../support/storm/model-desk.ts";

const STOPS = 20;
const pairAt = (desk: ModelDesk) => ({ ...PAIR, models: { scripted: desk.model } });

/** The process that does not have the turn. */
async function elsewhere(machines: Machines, thread: Thread, all: readonly Machine[]): Promise<Machine> {
  const owner = await machines.owner(thread);
  const found = all.find(({ opener }) => opener !== owner);
  if (owner === undefined || !found) throw new Error("nobody has the turn");
  return found;
}

describeOnPostgres("parley start on Postgres", (server) => {
  test("one and two over the same Slack: each turn is asked of a model once, and posted once and in order", async () => {
    const desk = await openModelDesk();
    const machines = await openMachines(server, { file: pairAt(desk), door: "sockets" });
    const { control } = machines.slack;
    const one = await machines.start();
    const alone = await machines.mention("@parley count");
    for (const words of ["One.", "Two.", "Three. DONE"]) (await desk.asked()).answer(words);
    await alone.ended();
    expect(alone.turns()).toEqual(["Ana: One.", "Ben: Two.", "Ana: Three."]);
    expect(await one.ready()).toEqual({ status: 200, body: { ok: true, slack: true, database: true } });

    const other = await machines.start();
    await control.until(() => control.sockets() === 4);
    const threads = await Promise.all(
      ["one", "two", "three", "four"].map((name) => machines.mention(`@parley ${name}`, control.addChannel(`count-${name}`))),
    );
    for (let call = 0; call < 3 * threads.length; call++) {
      const { read, answer } = await desk.asked();
      answer(read.includes("Two.") ? "Three. DONE" : read.includes("One.") ? "Two." : "One.");
    }
    for (const thread of threads) {
      await thread.ended();
      expect(thread.turns()).toEqual(["Ana: One.", "Ben: Two.", "Ana: Three."]);
    }
    expect(desk.calls()).toBe(3 + 3 * threads.length);
    expect([await one.end("SIGTERM"), await other.end("SIGTERM")]).toEqual([0, 0]);
  });

  test("what people do comes in by the process that has not the turn, and reaches it; of one that ends or is killed the other goes on", async () => {
    const desk = await openModelDesk();
    const machines = await openMachines(server, { file: pairAt(desk), door: "http" });
    const [one, other] = [await machines.start(), await machines.start()];
    const all = [one, other];
    machines.sendTo(one);
    const thread = await machines.mention("@parley think for long");
    const first = await desk.asked("Ana");
    await thread.until(() => thread.ofKind("card").length === 1);
    machines.sendTo(await elsewhere(machines, thread, all));
    await thread.reply("pause", JONAS);
    await expect.poll(async () => (await thread.log()).some(({ type }) => type === "run.paused")).toBe(true);
    first.answer("One.");
    await thread.until(() => thread.turns().length === 1);
    await thread.reply("resume", JONAS);
    (await desk.asked("Ben")).answer("Two.");
    (await desk.asked("Ana")).ask("Which one?", ["The left", "The right"]);
    await thread.until(() => thread.ofKind("question").length === 1);
    await thread.click("The left", MARIA);
    const told = await desk.asked();
    expect(told.read).toContain("The left");
    machines.sendTo(await elsewhere(machines, thread, all));
    await thread.click("Stop", JONAS);
    await told.gone;
    expect(wordsOf(await thread.ended())).toMatch(/^:octagonal_sign: \*Stopped\*: stopped by Jonas\n/);

    // From the request that says so at the one to the end of the model's call at the other.
    const tookMs: number[] = [];
    for (let number = 0; number < STOPS; number++) {
      const stopped = await machines.mention("@parley think for long", machines.slack.control.addChannel(`stop-${number}`));
      const call = await desk.asked("Ana");
      machines.sendTo(await elsewhere(machines, stopped, all));
      const since = performance.now();
      await stopped.reply("stop", MARIA);
      await call.gone;
      tookMs.push(performance.now() - since);
    }
    const sorted = tookMs.map(Math.round).toSorted((a, b) => a - b);
    const of = (part: number) => `${sorted[Math.ceil(STOPS * part) - 1]} ms`;
    console.info(`a stop at one ended the call at the other after ${of(0.5)} (p50 of ${STOPS}), ${of(0.95)} (p95), ${of(1)} at most`);

    const count = await machines.mention("@parley count", machines.slack.control.addChannel("count"));
    await desk.asked("Ana");
    const survivor = await elsewhere(machines, count, all);
    const leaving = survivor === one ? other : one;
    machines.sendTo(survivor);
    let begun = performance.now();
    const gone = leaving.end("SIGTERM");
    const again = await desk.asked("Ana");
    const afterTermMs = performance.now() - begun;
    expect(await gone).toBe(0);
    again.answer("One.");
    await desk.asked("Ben");
    const third = await machines.start();
    machines.sendTo(third);
    begun = performance.now();
    await survivor.end("SIGKILL");
    (await desk.asked("Ben")).answer("Two. DONE");
    const afterKillMs = performance.now() - begun;
    await count.ended();
    expect(count.turns()).toEqual(["Ana: One.", "Ben: Two."]);
    console.info(`the other took the next step ${Math.round(afterTermMs)} ms after SIGTERM, ${Math.round(afterKillMs)} ms after SIGKILL`);
  });
});
