import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, PAIR } from "../../support/journey.ts";
import { openBehind, type Wire } from "../../support/slack/behind.ts";
import { buttonsOf, wordsOf } from "../../support/slack/thread.ts";

const { pair } = PAIR.teams;
const FILE = { ...PAIR, teams: { pair, research: { ...pair, description: "Looks it up." } } };
const REPLIES = { Ana: ["I looked. DONE", "Again. DONE"] };
const open = (wire: Wire) => openBehind(wire, { file: FILE, replies: REPLIES });

test.each(["socket", "http"] as const)("over %s, a mistyped team is asked about before anything is spent", async (wire) => {
  const { mention, line, press, told, quiet, control } = await open(wire);
  const thread = await mention("@parley reserch: compare tabs and spaces");
  const asked = await line(MARIA);
  expect(wordsOf(asked)).toMatch(/^There is no team \*reserch\*\. Do you mean \*research\*\? Nothing is begun until you say so/);
  expect(buttonsOf(asked).map(({ label }) => label)).toEqual(["research", "No, pair as always", "Cancel"]);
  await quiet();
  expect(await thread.log()).toEqual([]);
  expect(told(JONAS)).toEqual([]);
  await press(MARIA, "research");
  await thread.ended();
  const log = await thread.log();
  expect(log[0]).toMatchObject({ type: "run.started", team: "research", startedBy: { name: "Maria" } });
  expect(log[1]).toMatchObject({ type: "message.posted", text: "compare tabs and spaces" });
  expect(wordsOf(await line(MARIA))).toBe("*research* is asked.");
  expect(control.channel(GENERAL).filter(({ ephemeralTo }) => ephemeralTo === undefined)).toHaveLength(1);
});

test.each([
  ["reserch: compare them", "No, pair as always", "pair", "reserch: compare them"],
  ["with reserch compare them", "research", "research", "compare them"],
  ["with research compare them", "research", "research", "compare them"],
  ["team:resarch compare them", "research", "research", "compare them"],
])("of %j, %s lets %s do it", async (task, label, team, text) => {
  const { mention, line, press } = await open("socket");
  const thread = await mention(`@parley ${task}`);
  await line(MARIA);
  await press(MARIA, label);
  await thread.ended();
  expect((await thread.log()).slice(0, 2)).toMatchObject([{ team }, { text }]);
});

test("Cancel begins nothing, and the line has no buttons any more", async () => {
  const { mention, line, told, press, quiet, control } = await open("socket");
  const thread = await mention("@parley reserch: compare them");
  await line(MARIA);
  await press(MARIA, "Cancel");
  await control.until(() => told(MARIA).some(({ text }) => text === "Nothing was begun."));
  await quiet();
  const said = await line(MARIA);
  expect([wordsOf(said), buttonsOf(said)]).toEqual(["Nothing was begun.", []]);
  expect(await thread.log()).toEqual([]);
});

test("the message is read as it is when the button is pressed: edited, or deleted", async () => {
  const { mention, line, press, quiet, control } = await open("socket");
  const edited = await mention("@parley reserch: compare them");
  await line(MARIA);
  await control.edit({ channel: GENERAL, ts: edited.ts, text: "@parley reserch: compare tabs alone" });
  await quiet();
  await press(MARIA, "research");
  await edited.ended();
  expect((await edited.log())[1]).toMatchObject({ text: "compare tabs alone" });

  const deleted = await mention("@parley reserch: forget it");
  const asked = await line(MARIA, 2);
  await control.remove({ channel: GENERAL, ts: deleted.ts });
  await quiet();
  await press(MARIA, "research");
  await control.until(() => control.thread(GENERAL, asked.ts).some(({ text }) => text.includes("not there any more")));
  expect(await deleted.log()).toEqual([]);
});

test("a second press, and one of somebody else's, do nothing more", async () => {
  const { slack, mention, line, quiet, control } = await open("socket");
  const thread = await mention("@parley reserch: compare them");
  const asked = await line(MARIA);
  const { actionId = "", value = "" } = buttonsOf(asked)[0] ?? {};
  const payload = {
    type: "block_actions",
    channel: { id: GENERAL, name: "general" },
    container: { type: "message", channel_id: GENERAL, message_ts: asked.ts, is_ephemeral: true },
    team: { id: slack.teamId, domain: "local" },
    actions: [{ type: "button", action_id: actionId, block_id: "b", value, action_ts: "1700000000.000100" }],
  };
  await control.deliver({ user: JONAS, payload });
  await quiet();
  expect(await thread.log()).toEqual([]);
  await Promise.all([control.deliver({ user: MARIA, payload }), control.deliver({ user: MARIA, payload })]);
  await thread.ended();
  await quiet();
  expect((await thread.log()).filter(({ type }) => type === "run.started" || type === "message.posted")).toHaveLength(3);
});

test("/parley new with a mistyped team opens the form with the near one, and begins nothing by itself", async () => {
  const { control, quiet } = await open("socket");
  await control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "new reserch: compare tabs and spaces" });
  await control.until(() => control.modals(MARIA).length === 1);
  await quiet();
  expect(JSON.stringify(control.modals(MARIA))).toContain("compare tabs and spaces");
  expect(JSON.stringify(control.modals(MARIA))).toMatch(/"initial_option":\{"text":\{"type":"plain_text","text":"research"/);
  expect(control.channel(GENERAL)).toEqual([]);
});
