import { expect, test } from "vitest";
import { openJourney, PAIR, type Journey } from "../../support/journey.ts";
import type { Fault } from "../../../local-slack/index.ts";
import { wordsOf, type Thread } from "../../support/slack/thread.ts";

const TALK = { file: PAIR, replies: { Ana: ["One.", "Three."], Ben: ["Two.", "Four. DONE"] }, writeTimeoutMs: 300 };
const TURNS = ["Ana: One.", "Ben: Two.", "Ana: Three.", "Ben: Four."];

const FAULTS: readonly (readonly [Fault["kind"], Partial<Fault>])[] = [
  ["ratelimited", { retryAfterSeconds: 2 }],
  ["status500", {}],
  ["status500_after", {}],
  ["timeout_after", {}],
  ["reset", {}],
  ["reset_after", {}],
];

test.each(FAULTS)("when posting fails (%s), at once and then in mid-run, every message is there once and in order", async (kind, more) => {
  const journey = await openJourney(TALK);
  const { control } = journey.slack;
  control.fault({ method: "chat.postMessage", kind, ...more });
  const thread = await journey.mention("@parley count to four");
  await thread.until(() => thread.ofKind("turn").length === 1);
  control.fault({ method: "chat.postMessage", kind, ...more });
  await thread.ended();
  expect(thread.turns()).toEqual(TURNS);
  expect(thread.messages()).toHaveLength(1 + 1 + 4 + 1);
  expect(control.calls("chat.postMessage").filter(({ ok }) => !ok)).toHaveLength(2);
});

test("when nothing answers in time and looking fails as well, it goes on once Slack is back", async () => {
  const journey = await openJourney(TALK);
  const { control } = journey.slack;
  control.fault({ method: "chat.postMessage", kind: "reset_after" });
  control.fault({ method: "conversations.replies", kind: "error", code: "internal_error", times: 3 });
  const thread = await journey.mention("@parley count to four");
  await thread.ended();
  expect(thread.turns()).toEqual(TURNS);
});

test("when every method fails now and then, every message is there once and in order", async () => {
  const journey = await openJourney(TALK);
  const { control } = journey.slack;
  const thread = await journey.mention("@parley count to four");
  for (const kind of ["status500_after", "reset", "ratelimited", "status500", "reset_after"] as const)
    control.fault({ method: "*", kind, times: 2 });
  await thread.ended();
  expect(thread.turns()).toEqual(TURNS);
});

test("a card whose edits fail is brought up to date by the next", async () => {
  const journey = await openJourney(TALK);
  for (const kind of ["status500_after", "ratelimited"] as const) journey.slack.control.fault({ method: "chat.update", kind, times: 1 });
  const thread = await journey.mention("@parley count to four");
  await thread.ended();
  expect(wordsOf(thread.ofKind("card")[0] ?? (thread.messages()[0] as never))).toContain("is done");
});

test.each(["warning", "refresh_requested", "link_disabled"] as const)(
  "the sockets are closed in mid-run (%s), and opened again; nothing is lost",
  async (reason) => {
    const { journey, thread } = await asking();
    const { control } = journey.slack;
    control.disconnect(reason);
    await control.until(() => control.calls("apps.connections.open").length >= 3 && control.connected());
    await thread.reply("blue");
    await thread.ended();
    expect(thread.turns()).toEqual(["Ana: You said blue."]);
  },
);

test("what people write in the thread while no socket is open is read back, in order and once", async () => {
  const { journey, thread } = await asking();
  const { control } = journey.slack;
  control.fault({ method: "apps.connections.open", kind: "status500", times: 6 });
  control.disconnect("link_disabled");
  await control.until(() => !control.connected());
  await thread.reply("blue");
  await thread.reply("or rather green");
  await control.until(() => control.connected());
  await thread.ended();
  // Slack sends again what was not acked.
  await control.redeliver();
  await journey.quiet();
  expect(thread.turns()).toEqual(["Ana: You said or rather green."]);
  const heard = (await thread.log()).flatMap((event) => (event.type === "message.posted" && "person" in event ? [event.text] : []));
  expect(heard).toEqual(["choose a colour", "blue", "or rather green"]);
});

test("a mention that came while no socket was open is heard when Slack sends it again", async () => {
  const journey = await openJourney(TALK);
  const { control } = journey.slack;
  control.fault({ method: "apps.connections.open", kind: "status500", times: 6 });
  control.disconnect("link_disabled");
  await control.until(() => !control.connected());
  const thread = await journey.mention("@parley count to four");
  await control.until(() => control.connected());
  await control.redeliver();
  await thread.ended();
  expect(thread.turns()).toEqual(TURNS);
});

/** A run that waits for a person. */
async function asking(): Promise<{ journey: Journey; thread: Thread }> {
  const question = { toolCalls: [{ name: "transfer_to_human", args: { question: "Which colour?" } }] };
  const journey = await openJourney({ file: PAIR, replies: { Ana: [question, "You said {{last}}. DONE"] } });
  const thread = await journey.mention("@parley choose a colour");
  await thread.until(() => thread.ofKind("question").length === 1);
  return { journey, thread };
}
