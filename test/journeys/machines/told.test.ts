import { expect, test } from "vitest";
import { PAIR } from "../../support/journey.ts";
import { eventually } from "../../support/patience.ts";
import { describeOnPostgres } from "../../support/postgres.ts";
import { NORTH, openMany, type Many } from "../../support/slack/installing.ts";
import type { Thread } from "../../support/slack/thread.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const HOUR_MS = 3_600_000;

describeOnPostgres("what one of two processes does, the other knows", (server) => {
  test("an installation, a team that somebody makes, a token that is renewed, and the end of an installation", async () => {
    const desk = await openModelDesk();
    const database = server.address();
    await server.prepare(database);
    const one = await openMany({ file: { ...PAIR, models: { scripted: desk.model } }, database, tokenMs: 12 * HOUR_MS });
    const other = await one.beside();
    const both = [one, other];
    const said = (line: RegExp) => eventually(() => both.forEach(({ problems }) => expect(problems.join("\n")).toMatch(line)));

    expect((await one.install(NORTH)).status).toBe(200);
    await said(/^Parley is installed in .*T0NORTH/m);

    /** Mentions go to either by chance. */
    const runs = async (text: string, many: Many): Promise<Thread> => {
      const thread = await many.mention(NORTH, text);
      for (const words of ["One.", "Two. DONE"]) (await desk.asked()).answer(words);
      await thread.ended();
      expect(thread.turns()).toEqual(["Ana: One.", "Ben: Two."]);
      return thread;
    };
    await runs("@parley count", one);

    // Put by the one, and told to the other within moments: by the real time, whatever the clock of the test says.
    const isTold = new Promise<number>((resolve) =>
      other.parley.settings.follow(({ name }) => name === "team/mine" && resolve(performance.now())),
    );
    const mine = { ...PAIR.teams.pair, description: "Of our own." };
    const put = performance.now();
    const decision = { workspace: NORTH, person: { id: "U0MARIA", name: "Maria" }, deed: "make a team", subject: "mine", allowed: true };
    expect(await one.parley.settings.put({ name: "team/mine", value: mine, revision: 0, decision })).toBe(true);
    expect((await isTold) - put).toBeLessThan(10_000);
    console.info(`the other heard of the team after ${Math.round((await isTold) - put)} ms`);
    for (const many of both) {
      const thread = await runs("@parley mine: count", many);
      const [begun] = await thread.log();
      expect(begun).toMatchObject({ type: "run.started", team: "mine" });
    }

    // Whichever of them has calls to make when the token is due.
    one.clock.skip(11 * HOUR_MS);
    const before = one.slack.refreshes();
    for (const many of both) await runs("@parley count again", many);
    expect(one.slack.refreshes() - before).toBe(1);

    await one.slack.uninstall(NORTH);
    await said(/^Parley is no longer let into .*T0NORTH/m);
  });
});
