import { expect, test } from "vitest";
import { JONAS, openJourney, PAIR } from "../../support/journey.ts";
import { SCOPES } from "../../../local-slack/state/seed.ts";
import type { Workspace } from "../../../local-slack/index.ts";
import { wordsOf } from "../../support/slack/thread.ts";

/** Asks, steers, shares a file and ends: everything for which a scope or a method may be missing. */
const replies = {
  Ana: [{ toolCalls: [{ name: "transfer_to_human", args: { question: "Which?", options: ["this", "that"] } }] }, "You said {{last}}."],
  Ben: [`${Array.from({ length: 5 }, (_, n) => `## Part ${n}\n\n${"Words. ".repeat(1_500)}`).join("\n\n")} DONE`],
};

async function story(prepare: (slack: Workspace) => void, inWords = false) {
  const journey = await openJourney({ file: PAIR, replies, prepare });
  const thread = await journey.mention("@parley choose one");
  await thread.until(() => thread.ofKind("question").length === 1);
  await thread.click("that", JONAS);
  if (inWords) {
    const told = () => journey.whispers(JONAS);
    await thread.until(() => told().length === 1);
    expect(told()[0]).toMatch(
      /^Slack does not say just now whether you are in <#C0GENERAL> \(missing_scope\), so nothing was done\. The app lacks/,
    );
    await thread.reply("@parley that", JONAS);
  }
  await thread.until(() => thread.ofKind("end").length === 1);
  await journey.quiet();
  const said = thread.ofKind("turn").map((turn) => wordsOf(turn));
  expect(said.filter((words) => words.includes("You said that."))).toHaveLength(1);
  expect(said.filter((words) => words.includes("## Part 0"))).toHaveLength(1);
  expect(wordsOf(thread.ofKind("end")[0])).toContain("*Done*");
  const ids = thread
    .messages()
    .slice(1)
    .flatMap(({ metadata }) => (metadata ? [metadata.event_payload["o"]] : []));
  expect(new Set(ids).size).toBe(ids.length);
  return { journey, thread };
}

test.each(["reactions:write", "assistant:write", "users:read"])("without the scope %s no turn is lost", async (scope) => {
  const { thread } = await story((slack) => slack.control.withoutScope(scope));
  await thread.ended();
  expect(thread.turns()[0]).toBe("Ana: You said that.");
});

test("with the scopes to hear of mentions and to write, and no others, no turn is lost; a button says why words are needed", async () => {
  const { thread } = await story((slack) => {
    for (const scope of SCOPES) if (!["app_mentions:read", "chat:write"].includes(scope)) slack.control.withoutScope(scope);
  }, true);
  await thread.ended();
  expect(thread.ofKind("turn").map(({ username }) => username)).toEqual([undefined, undefined, undefined, undefined]);
});

test("without the scope chat:write.customize the agents' names stand in their messages", async () => {
  const { thread, journey } = await story((slack) => slack.control.withoutScope("chat:write.customize"));
  const end = await thread.ended();
  expect(end.username).toBeUndefined();
  const [first] = thread.ofKind("turn");
  expect(first?.username).toBeUndefined();
  expect(first && wordsOf(first)).toMatch(/^:owl: \*Ana\*\nYou said that\./);
  expect(journey.problems.filter((problem) => problem.includes("personas"))).toEqual([
    "Slack does not let Parley use personas (missing_scope); it goes on without. parley doctor says what to grant",
  ]);
});

test("without the scope files:write the thread says what could not be uploaded, and why", async () => {
  const { thread } = await story((slack) => slack.control.withoutScope("files:write"));
  await thread.ended();
  expect(thread.text()).toMatch(
    /turn-2\.md \(\d+ kB\) could not be uploaded: the app lacks the scope files:write; add it and install the app again\. It is kept in Parley's log\./,
  );
});

test("without the scope for a channel's history mentions still start runs, and buttons answer", async () => {
  const { thread } = await story((slack) => slack.control.withoutScope("channels:history"));
  await thread.ended();
  expect(thread.turns()[0]).toBe("Ana: You said that.");
});

test("in a workspace where the app is no agent no turn is lost", async () => {
  const { thread, journey } = await story((slack) => slack.control.configure({ isAgent: false }));
  await thread.ended();
  expect(thread.turns()[0]).toBe("Ana: You said that.");
  expect(journey.slack.control.calls("agents.sessions.setStatus")).toHaveLength(1);
});

/** What the story calls beside posting and connecting. */
const IN_THE_STORY = [
  "agents.sessions.setStatus",
  "chat.update",
  "files.completeUploadExternal",
  "files.getUploadURLExternal",
  "reactions.add",
  "users.info",
];
/** And what Parley calls for agents who think for longer, after failures, for commands and in its Home. */
const ELSEWHERE = [
  "assistant.threads.setStatus",
  "chat.getPermalink",
  "chat.postEphemeral",
  "conversations.info",
  "conversations.replies",
  "files.info",
  "views.open",
  "views.publish",
  "views.update",
];
const unknown = (slack: Workspace, method: string) => slack.control.fault({ method, kind: "error", code: "unknown_method", times: 1_000 });

test.each(IN_THE_STORY)("on a server without %s no turn is lost", async (method) => {
  const { journey } = await story((slack) => unknown(slack, method));
  expect(journey.slack.control.calls(method).length).toBeGreaterThan(0);
});

test("on a server without assistant.threads.setStatus an agent that thinks for long is heard all the same", async () => {
  const journey = await openJourney({
    file: PAIR,
    replies: { Ana: [{ text: "At last. DONE", delayMs: 8_000 }] },
    prepare: (slack) => unknown(slack, "assistant.threads.setStatus"),
  });
  const thread = await journey.mention("@parley think");
  await thread.ended();
  expect(thread.turns()).toEqual(["Ana: At last."]);
  expect(journey.slack.control.calls("assistant.threads.setStatus")).toHaveLength(1);
});

test("on a server with none of them no turn is lost, and each is asked for once or a few times, not for ever", async () => {
  const all = [...IN_THE_STORY, ...ELSEWHERE];
  const { journey } = await story((slack) => all.forEach((method) => unknown(slack, method)));
  for (const method of all)
    expect({ method, isTooOften: journey.slack.control.calls(method).length > 4 }).toEqual({ method, isTooOften: false });
});

test("where nothing can be shown to one person alone, help is said in the thread", async () => {
  const journey = await openJourney({ file: PAIR, replies, prepare: (slack) => unknown(slack, "chat.postEphemeral") });
  const thread = await journey.mention("@parley help");
  await thread.until(() => thread.messages().length === 2);
  expect(thread.text()).toContain("Parley: <@U0MARIA> *Mention me with a task*");
});
