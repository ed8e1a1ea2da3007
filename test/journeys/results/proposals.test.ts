import { expect, test } from "vitest";
import { leaveProposal, proposalOf, type TeamProposal } from "../../../src/store/proposals/team-proposals.ts";
import { openSettings } from "../../../src/store/open-store.ts";
import type { Settings } from "../../../src/store/settings.ts";
import { JONAS, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { storeIn } from "../../support/postgres/journey-store.ts";
import { buttonsOf, wordsOf } from "../../support/slack/thread.ts";
import { screenOf } from "../../support/slack/views.ts";

const ADA = { id: "U0ADA", name: "Ada" }; // An admin of the workspace.
const DIRECT = "D0ADA";
const OPERATOR = { id: "operator", name: "ola" };
const yaml = (description: string) => `teams:
  crew:
    description: ${description}
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Counts., model: scripted }]
    stop: { maxMessages: 2 }
`;

async function withCrew(file: object = PAIR) {
  const journey = await openJourney({ file, replies: { Ana: ["So."] } });
  const workspace = journey.slack.teamId;
  const { shelf } = journey.parley.workshop;
  const keep = async (description: string, revision: number, deed: string, person = ADA) => {
    const read = shelf.read(yaml(description));
    if ("mistakes" in read) return expect.fail(JSON.stringify(read.mistakes));
    const decision = { workspace, person, deed, subject: "team/crew", allowed: true };
    expect(await shelf.put({ workspace, name: "crew", team: read.team, revision, decision })).toBe(true);
  };
  const leave = async (after: string, revision: number, at: string, to: Pick<Settings, "get" | "put"> = journey.parley.settings) => {
    const share = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
    const before = shelf.write(shelf.get(workspace, "crew") ?? expect.fail());
    const proposal: TeamProposal = {
      version: 1,
      at,
      askedBy: "ola",
      file: "sums.yml",
      revision,
      before,
      after: yaml(after),
      difference: `-    description: Counts.\n+    description: ${after}\n`,
      reasons: ["It <!channel> guesses."],
      heldOut: { cases: 12, before: share(0.4), after: share(0.9), difference: share(0.5), p: 0.01 },
      usd: 1.2,
    };
    expect(await leaveProposal(to, { workspace, team: "crew", proposal, person: OPERATOR })).toBe(true);
  };
  await keep("Counts.", 0, "create team");
  return { journey, workspace, shelf, keep, leave };
}

const cards = ({ slack }: Journey) =>
  slack.control.channel(DIRECT).filter(({ user, ephemeralTo }) => user === slack.botUserId && ephemeralTo === undefined);
async function click(journey: Journey, label: string, nth = 0, user = ADA.id): Promise<void> {
  const message = cards(journey)[nth] ?? expect.fail("there is no card");
  const button = buttonsOf(message).find((one) => one.label === label) ?? expect.fail(`no button ${label}`);
  await journey.slack.control.click({ user, channel: DIRECT, ts: message.ts, actionId: button.actionId, value: button.value });
}
const told = (journey: Journey, words: RegExp) => journey.slack.control.until(() => cards(journey).some((one) => words.test(wordsOf(one))));
const deeds = async ({ parley }: Journey, workspace: string, subject: string) =>
  (await parley.settings.decisions(workspace, { limit: 20 }))
    .filter((one) => one.subject === subject)
    .map(({ deed, person, allowed }) => [deed, person.id, allowed]);

test("who has made a team is told once of a change that helps, looks at it, and takes it as a new revision", async () => {
  const { journey, workspace, shelf, leave } = await withCrew();
  await leave("Counts twice.", 1, "2026-11-29T10:00:00.000Z");
  await journey.slack.control.until(() => cards(journey).length === 1);
  const card = wordsOf(cards(journey)[0]);
  expect(card).toContain("on 12 cases that nobody had seen it solves 90%, and as it is 40%");
  expect(card).toContain("50 points (40 to 60). `parley tune` was run by ola with `sums.yml`.");
  expect(card).not.toContain("<!channel>");
  const screen = screenOf(journey, ADA.id);
  await click(journey, "Look");
  await screen.until(() => screen.modals().length === 1);
  expect(screen.modal()).toContain("+    description: Counts twice.");
  expect(shelf.get(workspace, "crew")?.revision).toBe(1);

  const again = await journey.restarted({ file: PAIR, replies: { Ana: ["So."] } });
  await again.quiet();
  await click(again, "Take it");
  await told(again, /Taken: \*crew\* is this now, as revision 2/);
  expect(cards(again)).toHaveLength(1);
  expect(again.parley.workshop.shelf.get(workspace, "crew")).toMatchObject({ revision: 2, team: { description: "Counts twice." } });
  expect((await again.parley.workshop.versions(workspace, "crew")).map(({ revision }) => revision)).toEqual([2, 1]);
  expect(await deeds(again, workspace, "team/crew")).toEqual([
    ["edit team as proposed", ADA.id, true],
    ["create team", ADA.id, true],
  ]);
  expect(await deeds(again, workspace, "proposal/crew")).toEqual([
    ["take proposal", ADA.id, true],
    ["propose change", "operator", true],
  ]);
  expect(await proposalOf(again.parley.settings, workspace, "crew")).toBeUndefined();
});

test("what another process leaves beside the running Parley is told, and stands in App Home with the team, where it is taken or left", async () => {
  const { journey, workspace, shelf, leave } = await withCrew();
  const screen = screenOf(journey, ADA.id);
  await screen.open();
  expect(screen.home()).not.toContain("Take it");
  const beside = await openSettings(storeIn(journey.folder));
  await leave("Counts twice.", 1, "2026-11-29T10:00:00.000Z", beside);
  await journey.slack.control.until(() => cards(journey).length === 1);
  const found = "A change to the team *crew* was tried";
  await screen.until(() => screen.home().includes(found));
  await screen.into("Take it", found);
  expect(screen.modal()).toContain("Taken: *crew* is this now, as revision 2");
  expect(shelf.get(workspace, "crew")).toMatchObject({ revision: 2, team: { description: "Counts twice." } });
  await screen.until(() => !screen.home().includes(found));
  // Who may not change teams is not asked to.
  await leave("Counts thrice.", 2, "2026-11-29T11:00:00.000Z", beside);
  await beside.close();
  await screen.until(() => screen.home().includes(found));
  const jonas = screenOf(journey, JONAS);
  await jonas.open();
  expect(jonas.home()).toContain("*crew*");
  expect(jonas.home()).not.toContain(found);
});

test("left, nothing changes; a team that has changed meanwhile is not overwritten; who may not change teams decides nothing", async () => {
  const { journey, workspace, shelf, keep, leave } = await withCrew();
  await leave("Counts twice.", 1, "2026-11-29T10:00:00.000Z");
  await journey.slack.control.until(() => cards(journey).length === 1);
  await click(journey, "Not now");
  await told(journey, /Left: \*crew\* stays as it is/);
  expect(shelf.get(workspace, "crew")?.revision).toBe(1);

  await leave("Counts thrice.", 1, "2026-11-29T11:00:00.000Z");
  await journey.slack.control.until(() => cards(journey).length === 2);
  const rule = { workspace, person: ADA, deed: "set workspace", subject: "workspace", allowed: true };
  const { settings } = journey.parley;
  const nobody = { allow: { editTeams: [] } };
  expect(await settings.put({ name: "workspace", value: nobody, revision: 0, decision: rule })).toBe(true);
  await click(journey, "Take it", 1);
  await journey.slack.control.until(() => journey.whispers(ADA.id, DIRECT).length === 1);
  expect((await deeds(journey, workspace, "proposal/crew"))[0]).toEqual(["editTeams", ADA.id, false]);
  expect(shelf.get(workspace, "crew")?.revision).toBe(1);
  expect(await settings.put({ name: "workspace", value: undefined, revision: 1, decision: rule })).toBe(true);

  await keep("Counts slowly.", 1, "edit team", { id: "U0BEN", name: "Ben" });
  await click(journey, "Take it", 1);
  await journey.slack.control.until(() => journey.whispers(ADA.id, DIRECT).length === 2);
  expect(journey.whispers(ADA.id, DIRECT)[1]).toMatch(/\*crew\* was changed by Ben at \d\d:\d\d UTC, after this was found/);
  expect(shelf.get(workspace, "crew")).toMatchObject({ revision: 2, team: { description: "Counts slowly." } });

  // Another team of that name begins with the same revision.
  const gone = { workspace, person: ADA, deed: "delete team", subject: "team/crew", allowed: true };
  expect(await shelf.put({ workspace, name: "crew", team: undefined, revision: 2, decision: gone })).toBe(true);
  await keep("Another crew.", 0, "create team");
  await click(journey, "Take it", 1);
  await journey.slack.control.until(() => journey.whispers(ADA.id, DIRECT).length === 3);
  expect(shelf.get(workspace, "crew")).toMatchObject({ revision: 1, team: { description: "Another crew." } });
});
