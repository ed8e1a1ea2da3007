import { expect, test } from "vitest";
import { ERROR_CODES, type Reaction } from "../../../src/slack/api/error-codes.ts";
import type { Workspace } from "../../../local-slack/index.ts";
import { JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { wordsOf } from "../../support/slack/thread.ts";

/** What becomes of a whole run when Slack answers with an error; of single messages, test/slack/api/error-codes.test.ts tells. */
const codesOf = (reaction: Reaction): readonly string[] =>
  Object.entries(ERROR_CODES).flatMap(([code, known]) => (known.reaction === reaction ? [code] : []));

const fails = ({ control }: Workspace, method: string, code: string, times = 1_000) =>
  control.fault({ method, kind: "error", code, times });

const LONG = Array.from({ length: 5 }, (_, n) => `## Part ${n}\n\n${"Words. ".repeat(1_500)}`).join("\n\n");

const directly = ({ control }: Workspace) => control.calls("chat.postMessage").filter(({ args }) => args["channel"] === MARIA);

/** A channel that the app may be let into again: test/journeys/trouble/closed-channels.test.ts. */
const MAY_REOPEN = ["channel_not_found", "not_in_channel", "is_archived"];

test.each([...codesOf("park").filter((code) => !MAY_REOPEN.includes(code)), "no_permission"])(
  "a thread that is closed to the app (%s) ends its run; who started it and the operator are told what to do",
  async (code) => {
    const question = { toolCalls: [{ name: "transfer_to_human", args: { question: "Which?" } }] };
    const journey = await openJourney({
      file: PAIR,
      replies: { Ana: [question, "Never said."], Ben: [{ text: "Nor this. DONE", delayMs: 600_000 }] },
    });
    const thread = await journey.mention("@parley choose");
    await thread.until(() => thread.ofKind("question").length === 1);
    fails(journey.slack, "chat.postMessage", code, 1);
    await thread.reply("this");
    await thread.until(() => directly(journey.slack).length === 1);
    expect((await thread.log()).at(-1)).toMatchObject({ type: "run.stopped" });
    expect(directly(journey.slack)[0]?.args["text"]).toBe(
      `I stopped working on your task: I can no longer post in its thread (${code}). ${ERROR_CODES[code]?.says} Nothing is lost: mention me there to go on.`,
    );
    expect(journey.problems.filter((problem) => problem.includes("was stopped"))).toEqual([
      `the run in ${thread.key} was stopped: Slack answers ${code}. ${ERROR_CODES[code]?.says}`,
    ]);
  },
);

test("who started a run that was over before its thread was found closed is told once where its words are", async () => {
  const question = { toolCalls: [{ name: "transfer_to_human", args: { question: "Which?" } }] };
  const journey = await openJourney({ file: PAIR, replies: { Ana: [question, "Never said. DONE"] } });
  const thread = await journey.mention("@parley choose");
  await thread.until(() => thread.ofKind("question").length === 1);
  journey.slack.control.fault({ method: "chat.postMessage", kind: "ratelimited", retryAfterSeconds: 30, channel: thread.channel });
  journey.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "thread_not_found", channel: thread.channel, times: 10 });
  await thread.reply("this");
  await thread.until(() => directly(journey.slack).length === 1);
  expect((await thread.log()).at(-1)).toMatchObject({ type: "run.stopped", outcome: "done" });
  expect(directly(journey.slack)[0]?.args["text"]).toMatch(
    /^I have worked on your task, but can no longer post in its thread \(thread_not_found\)\./,
  );
  await expect.poll(() => journey.parley.store.duePosts(thread.key, 10)).toEqual([]);
  expect(directly(journey.slack)).toHaveLength(1);
});

test("a token that is taken again, after the app was installed anew, needs no new start; the operator was told once", async () => {
  const journey = await openJourney({
    file: PAIR,
    replies: { Ana: ["One. DONE"] },
    prepare: (slack) => fails(slack, "chat.postMessage", "account_inactive", 1),
  });
  const thread = await journey.mention("@parley count");
  await thread.ended();
  expect(thread.turns()).toEqual(["Ana: One."]);
  expect(journey.problems).toEqual([expect.stringMatching(/^Slack refuses SLACK_BOT_TOKEN \(account_inactive\): nothing is posted until/)]);
});

/** What a run calls beside posting, and App Home's word for it. */
const NICETIES = {
  "reactions.add": "Reactions",
  "agents.sessions.setStatus": "Stop",
  "chat.update": "Cards",
  "users.info": "Names",
  "files.getUploadURLExternal": "Files",
};

test.each(codesOf("do-without"))(
  "where everything but posting is answered with %s no turn is lost, and App Home says once what is missing",
  async (code) => {
    const journey = await openJourney({
      file: PAIR,
      replies: { Ana: [{ text: "One.", delayMs: 5_000 }], Ben: [`${LONG} DONE`] },
      prepare: (slack) => {
        for (const method of Object.keys(NICETIES)) fails(slack, method, code);
        // The line of who thinks has the agent's face: where a turn takes long enough for one, it would show that faces are to be had after all.
        fails(slack, "assistant.threads.setStatus", "unknown_method");
      },
    });
    const { control } = journey.slack;
    const thread = await journey.mention("@parley count");
    await thread.until(() => thread.ofKind("card").length === 1);
    // Of a post it says that the thread is closed: see above.
    if (code !== "no_permission") fails(journey.slack, "chat.postMessage", code, 1);
    await thread.until(() => thread.ofKind("end").length === 1 && control.calls("chat.update").length > 0);
    await journey.quiet();
    // What an answer tells is written down behind it.
    const missing = async () => JSON.parse((await journey.parley.store.note(`niceties/${journey.slack.teamId}`)) ?? "{}") as object;
    await expect.poll(async () => Object.keys(await missing())).toEqual(expect.arrayContaining(Object.values(NICETIES)));
    const turns = thread.ofKind("turn").map((turn) => wordsOf(turn));
    expect(turns.filter((words) => words.includes("One."))).toHaveLength(1);
    expect(turns.filter((words) => words.includes("## Part 0"))).toHaveLength(1);
    expect(thread.text()).toMatch(/turn-2\.md \(\d+ kB\) could not be uploaded/);
    for (const user of [MARIA, JONAS]) {
      await control.openApp({ user, tab: "home" });
      await control.until(() => control.home(user) !== undefined);
      const home = JSON.stringify(control.home(user));
      for (const name of Object.values(NICETIES)) expect({ name, times: home.split(`*${name}*`).length - 1 }).toEqual({ name, times: 1 });
      expect(home.includes("*Faces*")).toBe(!["no_permission", "unknown_method"].includes(code));
    }
  },
);

test.each(["already_reacted", "no_reaction", "too_many_reactions", "thread_locked"])(
  "%s is no trouble, and nobody hears of it",
  async (code) => {
    const journey = await openJourney({
      file: PAIR,
      replies: { Ana: ["One. DONE"] },
      prepare: (slack) => ["reactions.add", "reactions.remove"].forEach((method) => fails(slack, method, code)),
    });
    const thread = await journey.mention("@parley count");
    await thread.ended();
    expect(journey.slack.control.calls("reactions.add").length).toBeGreaterThan(0);
    expect(thread.turns()).toEqual(["Ana: One."]);
    expect(journey.problems).toEqual([]);
  },
);

test("what was meant for a person who is not in the channel (user_not_in_channel) is said in the thread", async () => {
  const journey = await openJourney({
    file: PAIR,
    replies: {},
    prepare: (slack) => fails(slack, "chat.postEphemeral", "user_not_in_channel"),
  });
  const thread = await journey.mention("@parley help");
  await thread.until(() => thread.messages().length === 2);
  expect(thread.text()).toContain("*Mention me with a task*");
  expect(journey.problems).toEqual([]);
});

test("a Home that somebody has changed meanwhile (hash_conflict) is shown anew", async () => {
  const journey = await openJourney({ file: PAIR, replies: {} });
  const { control } = journey.slack;
  fails(journey.slack, "views.publish", "hash_conflict", 1);
  await control.openApp({ user: MARIA, tab: "home" });
  await control.until(() => control.home(MARIA) !== undefined);
  expect(JSON.stringify(control.home(MARIA))).toContain("Mention me with a task");
  expect(journey.problems).toEqual([]);
});
