import { expect, test } from "vitest";
import { GENERAL, openJourney, PAIR } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const ENTERPRISE = "E0PLUM";

async function inTheOrganisation() {
  const desk = await openModelDesk();
  const journey = await openJourney({
    file: { ...PAIR, models: { scripted: desk.model } },
    prepare: ({ control }) => control.configure({ enterpriseId: ENTERPRISE }),
  });
  return { desk, journey, control: journey.slack.control };
}

test("a colleague from another workspace of the organisation speaks, presses and commands as everybody does", async () => {
  const { desk, journey, control } = await inTheOrganisation();
  const colleague = control.addUser("Kim", { teamId: "T0OTHER", enterpriseId: ENTERPRISE });
  const shared = control.addChannel("shared", { external: true });
  const thread = await journey.mention("@parley find a name", { user: colleague, channel: shared });
  const ana = await desk.asked("Ana");
  await thread.until(() => thread.ofKind("card").length === 1);
  await thread.click("Pause", colleague);
  await journey.quiet();
  expect((await thread.log()).some(({ type }) => type === "run.paused")).toBe(true);
  await control.command({ user: colleague, channel: shared, command: "/parley", text: "stop" });
  await ana.gone;
  await thread.ended();
  expect(control.calls("users.info").length).toBeLessThan(6);
});

test.each([
  ["of another organisation", { teamId: "T0OTHER", enterpriseId: "E0PEAR" }],
  ["of no organisation", { teamId: "T0OTHER" }],
  ["of the organisation, but a guest in it", { teamId: "T0OTHER", enterpriseId: ENTERPRISE, isRestricted: true }],
])("a person %s is a guest, who reads", async (_, who) => {
  const { desk, journey, control } = await inTheOrganisation();
  const guest = control.addUser("Gast", who);
  const shared = control.addChannel("shared", { external: true });
  await journey.mention("@parley find a name", { user: guest, channel: shared });
  const thread = await journey.mention("@parley find a name", { channel: shared });
  const ana = await desk.asked("Ana");
  await thread.until(() => thread.ofKind("card").length === 1);
  await thread.click("Pause", guest);
  await journey.quiet();
  await control.until(() => journey.whispers(guest, shared).length === 2);
  expect(journey.whispers(guest, shared).every((line) => line.includes("from another organisation"))).toBe(true);
  expect((await journey.parley.store.recent(5)).length).toBe(1);
  ana.answer("Plum. DONE");
  await thread.ended();
});

test("outside of an organisation nobody is asked about, and another team's person is a guest", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
  const guest = journey.slack.control.addUser("Gast", { teamId: "T0OTHER" });
  const shared = journey.slack.control.addChannel("shared", { external: true });
  await journey.mention("@parley find a name", { user: guest, channel: shared });
  await journey.slack.control.until(() => journey.whispers(guest, shared).length === 1);
  expect(journey.slack.control.channel(GENERAL)).toEqual([]);
});
