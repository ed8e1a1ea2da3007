import { expect, test } from "vitest";
import { BEAT_MS, ROLL_NOTE } from "../../../src/alerts/alerts.ts";
import { readRoll } from "../../../src/alerts/roll.ts";
import type { Executor } from "../../../src/sandbox/executor.ts";
import { createOffExecutor } from "../../../src/sandbox/off.ts";
import { GENERAL, PAIR } from "../../support/journey.ts";
import { eventually } from "../../support/patience.ts";
import { describeOnPostgres } from "../../support/postgres.ts";
import { NORTH, openMany } from "../../support/slack/installing.ts";

describeOnPostgres("alerts of two processes on one Postgres", (server) => {
  test("an engine that neither reaches is told once, in the operator's channel of the workspace that is named, and when it is there again", async () => {
    const database = server.address();
    await server.prepare(database);
    let isThere = false;
    const executor: Executor = { ...createOffExecutor("There is none."), answers: async () => isThere };
    const alerts = { channel: `${NORTH}/${GENERAL}`, runbook: "https://wiki.example/runbook" };
    const one = await openMany({ file: { ...PAIR, alerts }, replies: {}, executor, database });
    const other = await one.beside();
    expect((await one.install(NORTH)).status).toBe(200);
    const { control } = one.slack.workspace(NORTH);
    const told = () => control.channel(GENERAL).map(({ text }) => text);
    // Both know of the workspace before anything is told.
    await eventually(() => [one, other].forEach(({ problems }) => expect(problems.join("\n")).toMatch(/^Parley is installed in/m)));

    let passedMs = 0;
    /** Half a minute later, once both have said that they are there since the last time. */
    const pass = async () => {
      const beats = Object.values(readRoll(await one.parley.store.note(ROLL_NOTE))).map(({ beatMs }) => beatMs);
      if (beats.length < 2 || beats.some((beatMs) => beatMs <= passedMs)) return false;
      passedMs = one.clock.now();
      one.clock.pass(BEAT_MS);
      return true;
    };
    const until = (count: number) =>
      eventually(async () => {
        await pass();
        expect(told()).toHaveLength(count);
      });
    await until(1);
    expect(told()[0]).toMatch(
      /^:warning: \*No code can be run: the sandbox does not answer\*\nSince .+ UTC\. It was asked \d+ times in a row\. Seen by: process on /,
    );
    expect(told()[0]).toContain("<https://wiki.example/runbook#sandbox-away|Runbook: sandbox-away>");
    isThere = true;
    await until(2);
    expect(told()[1]).toMatch(/^:white_check_mark: Over: \*No code can be run/);
    // What is over is told no more.
    for (let beats = 0; beats < 5;) if (await pass()) beats++;
    expect(told()).toHaveLength(2);
  });
});
