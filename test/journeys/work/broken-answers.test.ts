import { expect, test } from "vitest";
import type { Fault, ThreadMessage } from "../../../local-slack/index.ts";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { wordsOf, type Thread } from "../../support/slack/thread.ts";

/** What is done, and then not said by Slack in words that can be believed. */
const BROKEN: readonly (readonly [string, Omit<Fault, "method">])[] = [
  ["nothing", { kind: "body_after", body: "" }],
  ["half of the answer", { kind: "cut_after" }],
  ["a page", { kind: "body_after", body: "<!doctype html><title>Just a moment</title><p>Checking your connection." }],
  ["a word", { kind: "body_after", body: "ok" }],
  ["a code of Slack's as bare text", { kind: "body_after", body: "channel_not_found" }],
  ["other JSON", { kind: "body_after", body: '{"status":"fine"}' }],
  ["null", { kind: "body_after", body: "null" }],
  ["a list", { kind: "body_after", body: "[]" }],
  ["no, without a reason", { kind: "body_after", body: '{"ok":false}' }],
  ["an error that Slack does not document", { kind: "error_after", code: "something_new" }],
  ["status 408", { kind: "status_after", status: 408 }],
  ["status 425", { kind: "status_after", status: 425 }],
];
/** All that makes something which people see. */
const SEEN = ["chat.postMessage", "chat.postEphemeral", "files.completeUploadExternal", "response_url"] as const;

const { pair } = PAIR.teams;
const fileWith = (answerWithinMinutes: number) => ({ ...PAIR, teams: { pair: { ...pair, answerWithinMinutes } } });
/** A reminder comes after two minutes, which is long; it is posted as all else is. */
const REMINDED: readonly Fault["kind"][] = ["body_after", "status_after"];
const LONG = Array.from({ length: 5 }, (_, n) => `## Part ${n}\n\n${"Words. ".repeat(1_500)}`).join("\n\n");
const REPLIES = {
  Ana: [{ toolCalls: [{ name: "transfer_to_human", args: { question: "Which colour?", options: ["red", "blue"] } }] }, "Blue it is."],
  Ben: [`${LONG}\n\nDONE`],
};

test.each(BROKEN)("where all that people see is answered with %s, it is there once, under its name", async (_, fault) => {
  const isReminded = BROKEN.find(([, { kind }]) => kind === fault.kind)?.[1] === fault && REMINDED.includes(fault.kind);
  const reminders = () => directly(journey).filter(({ text }) => text.includes("waits for an answer"));
  const journey = await openJourney({
    file: fileWith(isReminded ? 4 : 60),
    replies: REPLIES,
    prepare: ({ control }) => SEEN.forEach((method) => control.fault({ ...fault, method, times: 10_000 })),
  });
  const { control } = journey.slack;
  const thread = await begunInModal(journey);
  await thread.until(() => thread.ofKind("question").length === 1 && reminders().length === (isReminded ? 1 : 0));
  await thread.reply("blue");
  const end = await thread.ended();

  await thread.click("Transcript", JONAS, end);
  await thread.click("Share to channel", JONAS, end);
  await thread.until(() => filesOf(thread.messages()).includes("transcript.md") && shared(thread).length > 0);
  const { acked } = await control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "transcript" });
  await control.until(() => journey.whispers(MARIA).some((line) => line.includes("transcript is in your messages")));
  await control.post({ user: JONAS, channel: GENERAL, text: "@parley help" });
  await control.until(() => journey.whispers(JONAS).length > 0);
  await journey.quiet();

  expect(acked).toBe(true);
  const roots = control.channel(GENERAL).filter(({ text }) => text.includes("find a colour"));
  expect(roots).toHaveLength(1);
  expect(thread.ofKind("card")).toHaveLength(1);
  expect(thread.ofKind("question")).toHaveLength(1);
  const names = thread.ofKind("turn").map(({ username }) => username);
  expect(names[0]).toBe("Ana");
  expect(new Set(names.slice(1))).toEqual(new Set(["Ben"]));
  expect(filesOf(thread.messages()).toSorted()).toEqual([
    expect.stringMatching(/^transcript\.md$/),
    expect.stringMatching(/^turn-\d\.md$/),
  ]);
  expect(shared(thread)).toHaveLength(1);
  expect(reminders()).toHaveLength(isReminded ? 1 : 0);
  expect(filesOf(directly(journey))).toEqual(["transcript.md"]);
  expect(journey.whispers(MARIA).filter((line) => line.includes("transcript is in your messages"))).toHaveLength(1);
  expect(journey.whispers(JONAS)).toHaveLength(1);
  // Nothing was even tried a second time: what had come was found.
  const posted = control.calls("chat.postMessage").map(({ args }) => idIn(args["metadata"]));
  expect(posted).toHaveLength(new Set(posted).size);
});

async function begunInModal(journey: Journey): Promise<Thread> {
  const { control } = journey.slack;
  await control.shortcut({ user: MARIA, callbackId: "parley_new" });
  await control.until(() => control.modals(MARIA).length === 1);
  const [view] = control.modals(MARIA) as [{ readonly id: string }];
  const option = { text: { type: "plain_text", text: "pair" }, value: "pair" };
  const values = {
    task: { value: { type: "plain_text_input", value: "find a colour" } },
    team: { value: { type: "static_select", selected_option: option } },
    channel: { value: { type: "conversations_select", selected_conversation: GENERAL } },
  };
  expect(await control.submit({ user: MARIA, viewId: view.id, values })).toMatchObject({ acked: true });
  const root = () => control.channel(GENERAL).find(({ text }) => text.includes("find a colour"));
  await control.until(() => root() !== undefined);
  return journey.thread(GENERAL, root()?.ts ?? "");
}

const directly = (journey: Journey): readonly ThreadMessage[] => journey.slack.control.channel("D0MARIA");
const filesOf = (messages: readonly ThreadMessage[]) => messages.flatMap(({ files }) => files.map(({ name }) => name));
const shared = (thread: Thread) => thread.messages().filter((message) => wordsOf(message).includes("shared by"));

function idIn(metadata: unknown): unknown {
  const { event_payload: payload } = (typeof metadata === "string" ? JSON.parse(metadata) : metadata) as {
    readonly event_payload: { readonly o: string };
  };
  return payload.o;
}
