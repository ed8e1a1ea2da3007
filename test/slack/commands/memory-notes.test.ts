import { afterEach, beforeEach, expect, test } from "vitest";
import { GENERAL, JONAS, listening, MARIA, type Listening } from "../heard.ts";
import { wordsOf } from "../../support/slack/thread.ts";

let parley: Listening;
beforeEach(async () => {
  parley = await listening();
});
afterEach(() => parley.close());

const ENG = "C0ENG";
let calls = 0;
const keep = (text: string, channel = GENERAL) =>
  parley.memory.remember({
    scope: `${parley.slack.teamId}/${channel}`,
    agent: "Ada",
    text,
    thread: `${parley.slack.teamId}/${channel}/1700000000.000100`,
    call: `c${calls++}`,
    askedBy: { id: MARIA, name: "Maria" },
  });
const total = async (channel = GENERAL) => (await parley.memory.list(`${parley.slack.teamId}/${channel}`, { limit: 1, offset: 0 })).total;

async function command(text: string, user = JONAS, channel = GENERAL): Promise<void> {
  await parley.slack.control.command({ user, channel, command: "/parley", text });
  await parley.quiet();
}
/** The newest message that this person alone sees. */
function shown(user = JONAS, channel = GENERAL) {
  const message = parley.slack.control.channel(channel).findLast((one) => one.ephemeralTo === user);
  if (!message) throw new Error(`${user} was shown nothing`);
  return message;
}
async function press(actionId: string, value: object, user = JONAS): Promise<void> {
  const { ts } = shown(user);
  await parley.slack.control.click({ user, channel: GENERAL, ts, actionId, value: JSON.stringify(value) });
  await parley.quiet();
}

test("a person sees the notes of this channel, newest first, each with its origin and a button; the others see nothing", async () => {
  await keep("We deploy on Tuesdays.");
  await keep("*Blue* <!channel> & <@U0ADA>");
  await keep("elsewhere", ENG);
  await command("memory");
  const message = shown();
  expect(wordsOf(message)).toMatch(
    /^\*What the agents remember in this channel\*: 2 notes\n\*2\* {2}\*Blue\* &lt;\u200b!channel&gt; &amp; &lt;\u200b@U0ADA&gt;\n\(Ada, asked by <@U0MARIA>, \w{3} \d{1,2}, \d{4}.*\)\n\*1\* {2}We deploy on Tuesdays\.\n\(.*\)$/,
  );
  expect(message.text).toContain("To delete a note: `/parley memory forget` and its number.");
  expect(parley.whispers(MARIA)).toEqual([]);
  await command("memory", JONAS, "C0RANDOM");
  expect(wordsOf(shown(JONAS, "C0RANDOM"))).toMatch(/^The agents remember nothing in this channel/);
});

test("Forget deletes a note for good and shows the rest in its place; a second press finds it gone", async () => {
  await keep("We deploy on Tuesdays.");
  await keep("Blue.");
  await command("memory");
  const { ts } = shown();
  await press("parley.memory.forget", { note: 2, page: 0 });
  expect(shown().ts).toBe(ts);
  expect(wordsOf(shown())).toMatch(/^Forgotten, note 2: “Blue\.”\n\*What the agents remember in this channel\*: 1 note\n/);
  expect(await total()).toBe(1);
  await parley.memory.forget(`${parley.slack.teamId}/${GENERAL}`, 1);
  await press("parley.memory.forget", { note: 1, page: 0 });
  expect(wordsOf(shown())).toMatch(/^There is no note 1 in this channel, or no longer\.\nThe agents remember nothing/);
});

test("the command deletes by number, in this channel alone", async () => {
  await keep("elsewhere", ENG);
  await keep("here");
  await command("memory forget 1");
  expect(shown().text).toBe("There is no note 1 in this channel, or no longer.");
  await command("memory forget #2");
  expect(shown().text).toBe("Forgotten, note 2: “here”");
  expect([await total(ENG), await total()]).toEqual([1, 0]);
  for (const words of ["memory forget", "memory forget it", "memory forget 1 2", "memory wipe"]) {
    await command(words);
    expect(shown().text).toContain("`/parley memory forget 12` to delete note 12");
  }
});

test("many notes are shown in pages", async () => {
  for (let n = 1; n <= 21; n++) await keep(`note number ${n}`);
  await command("memory");
  expect(wordsOf(shown())).toMatch(/21 notes, page 1 of 3\n\*21\* {2}note number 21\n[^]*\*12\*[^]*\n\[Older\]$/);
  await press("parley.memory.older", { page: 1 });
  expect(wordsOf(shown())).toMatch(/page 2 of 3\n\*11\*[^]*\n\[Newer\] \[Older\]$/);
  await press("parley.memory.older", { page: 2 });
  expect(wordsOf(shown())).toMatch(/page 3 of 3\n\*1\*[^]*\n\[Newer\]$/);
  await press("parley.memory.forget", { note: 1, page: 2 });
  expect(wordsOf(shown())).toMatch(/^Forgotten, note 1: “note number 1”\n.*20 notes, page 2 of 2\n/);
});

test("ten notes of full length, all of them markup, fit into one message", async () => {
  for (let n = 0; n < 10; n++) await keep(`${n}${"<&>".repeat(333)}`);
  await command("memory");
  expect(shown().blocks).toHaveLength(21);
});

test("a guest from another organisation sees the notes and deletes none; nor does who is not on the list", async () => {
  await keep("Blue.");
  const guest = parley.slack.control.addUser("Gus", { teamId: "T0OTHER" });
  await command("memory", guest);
  expect(wordsOf(shown(guest))).toContain("Blue.");
  await press("parley.memory.forget", { note: 1, page: 0 }, guest);
  expect(shown(guest).text).toMatch(/only members of this workspace can make the agents forget something/);
  await command("memory forget 1", guest);
  expect(shown(guest).text).toMatch(/only members of this workspace/);
  expect(await total()).toBe(1);

  await parley.close();
  parley = await listening({ parts: { allow: { forget: [MARIA] } } });
  await keep("Red.");
  await command("memory forget 1");
  expect(shown().text).toMatch(/not on the list of people who can make the agents forget something/);
  await command("memory forget 1", MARIA);
  expect(await total()).toBe(0);
});
