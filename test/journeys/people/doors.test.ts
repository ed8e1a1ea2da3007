import { expect, test } from "vitest";
import type { Journey } from "../../support/journey.ts";
import { GENERAL, JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { buttonsOf, wordsOf, type Thread } from "../../support/slack/thread.ts";

const { pair } = PAIR.teams;
const TWO_TEAMS = { ...PAIR, teams: { pair, other: { ...pair, description: "Another two." } } };

async function atTheDesk(file: object = TWO_TEAMS) {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...file, models: { scripted: desk.model } } });
  return { desk, journey, ...asking(journey) };
}

function asking(journey: Journey) {
  const { control } = journey.slack;
  /** The newest line in a channel that this person alone sees. */
  const answer = (user: string, channel = GENERAL) => control.channel(channel).findLast((message) => message.ephemeralTo === user);
  return {
    control,
    answer,
    async ask(text: string, { user = MARIA, channel = GENERAL } = {}) {
      const before = control.channel(channel).filter(({ ephemeralTo }) => ephemeralTo === user).length;
      const { acked } = await control.command({ user, channel, command: "/parley", text });
      expect(acked).toBe(true);
      await journey.quiet();
      await control.until(() => control.channel(channel).filter(({ ephemeralTo }) => ephemeralTo === user).length > before);
      return answer(user, channel)?.text ?? "";
    },
    async start(text: string, { user = MARIA, channel = GENERAL } = {}): Promise<Thread> {
      const before = control.channel(channel).length;
      await control.command({ user, channel, command: "/parley", text });
      await control.until(() => control.channel(channel).length > before);
      return journey.thread(channel, control.channel(channel).at(-1)?.ts ?? "");
    },
    async press(label: string, user: string, channel = GENERAL, index = 0) {
      const message = answer(user, channel);
      const button = message && buttonsOf(message).filter((one) => one.label === label)[index];
      if (!message || !button) throw new Error(`no button "${label}" in: ${message && wordsOf(message)}`);
      await control.click({ user, channel, ts: message.ts, actionId: button.actionId, value: button.value });
      await journey.quiet();
    },
  };
}

test("/parley new posts the task once in the person's name, and a team of their choice works under it", async () => {
  const { desk, start } = await atTheDesk();
  const thread = await start("new other: find a name <!channel> for <@U0JONAS|Jonas>");
  (await desk.asked("Ana")).answer("Call it Plum. DONE");
  await thread.ended();
  expect(thread.messages()[0]?.text).toBe(
    "<@U0MARIA> asks the team *other*:\nfind a name @channel for @Jonas".replace("@channel", "@\u200bchannel"),
  );
  expect((await thread.log()).slice(0, 2)).toMatchObject([
    { team: "other" },
    { text: "find a name @channel for @Jonas", person: { id: MARIA } },
  ]);
  expect(thread.turns()).toEqual(["Ana: Call it Plum. DONE".replace(" DONE", "")]);
});

test("/parley new without a task asks for one, and what is sent off begins a run in that channel", async () => {
  const { desk, control, journey } = await atTheDesk();
  // The journey's clock is fast: where a busy machine is too slow for Slack's three seconds, a person asks again.
  for (let tries = 0; tries < 10 && control.modals(MARIA).length === 0; tries++) {
    await control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "new other" });
    await journey.quiet();
  }
  const [modal] = control.modals(MARIA) as { id: string; title: { text: string } }[];
  expect(modal?.title.text).toBe("New Parley run");
  await control.submit({ user: MARIA, viewId: modal?.id ?? "", values: { task: { value: "find a name" }, channel: { value: GENERAL } } });
  (await desk.asked("Ana")).answer("Plum. DONE");
  const thread = journey.thread(GENERAL, control.channel(GENERAL).at(-1)?.ts ?? "");
  await thread.ended();
  expect((await thread.log())[0]).toMatchObject({ type: "run.started", team: "other" });
});

test.each(["status500_after", "timeout_after", "reset_after"] as const)(
  "a task whose posting has no answer is looked for, and there once (%s)",
  async (kind) => {
    const desk = await openModelDesk();
    const journey = await openJourney({ file: { ...TWO_TEAMS, models: { scripted: desk.model } }, writeTimeoutMs: 1_500 });
    const { control } = journey.slack;
    control.fault({ method: "chat.postMessage", kind });
    await control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "new find a name" });
    (await desk.asked("Ana")).answer("Plum. DONE");
    await journey.quiet();
    const asked = control.channel(GENERAL).filter(({ text }) => text.includes("asks"));
    expect(asked).toHaveLength(1);
    await journey.thread(GENERAL, asked[0]?.ts ?? "").ended();
  },
);

test("status lists the runs of a channel with buttons, and of several one is chosen to pause, resume and stop", async () => {
  const { desk, ask, press, answer, start, control } = await atTheDesk();
  expect(await ask("status")).toBe("No agents are talking in this channel.");
  const first = await start("new name the product");
  const ana = await desk.asked("Ana");
  const second = await start("new name the office", { user: JONAS });
  const other = await desk.asked("Ana");

  expect(await ask("pause")).toContain("*Which one?*");
  await press("Pause", MARIA, GENERAL, 1);
  await second.until(() => wordsOf(second.ofKind("card")[0]).includes("paused by <@U0MARIA>"));
  expect(wordsOf(first.ofKind("card")[0])).not.toContain("paused");
  // The list is shown again as it is then.
  await control.until(() => wordsOf(answer(MARIA)).includes("[Resume]"));
  expect(wordsOf(answer(MARIA))).toMatch(
    /go on: 2\*.*name the product\n\[Pause\] \[Stop\] \[Transcript\].*is paused by.*name the office\n\[Resume\]/s,
  );

  // Of the one that is paused there is no question.
  expect(await ask("resume", { user: JONAS })).toMatch(/^Goes on: \*pair\*/);
  expect(await ask("status mine", { user: JONAS })).toMatch(/^\*Your runs that go on: 1\*\n.*name the office$/s);
  await press("Stop", JONAS);
  await second.ended();
  expect(await ask("stop", { user: JONAS })).toMatch(/^Stopped: \*pair\* has stopped/);
  await first.ended();
  expect(await ask("stop")).toBe("No agents are talking here: there is nothing to stop.");
  await Promise.all([ana.gone, other.gone]);
});

test("a button of a list reaches runs of its own channel, and of others none", async () => {
  const { desk, ask, start, answer, journey } = await atTheDesk();
  const elsewhere = await start("new something private", { user: JONAS, channel: "C0ENG" });
  const asked = await desk.asked("Ana");
  const run = (await elsewhere.log())[0];
  await start("new something here");
  await desk.asked("Ana");
  await ask("status");
  const message = answer(MARIA);
  const forged = JSON.stringify({ t: elsewhere.key, r: run?.type === "run.started" ? run.run : "" });
  const stop = buttonsOf(message).find(({ label }) => label === "Stop");
  await journey.parley.store.receive({
    id: "forged",
    at: new Date().toISOString(),
    body: JSON.stringify({
      type: "block_actions",
      user: { id: MARIA, team_id: journey.slack.teamId },
      channel: { id: GENERAL },
      container: { channel_id: GENERAL, message_ts: message?.ts },
      actions: [{ type: "button", action_id: stop?.actionId, value: forged, action_ts: "1.1" }],
    }),
  });
  await ask("status");
  expect((await elsewhere.log()).some(({ type }) => type === "run.stopped")).toBe(false);
  asked.answer("Done. DONE");
  await elsewhere.ended();
});

test("a transcript comes as a file into the person's own messages, with a link for them alone where they asked", async () => {
  const { desk, ask, press, start, control, journey } = await atTheDesk();
  expect(await ask("transcript")).toBe("There were no runs in this channel.");
  const thread = await start("new name the product");
  (await desk.asked("Ana")).answer("Plum. DONE");
  await thread.ended();
  expect(await ask("transcript", { user: JONAS })).toMatch(/^The transcript is in your messages with me: <http.*\|transcript.md>$/);
  const sent = () => control.channel("D0JONAS").flatMap(({ files }) => files);
  expect(sent()).toMatchObject([{ name: "transcript.md" }]);
  expect(thread.messages().flatMap(({ files }) => files)).toEqual([]);

  const second = await start("new name the office");
  (await desk.asked("Ana")).answer("Pear. DONE");
  await second.ended();
  expect(await ask("transcript", { user: JONAS })).toMatch(/Of which run.*name the office.*name the product/s);
  await press("Transcript", JONAS, GENERAL, 1);
  await control.until(() => sent().length === 2);
  // What Slack sends again is not sent to the person again.
  await control.redeliver({ acked: true });
  await journey.quiet();
  expect(sent()).toHaveLength(2);
  const file = await fetch(`${journey.slack.url}files/${sent()[1]?.id}/transcript.md`, {
    headers: { authorization: `Bearer ${journey.slack.botToken}` },
  });
  expect(await file.text()).toMatch(/^# pair\n\nStarted by Maria.*name the product.*## Ana\n\nPlum\. DONE/s);
});

test("help names every command, and an unknown one is answered with it", async () => {
  const { ask } = await atTheDesk();
  const help = await ask("help");
  for (const word of ["new", "status", "pause", "resume", "stop", "transcript", "teams", "settings", "memory"])
    expect(help).toMatch(new RegExp(`\\b${word}\\b`));
  expect(await ask("dance")).toContain("/parley status");
});

test("in a channel that the bot is not in, everything is answered with how to invite it, and nothing else happens", async () => {
  const { ask, control, journey } = await atTheDesk();
  const LONELY = control.addChannel("lonely", { botIsMember: false });
  for (const text of ["new find a name", "settings", "status"]) expect(await ask(text, { channel: LONELY })).toContain("`/invite @parley`");
  const { ts } = await control.post({ user: MARIA, channel: LONELY, text: "@parley find a name" });
  await control.shortcut({ user: MARIA, callbackId: "parley_discuss", channel: LONELY, ts });
  await journey.quiet();
  await control.until(() => control.channel(LONELY).some(({ text, ephemeralTo }) => ephemeralTo === MARIA && text.includes("/invite")));
  expect(control.channel(LONELY).filter(({ ephemeralTo }) => ephemeralTo === undefined)).toHaveLength(1);
  expect(await journey.parley.store.recent(5)).toEqual([]);
  expect(control.calls("chat.postMessage")).toEqual([]);
});

test("Discuss with Parley takes a message and its files, and the answer stands in its thread", async () => {
  const { desk, control, journey } = await atTheDesk();
  const files = [{ name: "plan.md", content: Buffer.from("# Plan") }];
  const { ts } = await control.post({ user: JONAS, channel: GENERAL, text: "ask <@U0ADA> first", files });
  await control.shortcut({ user: MARIA, callbackId: "parley_discuss", channel: GENERAL, ts });
  const ana = await desk.asked("Ana");
  expect(ana.read).toContain(
    "Maria: Discuss this message of Jonas.\n[quotation] Jonas: ask @Ada first\n[quotation] file plan.md: # Plan\n(Attached: plan.md",
  );
  ana.answer("Yes. DONE");
  await journey.thread(GENERAL, ts).ended();
});
