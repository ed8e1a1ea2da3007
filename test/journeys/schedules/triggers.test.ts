import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";
import { asking } from "./asking.ts";

const replies = { Ana: Array.from({ length: 20 }, () => "Looked into it.\nDONE") };
const PAGER = { botId: "B0PAGER", appId: "A0PAGER", name: "Pager" };

test("a reaction begins a run in the thread of its message, once, in its owner's name, with what stands there", async () => {
  const desk = await openModelDesk();
  const journey = await openJourney({ file: { ...PAIR, models: { scripted: desk.model } } });
  const { kept, control } = asking(journey);
  await kept("when :bug: is added Find out why");
  const { ts } = await control.post({ user: JONAS, channel: GENERAL, text: "The invoice is wrong by a cent" });
  await control.react({ user: JONAS, channel: GENERAL, ts, name: "eyes" });
  await control.react({ user: JONAS, channel: GENERAL, ts, name: "bug" });
  const asked = await desk.asked("Ana");
  expect(asked.read).toContain("Find out why");
  expect(asked.read).toContain("The invoice is wrong by a cent");
  asked.answer("A cent was rounded. DONE");
  const thread = journey.thread(GENERAL, ts);
  await thread.ended();
  expect((await thread.log())[0]).toMatchObject({ type: "run.started", startedBy: { id: MARIA } });
  await control.react({ user: MARIA, channel: GENERAL, ts, name: "bug" });
  await journey.quiet();
  expect((await thread.log()).filter(({ type }) => type === "run.started")).toHaveLength(1);
});

test("a file, and a message with certain words, begin a run; others, and those that speak to Parley, do not", async () => {
  const journey = await openJourney({ file: PAIR, replies });
  const { kept, control } = asking(journey);
  await kept("when a csv is posted Check its sums");
  await kept('when a message says "deploy failed" Look into it');
  const file = { name: "sums.csv", content: Buffer.from("a,b\n1,2\n") };
  const other = await control.post({ user: JONAS, channel: GENERAL, text: "notes", files: [{ ...file, name: "notes.txt" }] });
  const wrong = await control.post({ user: JONAS, channel: GENERAL, text: "The deploy went well" });
  const first = await control.post({ user: JONAS, channel: GENERAL, text: "here", files: [file] });
  const second = await control.post({ user: JONAS, channel: GENERAL, text: "Oh no: Deploy   FAILED again" });
  for (const { ts } of [first, second]) await journey.thread(GENERAL, ts).ended();
  expect((await journey.thread(GENERAL, first.ts).log())[1]).toMatchObject({ text: "Check its sums", files: [{ name: "sums.csv" }] });
  for (const { ts } of [other, wrong]) expect(await journey.thread(GENERAL, ts).log()).toEqual([]);
  await control.post({ user: JONAS, channel: GENERAL, text: "deploy failed, I said", threadTs: wrong.ts });
  await journey.quiet();
  expect(await journey.thread(GENERAL, wrong.ts).log()).toEqual([]);
});

test("a guest's words and a bot's reaction begin nothing", async () => {
  const journey = await openJourney({ file: PAIR, replies });
  const { kept, control } = asking(journey);
  const guest = control.addUser("Gus", { teamId: "T0ELSEWHERE" });
  await kept('when a message says "deploy failed" Look into it');
  await kept("when :bug: is added Find out why");
  const { ts } = await control.post({ user: guest, channel: GENERAL, text: "deploy failed" });
  await control.event({ type: "reaction_added", user: "U0PARLEY", reaction: "bug", item: { type: "message", channel: GENERAL, ts } });
  await control.react({ user: guest, channel: GENERAL, ts, name: "bug" });
  await journey.quiet();
  expect(await journey.thread(GENERAL, ts).log()).toEqual([]);
});

test("of two bots that answer each other's every word with a new message, the runs end by themselves, until a person says something", async () => {
  const journey = await openJourney({ file: PAIR, replies });
  const { kept, control, ask } = asking(journey);
  const post = (text: string) => control.postAsApp({ app: PAGER, as: "bot", channel: GENERAL, text });
  await post("I am here");
  const id = await kept('when "Pager" posts Look into it');
  const runs = async (tss: readonly string[]) => {
    const logs = await Promise.all(tss.map((ts) => journey.thread(GENERAL, ts).log()));
    return logs.filter((log) => log.length > 0).length;
  };
  const posted: string[] = [];
  // It answers each answer of Parley's with a new message of its own.
  for (let round = 0; round < 5; round++) {
    const { ts } = await post(`Alert ${round}`);
    posted.push(ts);
    await journey.thread(GENERAL, ts).ended();
  }
  posted.push((await post("And one more")).ts);
  await control.until(() => control.channel(GENERAL).some(({ text }) => text.includes(`\`${id}\``) && text.includes("has paused")));
  await journey.quiet();
  expect(await runs(posted)).toBe(5);
  expect(await ask("schedule")).toContain("no person has said anything between them");
  await ask(`schedule on ${id}`);
  const { ts } = await post("Alert after a person");
  await journey.thread(GENERAL, ts).ended();
});

test("a person's word between them lets a bot go on, and its words in a thread begin nothing", async () => {
  const journey = await openJourney({ file: PAIR, replies });
  const { kept, control } = asking(journey);
  const post = (text: string, threadTs?: string) =>
    control.postAsApp({ app: PAGER, as: "bot", channel: GENERAL, text, ...(threadTs === undefined ? {} : { threadTs }) });
  await kept(`when ${PAGER.botId} posts Look into it`);
  for (let round = 0; round < 7; round++) {
    const { ts } = await post(`Alert ${round}`);
    await journey.thread(GENERAL, ts).ended();
    await post("I answer in the thread", ts);
    if (round === 3) await control.post({ user: JONAS, channel: GENERAL, text: "I see it" });
  }
  await journey.quiet();
  expect(control.channel(GENERAL).some(({ text }) => text.includes("has paused"))).toBe(false);
});

test("a bot is known by its id: a name stands for the one app that is called so, and nobody else's words under it begin anything", async () => {
  const journey = await openJourney({ file: PAIR, replies });
  const { ask, kept, control } = asking(journey);
  expect(await ask('schedule when "Pager" posts Look into it')).toContain("I have seen no app called *Pager* post here lately.");
  const posing = { botId: "B0POSING", appId: "A0POSING", name: "Pager" };
  await control.postAsApp({ app: posing, as: "webhook", channel: GENERAL, text: "I am called what I like" });
  expect(await ask('schedule when "Pager" posts Look into it')).toContain(
    "What posts here as *Pager* is `B0POSING`. Any app can post under any name: if that is the one you mean, say `when B0POSING posts`.",
  );
  await control.postAsApp({ app: PAGER, as: "bot", channel: GENERAL, text: "I am here" });
  expect(await ask("schedule when <@U0JONAS> posts Look into it")).toContain("is a person, and no bot");
  expect(await ask('schedule when "Pager" posts Look into it')).toContain("when *Pager* (`B0PAGER`) posts");
  await kept('when "pager" posts Look into it');
  const own = await control.postAsApp({ app: PAGER, as: "bot", channel: GENERAL, text: "Disk full" });
  const hook = await control.postAsApp({ app: posing, as: "webhook", channel: GENERAL, text: "Disk full" });
  const called = await control.postAsApp({ app: posing, as: "bot", channel: GENERAL, text: "Disk full" });
  const foreign = { type: "message", channel: GENERAL, bot_id: "B0PAGER", user: "U0PAGER", app_id: "A0PAGER", text: "Disk full" };
  const ts = ["1790000001.000100", "1790000002.000100"] as const;
  await control.event({ ...foreign, ts: ts[0], team: "T0ELSEWHERE" });
  await control.event({ ...foreign, ts: ts[1], bot_profile: { id: "B0PAGER", name: "Pager", team_id: "T0ELSEWHERE" } });
  await journey.thread(GENERAL, own.ts).ended();
  await journey.quiet();
  for (const none of [hook.ts, called.ts, ...ts]) expect(await journey.thread(GENERAL, none).log()).toEqual([]);
});
