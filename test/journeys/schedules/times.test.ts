import { expect, test } from "vitest";
import { JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { wordsOf } from "../../support/slack/thread.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { asking, BEFORE_NINE, idIn, monday } from "./asking.ts";
import { eventually } from "../../support/patience.ts";

const { pair } = PAIR.teams;
const file = { ...PAIR, teams: { pair, other: { ...pair, description: "Another two." } } };
const replies = { Ana: Array.from({ length: 9 }, () => "It is all well.\nDONE") };
const ADA = "U0ADA";

test("what is said is understood, shown with its next three times, kept with a press, and begins when its time comes, in its owner's name", async () => {
  const journey = await openJourney({ file, replies, startMs: BEFORE_NINE });
  const { ask, press, nine, threadOf, begun } = asking(journey);
  const shown = await ask("schedule every weekday 9:00 team=other Sum up what is new, <!channel>");
  expect(shown).toContain("every weekday 9:00 (Europe/Berlin)");
  for (const day of ["Mon, Nov 30", "Tue, Dec 1", "Wed, Dec 2"]) expect(shown).toContain(`• ${day}, 09:00 Europe/Berlin\n`);
  expect(shown).toContain(
    "team *other* · the team's own limits, on the account of <@U0MARIA> · what is missed is run once · answered in a thread",
  );
  expect(await press("Keep it")).toMatch(/^Kept as `[a-z0-9]{5}`: \*every weekday 9:00 \(Europe\/Berlin\)\*/);
  await nine();
  const thread = await threadOf(0);
  await thread.ended();
  expect(thread.messages()[0]?.text).toMatch(
    /^:alarm_clock: \*every weekday 9:00 \(Europe\/Berlin\)\*, set up by <@U0MARIA> \(`[a-z0-9]{5}`\):\nSum up what is new, &lt;/,
  );
  expect(thread.turns()).toEqual(["Ana: It is all well."]);
  expect((await thread.log()).slice(0, 2)).toMatchObject([
    { type: "run.started", team: "other", startedBy: { id: MARIA, name: "Maria" } },
    { type: "message.posted", person: { id: MARIA } },
  ]);
  expect(begun()).toHaveLength(1);
  const done = async () => {
    const decided = await journey.parley.settings.decisions(journey.slack.teamId, { limit: 9 });
    return decided.flatMap(({ deed, person, allowed }) => (allowed ? [[deed, person.id]] : []));
  };
  await expect.poll(done).toEqual([
    ["start by schedule", MARIA],
    ["make schedule", MARIA],
  ]);
});

test("what is not clear is asked about, and nothing is kept of what nobody keeps", async () => {
  const journey = await openJourney({ file, replies });
  const { ask, press } = asking(journey);
  expect(await ask("schedule")).toContain("Nothing starts by itself here.");
  expect(await ask("schedule whenever you like, sum up")).toContain("Say what it begins by");
  expect(await ask("schedule every day Sum up")).toContain("Say at which time of the day");
  expect(await ask("schedule every 5 minutes look")).toContain("a team begins at most every 15 minutes");
  expect(await ask("schedule every day 9:00 Europe/Nowhere look")).toContain("There is no time zone");
  expect(await ask("schedule every day 9:00 team=oter look")).toContain('There is no team "oter"');
  expect(await ask("schedule every day 9:00")).toContain("Say what is to be done");
  expect(await ask("schedule every day 9:00 look")).toContain("The next times would be:");
  expect(await press("Not like this")).toContain("Not kept.");
  expect(await ask("schedule")).toContain("Nothing starts by itself here.");
  const decided = await journey.parley.settings.decisions(journey.slack.teamId, { limit: 9 });
  expect(decided.filter(({ allowed }) => allowed)).toEqual([]);
});

test("it goes on after a restart, and what was missed meanwhile is run once, or left out, as it was set", async () => {
  const first = await openJourney({ file, replies, startMs: monday("07:30:00") });
  const before = asking(first);
  const once = await before.kept("every hour Look once");
  const skip = await before.kept("every hour missed=skip Look or not");
  await first.parley.stop();
  first.skip(5 * 3_600_000 + 20 * 60_000);
  const journey = await first.restarted({ file, replies });
  const { threadOf, begun, ask, control } = asking(journey);
  const thread = await threadOf(0);
  await thread.ended();
  expect(thread.messages()[0]?.text).toContain(`\`${once}\``);
  await control.until(() => begun().length > 0);
  await journey.quiet();
  expect(begun().map(({ text }) => idIn(text))).toEqual([once]);
  const list = await ask("schedule");
  expect(list).toMatch(new RegExp(`every hour[^]*\`${skip}\`[^]*left out`));
});

test("its owner and admins switch it off and on, in the channel and in App Home; others may not, and see no switch", async () => {
  const journey = await openJourney({ file, replies, startMs: monday("07:30:00") });
  const { ask, press, kept, control } = asking(journey);
  const id = await kept("every weekday 9:00 Sum up");
  expect(await ask("schedule", { user: JONAS })).toContain("*What starts by itself in this channel: 1*");
  await expect(press("Switch off", { user: JONAS })).rejects.toThrow("no button");
  expect(await ask(`schedule off ${id}`, { user: JONAS })).toContain("Only Maria, whose it is, and admins of this workspace can");
  await ask("schedule", { user: ADA });
  expect(await press("Switch off", { user: ADA })).toContain(`Switched off: \`${id}\``);
  await control.openApp({ user: MARIA, tab: "home" });
  const home = () => JSON.stringify(control.home(MARIA) ?? {});
  await control.until(() => home().includes("Schedules") && home().includes("Switch on"));
  const view = control.home(MARIA) as {
    readonly id: string;
    readonly blocks: readonly { readonly block_id: string; readonly elements?: readonly { readonly action_id: string }[] }[];
  };
  const row = view.blocks.find(({ elements }) => elements?.some(({ action_id }) => action_id === "parley.home.scheduleOn"));
  await control.press({ user: MARIA, viewId: view.id, blockId: row?.block_id ?? "", actionId: "parley.home.scheduleOn" });
  await control.until(() => home().includes("Switch off"));
  expect(await ask(`schedule delete ${id}`)).toContain(`Deleted: \`${id}\``);
  expect(await ask("schedule")).toContain("Nothing starts by itself here.");
  const decided = await journey.parley.settings.decisions(journey.slack.teamId, { limit: 9 });
  expect(
    decided
      .filter(({ deed, detail }) => /schedule/.test(deed) && !/does not say just now/.test(detail ?? ""))
      .map(({ deed, person, allowed }) => [deed, person.id, allowed]),
  ).toEqual([
    ["delete schedule", MARIA, true],
    ["switch on schedule", MARIA, true],
    ["switch off schedule", ADA, true],
    ["schedule", JONAS, false],
    ["make schedule", MARIA, true],
  ]);
});

test("when its owner has left the channel it pauses and says so, there and to them", async () => {
  const journey = await openJourney({ file, replies, startMs: BEFORE_NINE });
  const { kept, nine, control, begun, ask } = asking(journey);
  const secret = control.addChannel("plans", { isPrivate: true });
  const id = await kept("every weekday 9:00 Sum up", { channel: secret });
  control.leave({ user: MARIA, channel: secret });
  await nine();
  const said = () => control.channel(secret).find(({ text }) => text.includes("has paused"));
  await control.until(() => said() !== undefined);
  expect(said()?.text).toContain(`(\`${id}\`) of <@U0MARIA> has paused: <@U0MARIA>, whose it is, is not in <#${secret}> any more.`);
  await control.until(() => control.channel("D0MARIA").some(({ text }) => text.includes("has paused")));
  expect(begun(secret)).toEqual([]);
  // It is told before it is written down, so that a crash in between leaves nobody in the dark.
  await eventually(async () => expect(await ask("schedule", { user: JONAS, channel: secret })).toContain("paused"));
});

test("a run costs no more than its schedule lets it, however much its team might", async () => {
  const desk = await openModelDesk();
  // A call is thought to cost $0.25 at most.
  const models = { scripted: { ...desk.model, outputTokensMax: 256 } };
  const journey = await openJourney({ file: { ...PAIR, models }, startMs: BEFORE_NINE });
  const { kept, nine, threadOf } = asking(journey);
  await kept("every weekday 9:00 usd=0.50 Sum up");
  await nine();
  const thread = await threadOf(0);
  (await desk.asked("Ana")).answer("Not yet.", 2_000);
  await thread.until(() => thread.ofKind("halt").length > 0);
  expect(thread.ofKind("halt").map(wordsOf).join("\n")).toContain("the limit of $0.50: $0.4100 of it are taken");
  expect((await thread.log())[0]).toMatchObject({ type: "run.started", usdMax: 0.5 });
});

test("answers go to the channel, or on a canvas of it, once each", async () => {
  const journey = await openJourney({ file, replies, startMs: BEFORE_NINE });
  const { kept, nine, threadOf, control } = asking(journey);
  await kept("every weekday 9:00 to=canvas Sum up");
  await kept("every weekday 9:00 to=channel Say it");
  await nine();
  for (const index of [0, 1]) await (await threadOf(index)).ended();
  await control.until(() => control.canvases().length > 0);
  const shared = () => control.calls("chat.postMessage").filter(({ args }) => args["reply_broadcast"] !== undefined);
  await control.until(() => shared().length > 0);
  await journey.quiet();
  expect(control.canvases()).toMatchObject([{ title: "Sum up", markdown: expect.stringContaining("It is all well.") as string }]);
  expect(shared().map(({ args }) => args["text"])).toEqual(["Ana: It is all well."]);
});
