import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { screenOf } from "../../support/slack/views.ts";

const replies = { Ana: ["One."], Ben: ["Two. DONE"] };

/** Maria reads German, Jonas English; what Slack says of both is known. */
async function opened(): Promise<Journey> {
  const journey = await openJourney({ file: PAIR, replies, prepare: ({ control }) => control.setLocale(MARIA, "de-AT") });
  const [maria, jonas] = [screenOf(journey, MARIA), screenOf(journey, JONAS)];
  await maria.open();
  await maria.until(() => maria.home().includes("Neuer Lauf…"));
  await jonas.open();
  return journey;
}

async function asked(journey: Journey, user: string, text: string): Promise<string> {
  const before = journey.whispers(user).length;
  await journey.slack.control.command({ user, channel: GENERAL, command: "/parley", text });
  await journey.slack.control.until(() => journey.whispers(user).length > before);
  return journey.whispers(user).at(-1) ?? "";
}

test("who is refused is told why in their own language; the audit log keeps it in English", async () => {
  const journey = await opened();
  expect(await asked(journey, MARIA, "settings")).toBe(
    "Nur Admins dieses Workspace können Teams und Einstellungen ändern. Frage eine Person von ihnen.",
  );
  expect(await asked(journey, JONAS, "settings")).toBe("Only admins of this workspace can change teams and settings. Ask one of them.");
  const decisions = await journey.parley.settings.decisions(journey.slack.teamId, { limit: 10 });
  expect(decisions.filter(({ detail }) => detail?.startsWith("Only admins of this workspace"))).toHaveLength(2);
});
