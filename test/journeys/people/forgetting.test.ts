import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { NORTH, openMany, SOUTH } from "../../support/slack/installing.ts";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { screenOf } from "../../support/slack/views.ts";

const DAY_MS = 24 * 3_600_000;
const SECRET = "XYLOPHONE-7";
const { agents: _, ...pair } = PAIR.teams.pair;
const ANA = { name: "Ana", description: "Remembers.", model: "scripted", memory: true };
const file = { ...PAIR, teams: { pair: { ...pair, agents: [ANA] } } };
/** Ana remembers what she is told, and says it. */
const REPLIES = { Ana: [{ toolCalls: [{ name: "remember", args: { text: "{{task:/about (.*)/}}" } }] }, "{{last}}\nDONE"] };

/** How often it stands in any of the files beside the database. */
function hits(folder: string, words: string): number {
  const all = readdirSync(folder).filter((name) => name.startsWith("parley.db"));
  return (
    all
      .map((name) => readFileSync(join(folder, name)).toString("latin1"))
      .join("\n")
      .split(words).length - 1
  );
}

/** The controls of a thread, opened by this person. */
async function controls(journey: Journey, user: string, ts: string) {
  const screen = screenOf(journey, user);
  await journey.slack.control.shortcut({ user, callbackId: "parley_controls", channel: GENERAL, ts });
  await screen.until(() => screen.modals().length > 0);
  return screen;
}

test("*Forget this thread* in the controls: who may not is told so, who may is asked once more, and then no byte of it is left", async () => {
  const journey = await openJourney({ file, replies: { Ana: [...REPLIES.Ana, ...REPLIES.Ana] } });
  const thread = await journey.mention(`@parley tell me about ${SECRET}`);
  await thread.ended();
  await journey.quiet();
  expect(hits(journey.folder, SECRET)).toBeGreaterThan(3);
  const before = await thread.log();

  const jonas = await controls(journey, JONAS, thread.ts);
  await jonas.press("Forget this thread…");
  await journey.slack.control.until(() => journey.whispers(JONAS).length > 0);
  expect(journey.whispers(JONAS)).toEqual([
    "Only Maria, who started this run, and admins of this workspace can make Parley forget this thread. Ask one of them.",
  ]);
  expect(await thread.log()).toEqual(before);
  const [refusal] = await journey.parley.settings.decisions(journey.slack.teamId, { limit: 1 });
  expect(refusal).toMatchObject({ person: { id: JONAS }, deed: "forgetThread", allowed: false });

  const maria = await controls(journey, MARIA, thread.ts);
  expect(JSON.stringify(maria.modals().at(-1))).toContain('"title":{"type":"plain_text","text":"Forget this thread?"');
  await maria.press("Forget this thread…");
  await journey.slack.control.until(() => journey.whispers(MARIA).some((line) => line.startsWith("Forgotten:")));

  const after = await thread.log();
  expect(after.map(({ seq, type }) => [seq, type])).toEqual(before.map(({ seq, type }) => [seq, type]));
  expect(JSON.stringify(after)).not.toContain("Maria");
  expect(after.map((event) => ("usage" in event ? event.usage : undefined))).toEqual(
    before.map((event) => ("usage" in event ? event.usage : undefined)),
  );
  expect((await journey.parley.memory.scopes()).length).toBe(0);
  await journey.quiet();
  expect(hits(journey.folder, SECRET)).toBe(0);
  // A press that comes again has nothing to do.
  await maria.press("Forget this thread…");
  await journey.slack.control.until(() => journey.whispers(MARIA).some((line) => line.startsWith("There is nothing of this thread left")));

  // The thread lives on, and nobody reads what was there.
  const next = await journey.mention("@parley tell me about PIANOS", { threadTs: thread.ts });
  await next.until(() => next.turns().length === 2);
  expect(next.turns().at(-1)).toBe("Ana: Remembered as note 2.");
});

test("a run that goes on is stopped before its thread is forgotten, and nothing of it comes after", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...file, models: { scripted: desk.model } } });
  const thread = await journey.mention(`@parley tell me about ${SECRET}`);
  const asked = await desk.asked("Ana");
  const maria = await controls(journey, MARIA, thread.ts);
  await maria.press("Forget this thread…");
  await journey.slack.control.until(() => journey.whispers(MARIA).some((line) => line.startsWith("Forgotten:")));
  asked.answer(`It is about ${SECRET}. DONE`);
  await journey.quiet();
  expect((await thread.log()).at(-1)).toMatchObject({ type: "run.stopped", outcome: "stopped", forgotten: expect.any(String) });
  expect(thread.turns()).toEqual([]);
  expect(hits(journey.folder, SECRET)).toBe(0);
});

test("who has started only some of the runs of a thread does not forget those of others", async () => {
  const journey = await openJourney({ file, replies: { Ana: [...REPLIES.Ana, ...REPLIES.Ana] } });
  const thread = await journey.mention(`@parley tell me about ${SECRET}`);
  await thread.ended();
  const second = await journey.mention("@parley tell me about PIANOS", { user: JONAS, threadTs: thread.ts });
  await second.until(() => second.turns().length === 2);
  await second.ended();
  const jonas = await controls(journey, JONAS, thread.ts);
  await jonas.press("Forget this thread…");
  await journey.slack.control.until(() => journey.whispers(JONAS).length > 0);
  expect(journey.whispers(JONAS)[0]).toMatch(/^Only Maria/);
  expect(JSON.stringify(await thread.log())).toContain(SECRET);
});

test("a message that is deleted in Slack goes out of the log, also when it was read long ago; a run goes on without it", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...file, models: { scripted: desk.model } } });
  const { control } = journey.slack;
  const thread = await journey.mention("@parley tell me about whales");
  const first = await desk.asked("Ana");
  const said = await thread.reply(`my password is ${SECRET}`);
  await thread.until(() => thread.reactions(said).includes("eyes"));
  first.answer("Whales are large.");
  const second = await desk.asked("Ana");
  expect(second.read).toContain(SECRET);
  await control.remove({ channel: GENERAL, ts: said });
  await expect.poll(async () => JSON.stringify(await thread.log()).includes(SECRET)).toBe(false);
  second.answer("Very large.");
  const third = await desk.asked("Ana");
  expect(third.read).not.toContain(SECRET);
  expect(third.read).toContain("(forgotten)");
  third.answer("As I said. DONE");
  await thread.ended();

  // An agent's turn, which only an admin can delete.
  const turn = thread.ofKind("turn").find((message) => message.text.includes("Very large"));
  await control.remove({ channel: GENERAL, ts: turn?.ts ?? "" });
  await expect.poll(async () => JSON.stringify(await thread.log()).includes("Very large")).toBe(false);
  // As Slack's reference has a deletion, with nothing of what was there.
  const other = thread.ofKind("turn").find((message) => message.text.includes("Whales are large"));
  await control.event({ type: "message", subtype: "message_deleted", hidden: true, channel: GENERAL, ts: "1900000000.000100", deleted_ts: other?.ts }); // prettier-ignore
  await expect.poll(async () => JSON.stringify(await thread.log()).includes("Whales are large")).toBe(false);

  // The task itself, when the run is over; its root stays as a tombstone.
  await control.remove({ channel: GENERAL, ts: thread.ts });
  await expect.poll(async () => JSON.stringify(await thread.log()).includes("whales")).toBe(false);
  const log = await thread.log();
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_event, index) => index + 1));
  expect(log.filter(({ forgotten }) => forgotten !== undefined)).toHaveLength(4);
});

test("what was left alone for longer than the team file says is forgotten at the next start, and a removed workspace after its time", async () => {
  const many = await openMany({ file: { ...file, retention: { days: 90, removedWorkspaceDays: 20 } }, replies: REPLIES });
  const folder = dirname(many.dbPath);
  await many.install(NORTH);
  await many.install(SOUTH);
  const north = await many.mention(NORTH, `@parley tell me about ${SECRET}`);
  await north.ended();
  const south = await many.mention(SOUTH, "@parley tell me about GLOCKEN");
  await south.ended();
  await many.slack.uninstall(SOUTH);
  await expect.poll(() => many.problems.some((line) => line.includes("no longer let into"))).toBe(true);
  await many.quiet();

  many.clock.skip(19 * DAY_MS);
  await many.stop();
  const second = await many.again();
  await second.quiet();
  expect(hits(folder, "GLOCKEN")).toBeGreaterThan(0);
  second.clock.skip(2 * DAY_MS);
  await second.stop();
  const third = await second.again();
  await expect.poll(() => hits(folder, "GLOCKEN")).toBe(0);
  expect(hits(folder, SECRET)).toBeGreaterThan(0);
  expect((await third.parley.store.load(`${SOUTH}/${south.channel}/${south.ts}`, 0)).length).toBeGreaterThan(3);
  third.clock.skip(70 * DAY_MS);
  await third.stop();
  const fourth = await third.again();
  await expect.poll(() => hits(folder, SECRET)).toBe(0);
  expect((await fourth.parley.settings.decisions(SOUTH, { limit: 9 })).map(({ deed }) => deed)).toContain("forget a removed workspace");
});
