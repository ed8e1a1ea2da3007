import { expect, onTestFinished, test } from "vitest";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";
import { bridge, SIGNING_SECRET } from "../../support/slack/http-door.ts";
import { fastClock, JONAS, MARIA, openParley, PAIR } from "../../support/journey.ts";
import { createThread } from "../../support/slack/thread.ts";

/** A channel is closed to the app for a while: archived, or the app removed from it. */

const PARLEY = "U0PARLEY";
const DAY_MS = 24 * 3_600_000;
const WIRES = ["Socket Mode", "HTTP"] as const;

const { pair } = PAIR.teams;
const FILE = { ...PAIR, teams: { pair: { ...pair, answerWithinMinutes: 120 } } };
/** Slow enough for a channel to be closed in the middle of Ben's turn. */
const TALK = { Ana: ["One.", "Three. DONE"], Ben: [{ text: "Two.", delayMs: 20_000 }] };
const ASKING = {
  Ana: [{ toolCalls: [{ name: "transfer_to_human", args: { question: "Which?", options: ["this", "that"] } }] }, "That one. DONE"],
};

async function world(wire: (typeof WIRES)[number], replies: object) {
  const clock = fastClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now() });
  onTestFinished(() => slack.close());
  const { control, botToken, appToken, apiUrl } = slack;
  let wired: Awaited<ReturnType<typeof bridge>> | undefined;
  onTestFinished(() => wired?.close());

  async function open(folder?: string) {
    const door = wire === "HTTP" ? { http: { signingSecret: SIGNING_SECRET, host: "127.0.0.1", port: 0 } } : { appToken };
    const parts = { clock, slack: { botToken, apiUrl, ...door }, ...(folder === undefined ? {} : { folder }) };
    const opened = await openParley({ file: FILE, replies }, parts);
    if (wire === "HTTP") wired = await bridge(slack, `http://127.0.0.1:${opened.parley.httpPort()}/slack/events`);
    await control.until(() => control.connected());
    return opened;
  }

  let { parley, folder, problems } = await open();
  /** Of every start. */
  const told = [problems];
  const channel = control.addChannel("plans", { members: [MARIA, JONAS] });
  const group = control.addChannel("secret-plans", { isPrivate: true, members: [MARIA, JONAS] });
  return {
    slack,
    control,
    channel,
    group,
    told: () => told.flat(),
    skip: (ms: number) => clock.skip(ms),
    /** What is sent meanwhile is heard by nobody, and not sent again. */
    async restarted(meanwhile: () => void = () => undefined) {
      await wired?.close();
      await parley.stop();
      await control.until(() => !control.connected());
      meanwhile();
      clock.skip(3_600_000);
      control.tick();
      ({ parley, problems } = await open(folder));
      told.push(problems);
    },
    async mention(text: string, at = channel) {
      const { ts } = await control.post({ user: MARIA, channel: at, text });
      return () => createThread({ slack, parley, channel: at, ts });
    },
  };
}

const directly = ({ control }: { readonly control: Workspace["control"] }) =>
  control.calls("chat.postMessage").filter(({ args }) => args["channel"] === MARIA);
const postsIn = ({ control }: { readonly control: Workspace["control"] }, channel: string) =>
  control.calls("chat.postMessage").filter(({ args }) => args["channel"] === channel).length;
const looks = ({ control }: { readonly control: Workspace["control"] }) => control.calls("conversations.info").length;
const words = (log: readonly RunEvent[]) =>
  log.flatMap((event) => (event.type === "message.posted" && "agent" in event ? [`${event.agent}: ${event.text}`] : []));

/** Ways of closing and opening a channel, of which Slack tells the app; `says`: what Maria is told. */
const CLOSINGS = [
  {
    name: "a public channel is archived",
    where: "channel",
    close: (control: Workspace["control"], channel: string) => control.archive(channel),
    open: (control: Workspace["control"], channel: string) => control.unarchive(channel),
    says: "is_archived",
  },
  {
    name: "a private channel is archived",
    where: "group",
    close: (control: Workspace["control"], channel: string) => control.archive(channel),
    open: (control: Workspace["control"], channel: string) => control.unarchive(channel),
    says: "is_archived",
  },
  {
    name: "the app is removed from a public channel",
    where: "channel",
    close: (control: Workspace["control"], channel: string) => control.leave({ user: PARLEY, channel }),
    open: (control: Workspace["control"], channel: string) => control.join({ user: PARLEY, channel }),
    says: "not_in_channel",
  },
  {
    name: "the app is removed from a private channel",
    where: "group",
    close: (control: Workspace["control"], channel: string) => control.leave({ user: PARLEY, channel }),
    open: (control: Workspace["control"], channel: string) => control.join({ user: PARLEY, channel }),
    says: "not_in_channel",
  },
] as const;

for (const wire of WIRES) {
  test.each(CLOSINGS)(`while $name, its run waits; when the app is back it goes on from its log (${wire})`, async (closing) => {
    const there = await world(wire, TALK);
    const { control } = there;
    const channel = there[closing.where];
    const at = await there.mention("@parley count", channel);
    await at().until(() => at().turns().length === 1);
    await expect.poll(async () => (await at().log()).at(-1)).toMatchObject({ type: "speaker.selected" });

    closing.close(control, channel);
    await control.until(() => directly(there).length === 1);
    expect(directly(there)[0]?.args["text"]).toMatch(
      new RegExp(
        `^I can no longer post in <#${channel}> \\(${closing.says}\\)\\. .* The run that you began there waits, and goes on when I am back; after 7 days it is given up\\.$`,
      ),
    );
    const [logBefore, postsBefore] = [await at().log(), postsIn(there, channel)];
    // Longer than Ben thinks, than a run may take and than a question waits.
    there.skip(DAY_MS);
    await there.restarted();
    await control.until(() => looks(there) > 0);
    expect(await at().log()).toEqual(logBefore);

    closing.open(control, channel);
    await expect.poll(async () => words(await at().log())).toEqual(["Ana: One.", "Ben: Two.", "Ana: Three. DONE"]);
    await at().ended();
    expect(at().turns()).toEqual(["Ana: One.", "Ben: Two.", "Ana: Three."]);
    expect(postsIn(there, channel)).toBeGreaterThan(postsBefore);
    expect(directly(there)).toHaveLength(1);
    await expect.poll(() => there.told().join("\n")).toContain(`channel ${channel} is open to Parley again: its runs go on`);
  });

  test(`a channel that was opened while Parley was not there is found open at its start (${wire})`, async () => {
    const there = await world(wire, TALK);
    const at = await there.mention("@parley count");
    await at().until(() => at().turns().length === 1);
    there.control.leave({ user: PARLEY, channel: there.channel });
    await there.control.until(() => directly(there).length === 1);
    await there.restarted(() => there.control.join({ user: PARLEY, channel: there.channel }));
    await at().ended();
    expect(at().turns()).toEqual(["Ana: One.", "Ben: Two.", "Ana: Three."]);
    expect(directly(there)).toHaveLength(1);
  });

  test(`a question outlasts the channel's closing, and what was answered meanwhile is heard (${wire})`, async () => {
    const there = await world(wire, ASKING);
    const { control, channel } = there;
    const thread = (await there.mention("@parley choose"))();
    await thread.until(() => thread.ofKind("question").length === 1);
    control.leave({ user: PARLEY, channel });
    await control.until(() => directly(there).length === 1);
    // Over its two hours.
    there.skip(DAY_MS / 4);
    await thread.reply("that", MARIA);
    control.join({ user: PARLEY, channel });
    await thread.ended();
    const log = await thread.log();
    expect(
      log.filter((event) => event.type === "message.posted" && "person" in event).map((event) => "text" in event && event.text),
    ).toEqual(["choose", "that"]);
    expect(words(log)).toEqual(["Ana: That one. DONE"]);
    expect(directly(there)).toHaveLength(1);
  });

  test(`a post that is refused before any event tells of it waits too, and is there once (${wire})`, async () => {
    const there = await world(wire, TALK);
    const { control, channel } = there;
    const thread = (await there.mention("@parley count"))();
    await thread.until(() => thread.turns().length === 1);
    control.fault({ method: "chat.postMessage", channel, kind: "error", code: "is_archived", times: 1 });
    await control.until(() => directly(there).length === 1);
    // No event comes: Slack is asked, after a minute at first.
    await thread.ended();
    expect(thread.turns()).toEqual(["Ana: One.", "Ben: Two.", "Ana: Three."]);
    expect(directly(there)).toHaveLength(1);
  });

  test(`after seven days the runs in a channel that stayed closed are stopped, and what was to be said is given up (${wire})`, async () => {
    const there = await world(wire, ASKING);
    const { control, channel } = there;
    const at = await there.mention("@parley choose");
    await at().until(() => at().ofKind("question").length === 1);
    control.archive(channel);
    await control.until(() => directly(there).length === 1);
    there.skip(6 * DAY_MS);
    await there.restarted();
    await control.until(() => looks(there) > 0);
    expect((await at().log()).at(-1)).toMatchObject({ type: "handoff.made" });
    there.skip(DAY_MS);
    await there.restarted();
    await expect.poll(async () => (await at().log()).at(-1)).toMatchObject({ type: "run.stopped", outcome: "stopped" });
    await control.until(() => directly(there).length === 2);
    expect(directly(there)[1]?.args["text"]).toMatch(/can no longer post in its thread \(is_archived\)/);
    await expect.poll(() => there.told().join("\n")).toContain(`channel ${channel} was closed to Parley for 7 days: its runs were stopped`);
    // Taken out of the archive at last, it is a channel like any other.
    control.unarchive(channel);
    const next = (await there.mention("@parley again"))();
    await next.until(() => next.ofKind("question").length === 1);
  });
}
