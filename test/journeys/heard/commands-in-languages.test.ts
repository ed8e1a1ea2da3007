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

test("help, the list of runs and what came of a command are in the language of whoever asks", async () => {
  const journey = await opened();
  const help = await asked(journey, MARIA, "help");
  expect(help).toMatch(/^\*Erwähne mich mit einer Aufgabe\*[^]*• `stop` beendet den Lauf sofort\n[^]*`\/parley help` all das$/);
  expect(await asked(journey, JONAS, "help")).toMatch(
    /^\*Mention me with a task\*[^]*• `stop` ends the run at once\n[^]*`\/parley help` all of this$/,
  );
  expect(await asked(journey, MARIA, "statsu")).toContain("Ich kenne `/parley statsu` nicht.");
  expect(await asked(journey, MARIA, "status")).toBe("In diesem Channel sprechen keine Agenten.");
  expect(await asked(journey, JONAS, "stop")).toBe("No agents are talking here: there is nothing to stop.");
  const thread = await journey.mention("@parley count");
  await thread.ended();
  await journey.slack.control.post({ user: MARIA, channel: GENERAL, text: "And what about three?", threadTs: thread.ts });
  await journey.slack.control.until(() => journey.whispers(MARIA).at(-1)?.startsWith("Damit weitermachen?") ?? false);
  expect(journey.whispers(MARIA).at(-1)).toBe(
    "Damit weitermachen? pair ist hier fertig und hat deine Nachricht nicht gelesen. Wenn du später weitermachen willst, erwähne mich.",
  );
  await journey.slack.control.post({ user: JONAS, channel: GENERAL, text: "pause", threadTs: thread.ts });
  await journey.slack.control.until(() => journey.whispers(JONAS).at(-1) === "No agent is talking in this thread.");
  await journey.slack.control.post({ user: MARIA, channel: GENERAL, text: "pause", threadTs: thread.ts });
  await journey.slack.control.until(() => journey.whispers(MARIA).at(-1) === "In diesem Thread spricht kein Agent.");
});
