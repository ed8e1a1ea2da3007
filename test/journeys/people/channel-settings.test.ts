import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { wordsOf } from "../../support/slack/thread.ts";

/** The workspace's admin. */
const ADA = "U0ADA";
const { pair } = PAIR.teams;
const TEAMS = { ...PAIR, teams: { pair, other: { ...pair, description: "Another two." } } };

async function atTheDesk() {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...TEAMS, models: { scripted: desk.model } } });
  return { desk, journey, ...settingIn(journey) };
}

interface Modal {
  readonly id: string;
  readonly blocks: readonly {
    readonly block_id: string;
    readonly element?: { readonly initial_option?: { readonly value: string }; readonly initial_users?: readonly string[] };
  }[];
}

function settingIn(journey: Journey) {
  const { control } = journey.slack;
  const open = async (user: string, channel = GENERAL): Promise<Modal> => {
    const before = (control.modals(user) as Modal[]).at(-1)?.id;
    // The journey's clock is fast, and Slack's three seconds may be over before a busy machine has answered: then a person asks again.
    for (let tries = 0; tries < 10; tries++) {
      await control.command({ user, channel, command: "/parley", text: "settings" });
      await journey.quiet();
      const modal = (control.modals(user) as Modal[]).at(-1);
      if (modal && modal.id !== before) return modal;
    }
    throw new Error(`no modal; ${journey.problems.join("; ")}`);
  };
  const save = async (user: string, modal: Modal, chosen: { readonly [block: string]: unknown }) => {
    const values = Object.fromEntries(Object.entries(chosen).map(([block, value]) => [block, { value }]));
    expect((await control.submit({ user, viewId: modal.id, values })).acked).toBe(true);
    await journey.quiet();
  };
  const settings = async (channel = GENERAL) => (await journey.parley.settings.get(journey.slack.teamId, `channel/${channel}`))?.value;
  return { control, open, save, settings };
}

const shownBy = ({ blocks }: Modal) =>
  Object.fromEntries(blocks.flatMap(({ block_id: id, element }) => (element?.initial_option ? [[id, element.initial_option.value]] : [])));

test("a channel's own team takes the tasks that name none, and its people are shown the result and not the turns", async () => {
  const { desk, journey, open, save, settings, control } = await atTheDesk();
  const modal = await open(ADA);
  expect(shownBy(modal)).toEqual({ team: "-", turns: "-", code: "-", who: "-", approve: "-" });
  await save(ADA, modal, { team: "other", turns: "quiet" });
  expect(await settings()).toEqual({ team: "other", quiet: true });
  expect(journey.whispers(ADA)).toEqual([
    "Saved. From the next run on, <#C0GENERAL> is set so: team *other* · quiet · code as the team has it.",
  ]);
  expect((await journey.parley.settings.decisions(journey.slack.teamId, { limit: 5 }))[0]).toMatchObject({
    person: { name: "Ada" },
    deed: "set channel",
    subject: "channel/C0GENERAL",
    allowed: true,
  });

  const thread = await journey.mention("@parley find a name");
  (await desk.asked("Ana")).answer("Plum. DONE");
  await thread.until(() => thread.ofKind("end").length === 1 && thread.messages().some(({ files }) => files.length > 0));
  expect((await thread.log())[0]).toMatchObject({ type: "run.started", team: "other", turnsInFile: true });
  expect(thread.turns()).toEqual([]);
  expect(thread.messages().flatMap(({ files }) => files.map(({ name }) => name))).toEqual([expect.stringMatching(/\.md$/)]);

  // Elsewhere, and where a team is named, nothing has changed.
  const elsewhere = await journey.mention("@parley find a name", { channel: "C0ENG" });
  (await desk.asked("Ana")).answer("Pear. DONE");
  await elsewhere.ended();
  expect(elsewhere.turns()).toHaveLength(1);
  const named = await journey.mention("@parley pair: find a name");
  (await desk.asked("Ana")).answer("Fig. DONE");
  await named.until(() => named.ofKind("end").length === 1);
  expect((await named.log())[0]).toMatchObject({ team: "pair", turnsInFile: true });

  // What is set is what the modal shows, and help names the channel's team as its default.
  const again = await open(ADA);
  expect(shownBy(again)).toMatchObject({ team: "other", turns: "quiet" });
  await save(ADA, again, { team: "-", turns: "-" });
  expect(await settings()).toEqual({});
  await control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "teams" });
  await control.until(() => journey.whispers(MARIA).some((line) => line.includes("*pair* (default)")));
});

test("who may use it, and who may let code run, is chosen for a channel and kept beside what else is set", async () => {
  const { journey, open, save, settings } = await atTheDesk();
  const person = { id: ADA, name: "Ada" };
  const decision = { workspace: journey.slack.teamId, person, deed: "set", subject: "x", allowed: true };
  await journey.parley.settings.put({ name: "channel/C0GENERAL", value: { allow: { forget: "admins" } }, revision: 0, decision });
  await save(ADA, await open(ADA), { who: "people", people: [JONAS], approve: "both", code: "ask" });
  const people = [JONAS, "admins"];
  expect(await settings()).toEqual({
    code: "ask",
    allow: { forget: "admins", start: people, steer: people, answer: people, approve: ["starter", "admins"] },
  });
  const again = await open(ADA);
  expect(shownBy(again)).toMatchObject({ who: "people", approve: "both", code: "ask" });
  expect(again.blocks.find(({ block_id }) => block_id === "people")?.element?.initial_users).toEqual([JONAS]);
  await journey.slack.control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "new find a name" });
  await journey.slack.control.until(() => journey.whispers(MARIA).some((line) => line.includes("not on the list")));
  expect(await journey.parley.store.recent(1)).toEqual([]);
});

test("who may not change settings is told so, and sees no modal", async () => {
  const { journey, control } = await atTheDesk();
  await control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "settings" });
  await control.until(() => journey.whispers(MARIA).length === 1);
  expect(journey.whispers(MARIA)[0]).toContain("Only admins of this workspace can change teams and settings");
  expect(control.modals(MARIA)).toEqual([]);
});

test("of two who change it at once the first one's settings hold, the other is told, and what comes twice is saved once", async () => {
  const { journey, control, open, save, settings } = await atTheDesk();
  const [first, second] = [await open(ADA), await open(ADA, GENERAL)];
  // One person has one modal; the other window's submission arrives all the same.
  const submit = (id: string, modal: Modal, team: string) =>
    journey.parley.store.receive({
      id,
      at: new Date().toISOString(),
      body: JSON.stringify({
        type: "view_submission",
        user: { id: ADA, team_id: journey.slack.teamId },
        view: {
          id: modal.id,
          callback_id: "parley_settings",
          private_metadata: JSON.stringify({ channel: GENERAL, revision: 0 }),
          state: { values: { team: { value: { selected_option: { value: team } } } } },
        },
      }),
    });
  await save(ADA, second, { team: "other" });
  await submit("replayed", second, "other");
  await control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "teams" });
  await journey.quiet();
  expect(control.channel("D0ADA")).toEqual([]);
  await submit("stale", first, "pair");
  await control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "teams" });
  await journey.quiet();
  await control.until(() => control.channel("D0ADA").length === 1);
  expect(wordsOf(control.channel("D0ADA")[0])).toContain("Somebody else changed the settings of <#C0GENERAL>");
  expect(await settings()).toEqual({ team: "other" });
});

test("a channel whose team is gone goes on with the usual one", async () => {
  const { desk, journey } = await atTheDesk();
  const decision = { workspace: journey.slack.teamId, person: { id: ADA, name: "Ada" }, deed: "set", subject: "x", allowed: true };
  await journey.parley.settings.put({ name: "channel/C0GENERAL", value: { team: "gone", quiet: 7 }, revision: 0, decision });
  const thread = await journey.mention("@parley find a name");
  (await desk.asked("Ana")).answer("Plum. DONE");
  await thread.ended();
  expect((await thread.log())[0]).toMatchObject({ team: "pair" });
  expect(journey.problems).toContainEqual(expect.stringContaining("channel/C0GENERAL is not as it should be and does not hold: quiet"));
});
