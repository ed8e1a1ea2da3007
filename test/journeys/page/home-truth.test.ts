import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { screenOf, type View } from "../../support/slack/views.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const ADA = "U0ADA"; // An admin of the workspace.
const { pair } = PAIR.teams;

test("a run at a limit stands under Waiting for you, and is raised, or finished, from there", async () => {
  const journey = await openJourney({
    file: { ...PAIR, teams: { pair: { ...pair, limits: { ...pair.limits, turns: 2 } } } },
    replies: { Ana: ["One.", "Three."], Ben: ["Two.", "Four."], Summary: ["We counted to four."] },
  });
  const [maria, jonas] = [screenOf(journey, MARIA), screenOf(journey, JONAS)];
  const thread = await journey.mention("@parley count");
  await thread.until(() => thread.ofKind("halt").length === 1);
  await maria.open();
  await jonas.open();
  expect(maria.home()).toMatch(
    /Waiting for you\n\*Waits at a limit:\* .*2 turns.*\n?count\n<#C0GENERAL> · \*[a-z]+\*(?! · waits).*\n\[Raise to 4 turns\] \[Finish with a summary\] \[Open thread\] \[Stop\]/,
  );
  expect(jonas.home()).not.toContain("Waiting for you");
  await maria.press("Raise to 4 turns");
  await thread.until(() => thread.ofKind("halt").length === 2);
  await maria.until(() => maria.home().includes("[Raise to 8 turns]"));
  await maria.press("Finish with a summary");
  await thread.ended();
  await maria.until(() => !maria.home().includes("Waiting for you"));
  expect((await thread.log()).map(({ type }) => type)).toEqual(expect.arrayContaining(["limit.raised", "summary.requested"]));
  expect(journey.problems).toEqual([]);
});

test("a paused run stands under Waiting for you of whoever began it and whoever paused it, and goes on from there", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
  const [maria, jonas, ada] = [screenOf(journey, MARIA), screenOf(journey, JONAS), screenOf(journey, ADA)];
  const thread = await journey.mention("@parley count");
  const ana = await desk.asked("Ana");
  await thread.reply("pause", JONAS);
  await thread.until(() => thread.ofKind("hold").length === 1);
  ana.answer("One.");
  for (const screen of [maria, jonas, ada]) await screen.open();
  for (const screen of [maria, jonas])
    expect(screen.home()).toMatch(
      /Waiting for you\n\*Paused by <@U0JONAS>:\* count\n<#C0GENERAL> · \*[a-z]+\*(?! · paused).*\n\[Resume\] \[Open thread\] \[Stop\]/,
    );
  expect(ada.home()).not.toContain("Waiting for you");
  await maria.press("Resume");
  (await desk.asked("Ben")).answer("Two. DONE");
  await thread.ended();
  await maria.until(() => maria.home().includes("Recent\ncount"));
});

test("runs that are over are paged by what stands before them, and searched by words, team, channel and person", async () => {
  const many = Array.from({ length: 12 }, () => "Fine. DONE");
  const journey = await openJourney({
    file: { ...PAIR, teams: { pair, other: pair } },
    replies: { Ana: ["It is about marmots. DONE", ...many], Ben: many },
  });
  const { control } = journey.slack;
  const secret = control.addChannel("secret", { isPrivate: true, members: [JONAS] });
  const first = await journey.mention("@parley the oldest one");
  await first.ended();
  const asked = Array.from({ length: 11 }, (_, index) => index + 1).map(async (nth) => {
    const thread = await journey.mention(`@parley ${nth === 3 ? "other: " : ""}task ${nth}.`, { user: nth === 5 ? JONAS : MARIA });
    return thread.ended();
  });
  await Promise.all([...asked, journey.mention("@parley a marmot in secret", { user: JONAS, channel: secret }).then((one) => one.ended())]);
  const maria = screenOf(journey, MARIA);
  await maria.open();
  const tasks = () => maria.home().match(/task \d+\./g) ?? [];
  const newest = tasks();
  expect(newest).toHaveLength(10);
  expect(maria.home()).not.toMatch(/the oldest one|secret/);
  await maria.press("Older runs");
  await maria.until(() => maria.home().includes("the oldest one"));
  expect(tasks()).toHaveLength(1);
  expect(new Set([...newest, ...tasks()]).size).toBe(11);
  expect(maria.home()).toMatch(/Recent\ntask \d+\.\n[\s\S]*the oldest one[\s\S]*\[Search…\] \[Newest runs\]/);
  await maria.press("Newest runs");
  await maria.until(() => !maria.home().includes("the oldest one"));

  const found = async (values: object) => {
    await maria.into("Search…");
    const { id: viewId } = maria.modals().at(-1) as View;
    // Slack's three seconds are less on a clock that runs fast: then a person searches again, as they are told.
    for (let tries = 1; tries <= 20; tries++) {
      const { response } = await control.submit({ user: MARIA, viewId, values });
      if ((response as { response_action?: string } | undefined)?.response_action !== "errors") break;
    }
    const words = maria.modal();
    await control.dismiss({ user: MARIA, viewId });
    return words;
  };
  const byWords = await found({ words: { value: "OLDEST marmots" } });
  expect(byWords).toMatch(/the oldest one/);
  expect(byWords).not.toMatch(/task \d|secret/);
  const byTeam = await found({ team: { value: "other" } });
  expect(byTeam).toMatch(/task 3\.\n/);
  expect(byTeam).not.toMatch(/task 4\.|oldest/);
  const byPerson = await found({ person: { value: [JONAS] } });
  expect(byPerson).toMatch(/task 5\.\n/);
  expect(byPerson).not.toMatch(/task 4\.|secret/);
  expect(await found({ channel: { value: secret } })).toContain("No run that is over fits.");
  expect(await found({ channel: { value: GENERAL } })).toMatch(/(task \d+\.\n[\s\S]*){10}\[Older\]/);
  expect(await found({ words: { value: "nobody said this" } })).toContain("No run that is over fits.");
  expect(journey.problems).toEqual([]);
});

test("Home says what one has spent today, of what one may, and who may make teams, to those who may not", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model }, budgets: { personUsdPerDay: 5 } } });
  const thread = await journey.mention("@parley count");
  (await desk.asked("Ana")).answer("One. DONE", 1_000);
  await thread.ended();
  const [maria, ada, guest] = [
    screenOf(journey, MARIA),
    screenOf(journey, ADA),
    screenOf(journey, journey.slack.control.addUser("Gus", { isRestricted: true })),
  ];
  for (const screen of [maria, ada, guest]) await screen.open();
  expect(maria.home()).toMatch(/Spent today on runs that you started: \*\$0\.21 of \$5\.00 \(4%\)\*/);
  expect(ada.home()).toMatch(/Spent today on runs that you started: \*\$0\.00 of \$5\.00 \(0%\)\*/);
  expect(maria.home()).toContain("Teams can be made and changed here by admins of the workspace.");
  expect(guest.home()).toContain("Teams can be made and changed here by full members of this workspace alone.");
  expect(ada.home()).toContain("[New team…]");
  expect(ada.home()).not.toContain("Teams can be made and changed here by");
});
