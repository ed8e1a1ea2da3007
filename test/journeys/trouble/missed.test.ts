import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { stringify } from "yaml";
import { loadSettings } from "../../../src/config/load.ts";
import { systemClock, type Clock } from "../../../src/engine/clock.ts";
import { createParley, type Parley } from "../../../src/parley.ts";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";
import { GENERAL, JONAS, MARIA, PAIR } from "../../support/journey.ts";

const HOUR_MS = 3_600_000;

/** A workspace that goes on while Parley is away; its clock can be put forward, and Parley's with it. */
async function world() {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const clock: Clock = { now, sleep: (ms, signal) => systemClock.sleep(ms / 10, signal) };
  const slack = await createWorkspace({ port: 0, now, rateLimits: false });
  const folder = await mkdtemp(join(tmpdir(), "parley-missed-"));
  await writeFile(join(folder, "parley.yml"), stringify(PAIR));
  await writeFile(join(folder, "replies.yml"), stringify({ replies: { Ana: ["Done. DONE"] } }));
  const settings = loadSettings({ env: {}, cwd: folder });
  const running: Parley[] = [];
  onTestFinished(async () => {
    for (const parley of running) await parley.stop();
    await slack.close();
    await rm(folder, { recursive: true, force: true });
  });
  const problems: string[] = [];
  return {
    slack,
    problems,
    later: (ms: number) => {
      aheadMs += ms;
      // What was sent to nobody is sent again for some minutes, and then never.
      slack.control.tick();
    },
    async start(): Promise<Parley> {
      const { botToken, appToken, apiUrl } = slack;
      const log = (line: string) => void problems.push(line);
      const parley = await createParley({
        settings,
        env: {},
        dbPath: join(folder, "parley.db"),
        clock,
        slack: { botToken, appToken, apiUrl },
        log,
      });
      running.push(parley);
      await parley.start();
      return parley;
    },
    async stop(parley: Parley) {
      running.splice(running.indexOf(parley), 1);
      await parley.stop();
      await slack.control.until(() => !slack.control.connected());
    },
  };
}

const said = (parley: Parley, slack: Workspace, channel: string, ts: string) =>
  parley.runner
    .read(`${slack.teamId}/${channel}/${ts}`)
    .then(({ events }) => events.flatMap((event) => (event.type === "message.posted" && "person" in event ? [event.text] : [])));

test("mentions and direct words from while Parley was away for longer than Slack repeats itself are read back, each once, and nothing else is", async () => {
  const { slack, start, stop, later, problems } = await world();
  const { control } = slack;
  const first = await start();
  const heard = await control.post({ user: MARIA, channel: GENERAL, text: "@parley before" });
  await expect.poll(() => said(first, slack, GENERAL, heard.ts)).toEqual(["before"]);
  await expect.poll(() => first.store.unfinished()).toEqual([]);
  await stop(first);

  later(HOUR_MS);
  const mention = await control.post({ user: JONAS, channel: GENERAL, text: "@parley while you were away" });
  const talk = await control.post({ user: JONAS, channel: GENERAL, text: "just talk" });
  const reply = await control.post({ user: MARIA, channel: GENERAL, text: "@parley what do you say?", threadTs: talk.ts });
  const direct = await control.post({ user: JONAS, channel: "D0JONAS", text: "for you alone" });
  const elsewhere = control.addChannel("lonely", { botIsMember: false });
  const unseen = await control.post({ user: JONAS, channel: elsewhere, text: "@parley you cannot hear me" });
  later(HOUR_MS);

  const second = await start();
  await expect.poll(() => said(second, slack, GENERAL, mention.ts)).toEqual(["while you were away"]);
  await expect.poll(() => said(second, slack, GENERAL, talk.ts)).toEqual(["what do you say?"]);
  await expect.poll(() => said(second, slack, "D0JONAS", direct.ts)).toEqual(["for you alone"]);
  expect(await said(second, slack, GENERAL, heard.ts)).toEqual(["before"]);
  expect(await said(second, slack, elsewhere, unseen.ts)).toEqual([]);
  expect(reply.ts).not.toBe(mention.ts);
  await expect.poll(() => second.store.unfinished()).toEqual([]);
  // All conversations have been looked into; a process that ends before that leaves the rest to the next.
  await expect.poll(() => second.store.note(`missed/${slack.teamId}`)).toBe("");
  await stop(second);

  // The next start has nothing to read up on, and finds what was read back known.
  const before = control.calls("conversations.history").length;
  const third = await start();
  await stop(third);
  expect(control.calls("conversations.history")).toHaveLength(before);
  later(HOUR_MS);
  const fourth = await start();
  await expect.poll(() => control.calls("conversations.history").length).toBeGreaterThan(before);
  await expect.poll(() => fourth.store.unhandled(1)).toEqual([]);
  expect(await said(fourth, slack, GENERAL, mention.ts)).toEqual(["while you were away"]);
  expect(problems.filter((line) => /broke|could not/.test(line))).toEqual([]);
});

test("direct words whose every repeat by Slack fell into another short gap are read back, though others were heard in between", async () => {
  const { slack, start, stop, later } = await world();
  const { control } = slack;
  const hear = async (parley: Parley, text: string) => {
    const { ts } = await control.post({ user: MARIA, channel: GENERAL, text: `@parley ${text}` });
    await expect.poll(() => said(parley, slack, GENERAL, ts)).toEqual([text]);
    await stop(parley);
  };
  await hear(await start(), "one");
  const direct = await control.post({ user: JONAS, channel: "D0JONAS", text: "for you alone" });
  await hear(await start(), "two");
  later(90_000); // Slack has repeated it once more, to nobody.
  await hear(await start(), "three");
  later(240_000); // And for the last time.
  const last = await start();
  await expect.poll(() => said(last, slack, "D0JONAS", direct.ts)).toEqual(["for you alone"]);
});

test("what is older than a day is not taken up", async () => {
  const { slack, start, stop, later } = await world();
  const { control } = slack;
  await stop(await start());
  const old = await control.post({ user: JONAS, channel: GENERAL, text: "@parley long ago" });
  later(30 * HOUR_MS);
  const fresh = await control.post({ user: JONAS, channel: GENERAL, text: "@parley just now" });
  later(HOUR_MS);
  const parley = await start();
  await expect.poll(() => said(parley, slack, GENERAL, fresh.ts)).toEqual(["just now"]);
  expect(await said(parley, slack, GENERAL, old.ts)).toEqual([]);
});

test("a workspace that does not tell where the bot is is asked once, and the operator knows", async () => {
  const { slack, start, stop, later, problems } = await world();
  slack.control.withoutScope("mpim:read");
  await stop(await start());
  later(HOUR_MS);
  await start();
  await expect.poll(() => problems).toContainEqual(expect.stringContaining("users.conversations is not available (missing_scope)"));
});

test("a Slack that does not say what people are called is no reason to write their ids into the log, once it has said so", async () => {
  const { slack, start, stop } = await world();
  const { control } = slack;
  const first = await start();
  const one = await control.post({ user: MARIA, channel: GENERAL, text: "@parley one" });
  await expect.poll(() => said(first, slack, GENERAL, one.ts)).toEqual(["one"]);
  await stop(first);
  control.fault({ method: "users.info", kind: "error", code: "internal_error", times: 100 });
  const second = await start();
  const two = await control.post({ user: MARIA, channel: GENERAL, text: "@parley two" });
  await expect.poll(() => said(second, slack, GENERAL, two.ts)).toEqual(["two"]);
  const { events } = await second.runner.read(`${slack.teamId}/${GENERAL}/${two.ts}`);
  expect(events.flatMap((event) => ("startedBy" in event ? [event.startedBy.name] : []))).toEqual(["Maria"]);
});

test("an id that stood in for the name of somebody of whom Slack had told nothing yet is read as the name, once that is known", async () => {
  const { slack, start, stop } = await world();
  const { control } = slack;
  const first = await start();
  control.withoutScope("users:read");
  const one = await control.post({ user: MARIA, channel: GENERAL, text: "@parley one" });
  await expect.poll(() => said(first, slack, GENERAL, one.ts)).toEqual(["one"]);
  const starters = async (parley: Parley) =>
    (await parley.runner.read(`${slack.teamId}/${GENERAL}/${one.ts}`)).events.flatMap((event) =>
      "startedBy" in event ? [[event.startedBy.id, event.startedBy.name]] : [],
    );
  expect(await starters(first)).toEqual([[MARIA, MARIA]]);
  await stop(first);
  control.reset();
  const second = await start();
  const two = await control.post({ user: MARIA, channel: GENERAL, text: "@parley two" });
  await expect.poll(() => said(second, slack, GENERAL, two.ts)).toEqual(["two"]);
  await expect.poll(() => starters(second)).toEqual([[MARIA, "Maria"]]);
});
