import { expect, test } from "vitest";
import { parley } from "../../cli/here.ts";
import { folderWith } from "../../config/team-files.ts";
import { JONAS, MARIA, PAIR } from "../../support/journey.ts";
import { openMachines } from "../../support/machines/machines.ts";
import { describeOnPostgres } from "../../support/postgres.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const REPLAYED = { ...PAIR, models: { scripted: { provider: "replay", file: "replies.yml" } } };

describeOnPostgres("parley start in roles", (server) => {
  test("a door takes in what people do, opens what they ask for, and begins no turn; a worker takes turns and posts, and hears nothing itself", async () => {
    const desk = await openModelDesk();
    const machines = await openMachines(server, { file: { ...PAIR, models: { scripted: desk.model } }, door: "sockets" });
    const { control } = machines.slack;
    const door = await machines.start("--role", "door");
    expect(door.said()).toContain("A door of Parley is open in Slack for pair");
    const thread = await machines.mention("@parley count");
    await control.until(() => control.unacked() === 0);
    await expect.poll(async () => (await thread.log()).map(({ type }) => type)).toEqual(["run.started", "message.posted"]);
    await control.openApp({ user: MARIA, tab: "home" });
    await control.until(() => control.home(MARIA) !== undefined);
    expect(await control.command({ user: JONAS, channel: thread.channel, command: "/parley", text: "help" })).toMatchObject({
      acked: true,
    });
    expect([desk.calls(), thread.messages().length]).toEqual([0, 1]);
    expect(await door.ready()).toEqual({ status: 200, body: { ok: true, slack: true, database: true } });

    // As if the door were of the version before: a command of this one brings nothing up to date beside it, and a start does.
    const version = "SELECT version FROM $.parley_version";
    const [now] = await machines.rows(version);
    await machines.rows("UPDATE $.parley_version SET version = version - 1");
    const cwd = folderWith({ "parley.yml": JSON.stringify(REPLAYED), "replies.yml": JSON.stringify({ replies: { Ana: ["DONE"] } }) });
    const { code, err } = await parley(["run", "--db", machines.address, "Count."], { cwd });
    expect(code).toBe(1);
    expect(err).toMatch(/an older Parley is at work on this database \(one process\).*Run `parley start` of this version first/);

    const worker = await machines.start("--role", "worker");
    expect(await machines.rows(version)).toEqual([now]);
    expect(worker.said()).toContain("A worker of Parley takes turns and posts for pair");
    expect(control.sockets()).toBe(2);
    (await desk.asked("Ana")).answer("One.");
    const second = await desk.asked("Ben");
    await thread.until(() => thread.turns().length === 1);
    await thread.click("Stop", JONAS);
    await second.gone;
    await thread.ended();
    expect(await worker.ready()).toEqual({ status: 200, body: { ok: true, database: true } });
    expect(await machines.rows("SELECT role FROM $.openers ORDER BY id")).toEqual([{ role: "door" }, { role: "worker" }]);
    expect([await door.end("SIGTERM"), await worker.end("SIGTERM")]).toEqual([0, 0]);
  });
});
