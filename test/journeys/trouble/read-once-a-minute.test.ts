import { expect, onTestFinished, test } from "vitest";
import { createWorkspace } from "../../../local-slack/index.ts";
import { systemClock } from "../../../src/engine/clock.ts";
import { GENERAL, JONAS, MARIA, openParley, PAIR } from "../../support/journey.ts";
import { createThread } from "../../support/slack/thread.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

// An app that is distributed outside of Slack's Marketplace may read a history or a thread once a minute, and 15 messages of it.

const MESSAGES = 40;
const READ = 15;
/** Whoever waits for a read waits for a minute. */
const UNHINDERED_MS = 10_000;

test("of a long thread such an app reads what it may, says so, goes on, and keeps nobody waiting meanwhile", async () => {
  const desk = await openModelDesk();
  const slack = await createWorkspace({ port: 0 });
  onTestFinished(() => slack.close());
  const { control, botToken, appToken, apiUrl } = slack;
  const { parley } = await openParley(
    { file: { ...PAIR, models: { scripted: desk.model } } },
    { slack: { botToken, appToken, apiUrl }, clock: systemClock },
  );
  await control.until(() => control.connected());
  control.configure({ isDistributed: true });
  const { ts } = await control.post({ user: JONAS, channel: GENERAL, text: "remark 0" });
  for (let n = 1; n < MESSAGES; n++) await control.post({ user: JONAS, channel: GENERAL, threadTs: ts, text: `remark ${n}` });
  const thread = createThread({ slack, parley, channel: GENERAL, ts });

  await control.post({ user: MARIA, channel: GENERAL, threadTs: ts, text: "@parley sum it up" });
  const ana = await desk.asked("Ana");
  for (let n = 0; n < READ; n++) expect(ana.read).toContain(`remark ${n}\n`);
  expect(ana.read).not.toContain(`remark ${READ}\n`);
  // The mention itself stands in the thread, and is read as what it is.
  const told = `Read ${READ} messages from before in this thread; ${MESSAGES + 1 - READ} newer could not be read: Slack lets the app read no more just now`;
  expect(ana.read).toContain(told);
  await thread.until(() => JSON.stringify(thread.ofKind("card")[0]?.blocks ?? "").includes(told));

  // The way to read is shut for a minute: whoever wants something else is answered as always.
  const link = `https://local.slack.com/archives/${GENERAL}/p${ts.replace(".", "")}`;
  await control.post({ user: MARIA, channel: GENERAL, threadTs: ts, text: `go by <${link}>` });
  const answered = async (act: () => Promise<unknown>, seen: () => boolean): Promise<void> => {
    await act();
    await control.until(seen, UNHINDERED_MS);
  };
  const whispers = () => control.calls("chat.postEphemeral").length + control.calls("response_url").length;
  const lines = () => control.channel(GENERAL).filter(({ ephemeralTo }) => ephemeralTo !== undefined).length + whispers();
  for (const text of ["status", "teams", "help", "transcript"]) {
    const before = lines();
    const command = () => control.command({ user: MARIA, channel: GENERAL, command: "/parley", text });
    await answered(command, () => lines() > before);
  }
  const openHome = () => control.openApp({ user: MARIA, tab: "home" });
  await answered(openHome, () => control.home(MARIA) !== undefined);
  const newRun = () => control.shortcut({ user: MARIA, callbackId: "parley_new" });
  await answered(newRun, () => control.modals(MARIA).length > 0);
  expect(control.calls("conversations.replies").filter(({ ok }) => ok)).toHaveLength(1);

  ana.answer("They remark. DONE");
  await thread.until(() => thread.turns().length === 1);
});
