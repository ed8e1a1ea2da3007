import { expect, test } from "vitest";
import { GENERAL, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { wordsOf, type Thread } from "../../support/slack/thread.ts";

const { pair } = PAIR.teams;
const FILE = { ...PAIR, models: { scripted: { provider: "replay", file: "replies.yml", wordDelayMs: 400 } } };
const LONG = `A plum is a fruit of some species in Prunus. ${"It is eaten fresh and dried. ".repeat(6)}\n\n- **one**\n- two`;
const REPLIES = { Ana: [LONG], Ben: [`So it is: ${"plums keep well. ".repeat(8)}DONE`] };
const DM = "D0MARIA";

async function ask(journey: Journey): Promise<Thread> {
  const { ts } = await journey.slack.control.post({ user: MARIA, channel: DM, text: "what is a plum?" });
  return journey.thread(DM, ts);
}
const calls = (journey: Journey, method: string) => journey.slack.control.calls(method);
const shape = (thread: Thread) =>
  thread.ofKind("turn").map(({ username, text, blocks, metadata }) => ({
    username,
    words: text.slice(0, 20),
    blocks: (blocks as readonly { type: string }[]).map(({ type }) => type),
    id: metadata?.event_payload["o"],
  }));

test("in a direct message a turn grows under its persona, and ends as the message that would have been posted", async () => {
  const journey = await openJourney({ file: FILE, replies: REPLIES });
  const thread = await ask(journey);
  await thread.until(() =>
    thread.messages().some(({ username, metadata, text }) => username === "Ana" && !metadata && text.startsWith("A plum is")),
  );
  await thread.ended();
  expect(calls(journey, "chat.startStream").length).toBe(2);
  expect(calls(journey, "chat.startStream")[0]?.args).toMatchObject({ username: "Ana", icon_emoji: ":owl:" });
  expect(calls(journey, "chat.appendStream").length).toBeGreaterThan(1);
  expect(calls(journey, "chat.stopStream").filter(({ ok }) => ok)).toHaveLength(2);
  expect(calls(journey, "chat.delete")).toEqual([]);
  const posted = await openJourney({ file: FILE, replies: REPLIES });
  posted.slack.control.fault({ method: "chat.startStream", kind: "error", code: "unknown_method", times: 10 });
  const plain = await ask(posted);
  await plain.ended();
  expect(calls(posted, "chat.stopStream")).toEqual([]);
  expect(shape(thread)).toEqual(shape(plain));
  expect(thread.ofKind("turn").map(wordsOf).map(withoutCost)).toEqual(plain.ofKind("turn").map(wordsOf).map(withoutCost));
  expect(posted.problems).toEqual(["chat.startStream is not available here (unknown_method); turns are posted when they are finished"]);
});
const withoutCost = (words: string): string => words.replaceAll(/ · [\d.k]+ tokens/g, "");

test("in a channel, and for a team with a guard on what people read, nothing grows", async () => {
  const guarded = { ...FILE, teams: { pair: { ...pair, guards: [{ guard: "personal-data", at: ["people"], found: "mask" }] } } };
  const journey = await openJourney({ file: guarded, replies: REPLIES });
  const thread = await ask(journey);
  await thread.ended();
  const open = await openJourney({ file: FILE, replies: REPLIES });
  await (await open.mention("@parley what is a plum?", { channel: GENERAL })).ended();
  expect([...calls(journey, "chat.startStream"), ...calls(open, "chat.startStream")]).toEqual([]);
  expect(thread.turns()).toHaveLength(2);
});

test.each([
  ["is cut by Slack", { method: "chat.appendStream", kind: "error", code: "message_not_in_streaming_state", times: 50 }],
  ["is begun, and the answer lost", { method: "chat.startStream", kind: "status500_after", times: 1 }],
  ["is added to, and the answer lost", { method: "chat.appendStream", kind: "status500_after", times: 1 }],
  ["ends, and the answer is lost", { method: "chat.stopStream", kind: "status500_after", times: 1 }],
  ["ends, and Slack says no", { method: "chat.stopStream", kind: "error", code: "message_not_in_streaming_state", times: 1 }],
] as const)("a turn whose stream %s is there once, and whole", async (_name, fault) => {
  const journey = await openJourney({ file: FILE, replies: REPLIES });
  journey.slack.control.fault(fault);
  const thread = await ask(journey);
  await thread.ended();
  const turns = thread.messages().filter(({ username }) => username === "Ana" || username === "Ben");
  expect(turns.map((turn) => [turn.username, wordsOf(turn).split("\n")[0]?.slice(0, 12), turn.metadata?.event_payload["k"]])).toEqual([
    ["Ana", "A plum is a ", "turn"],
    ["Ben", "So it is: pl", "turn"],
  ]);
  // The one after it grows as if nothing had been.
  expect(calls(journey, "chat.startStream").map(({ args }) => args["username"])).toContain("Ben");
});

test("what an agent writes beside a call is no turn, and goes", async () => {
  const words = `${"Let me look that up before I say more. ".repeat(6)}`;
  const file = { ...FILE, teams: { pair: { ...pair, agents: [{ ...pair.agents[0], handoffs: ["human"] }, pair.agents[1]] } } };
  const replies = {
    Ana: [{ text: words, toolCalls: [{ name: "transfer_to_human", args: { question: "Which plum?" } }] }, LONG],
    Ben: REPLIES.Ben,
  };
  const journey = await openJourney({ file, replies });
  const thread = await ask(journey);
  await thread.until(() => thread.ofKind("question").length === 1);
  await thread.until(() => thread.messages().every(({ username }) => username !== "Ana"));
  await thread.reply("A blue one.", MARIA);
  await thread.ended();
  expect(thread.turns().map((turn) => turn.slice(0, 14))).toEqual(["Ana: A plum is", "Ben: So it is:"]);
});
