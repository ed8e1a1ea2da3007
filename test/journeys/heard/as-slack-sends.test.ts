import { expect, test } from "vitest";
import { GENERAL, MARIA } from "../../support/journey.ts";
import { allAcked } from "../../support/slack/acked.ts";
import { openBehind, rootIn } from "../../support/slack/behind-door.ts";
import { signed } from "../../support/slack/http-door.ts";
import { MESSAGE_SHAPES } from "../../support/slack/shapes/message-shapes.ts";
import type { MessageShape } from "../../support/slack/shapes/shape-parts.ts";
import { createThread, type Thread } from "../../support/slack/thread.ts";

// Whatever shape a message has, its words reach the agents through either door, and nobody is told that there were none.

const LIMITED = { type: "app_rate_limited", token: "x", team_id: "T0LOCAL", minute_rate_limited: 1_795_837_000, api_app_id: "A0PARLEY" };
const DIRECT = "D0MARIA";

/** What of a shape was not read as it must be. */
const missed = ({ is, reads, not = [] }: MessageShape, read: string): readonly string[] => [
  ...reads.filter((words) => !read.includes(words)).map((words) => `${is}: ${JSON.stringify(words)} was not read in\n${read.slice(-600)}`),
  ...not.filter((words) => read.includes(words)).map((words) => `${is}: ${JSON.stringify(words)} was read`),
];

test.each(["socket", "http"] as const)(
  "over %s, a message of whatever shape is read, and nobody is told that it was empty",
  async (door) => {
    const { desk, slack, parley, problems, control } = await openBehind(door, { rateLimits: false });
    const wrong: string[] = [];
    const threads: Thread[] = [];
    for (const [nth, shape] of MESSAGE_SHAPES.entries()) {
      const root = await rootIn(slack, DIRECT);
      const ts = `1900000000.${String(100 + nth).padStart(6, "0")}`;
      await control.event({
        type: "message",
        user: MARIA,
        channel: DIRECT,
        channel_type: "im",
        ts,
        event_ts: ts,
        thread_ts: root,
        ...shape.message,
      });
      const ana = await desk.asked("Ana");
      wrong.push(...missed(shape, ana.read));
      ana.answer("Seen. DONE");
      threads.push(createThread({ slack, parley, channel: DIRECT, ts: root }));
    }
    for (const thread of threads) await thread.ended();
    expect(wrong.join("\n\n")).toBe("");
    expect(control.calls("chat.postEphemeral")).toEqual([]);
    expect(problems.filter((problem) => /broke|Error|understood/.test(problem))).toEqual([]);
  },
);

test.each(["socket", "http"] as const)("over %s, what names nobody and what is no event is acked, and nothing is begun", async (door) => {
  const { slack, parley, control, problems } = await openBehind(door, { rateLimits: false });
  for (const context of [
    { entities: [{ type: "slack#/types/channel_id", value: GENERAL, team_id: slack.teamId }] },
    {
      entities: [
        { type: "slack#/types/canvas_id", value: "F0CANVAS" },
        { type: "slack#/types/message_context", value: { message_ts: "1.2" } },
      ],
    },
    { entities: [] },
    { entities: null },
    {},
  ])
    await control.event({ type: "app_context_changed", context });
  await control.event({ type: "app_context_changed", user: MARIA, channel: DIRECT, context: { entities: [{ type: "slack#/types/channel_id", value: GENERAL }] } }); // prettier-ignore
  // The SDK that carries the local Slack's envelopes to the other door cannot read this one.
  if (door === "socket") control.limitEvents(1_000);
  else await fetch(`http://127.0.0.1:${parley.httpPort()}/slack/events`, signed(JSON.stringify(LIMITED)));
  await allAcked(slack);
  await expect.poll(() => parley.store.unhandled(1)).toEqual([]);
  expect(problems.filter((problem) => /broke|Error|understood/.test(problem))).toEqual([]);
  expect(problems.join("\n")).toMatch(/Slack drops events \(app_rate_limited\)/);
  expect(control.calls("chat.postMessage")).toEqual([]);
});

test("an edit whose words change within a table alone is one; a preview that Slack adds is none", async () => {
  const { desk, slack, parley, control } = await openBehind("socket", { rateLimits: false });
  const root = await rootIn(slack, DIRECT);
  const says = (ts: string, message: object) =>
    control.event({ type: "message", user: MARIA, channel: DIRECT, channel_type: "im", ts, event_ts: ts, thread_ts: root, ...message });
  const table = (sum: string) => [{ id: 1, fallback: "[no preview available]", blocks: [{ type: "table", rows: [[{ type: "raw_text", text: sum }]] }] }]; // prettier-ignore
  const edits = (ts: string, of: string, before: object, after: object) =>
    says(ts, {
      subtype: "message_changed",
      hidden: true,
      message: { type: "message", user: MARIA, ts: of, thread_ts: root, ...after },
      previous_message: { type: "message", user: MARIA, ts: of, thread_ts: root, ...before },
    });
  await says("1900000000.000001", { text: "look" });
  const ana = await desk.asked("Ana");
  const read = { text: "read <https://x.example/a>" };
  await says("1900000000.000002", { text: "which?", attachments: table("99") });
  await says("1900000000.000003", read);
  await edits(
    "1900000000.000004",
    "1900000000.000002",
    { text: "which?", attachments: table("99") },
    { text: "which?", attachments: table("98") },
  );
  await edits("1900000000.000005", "1900000000.000003", read, {
    ...read,
    attachments: [{ from_url: "https://x.example/a", title: "An advertisement" }],
  });
  await allAcked(slack);
  await expect.poll(() => parley.store.unhandled(1)).toEqual([]);
  ana.answer("A moment.");
  const ben = await desk.asked("Ben");
  expect(ben.read).toContain("a table in the message: | 98 |");
  expect(ben.read).not.toContain("| 99 |");
  ben.answer("It is 98. DONE");
  const thread = createThread({ slack, parley, channel: DIRECT, ts: root });
  await thread.ended();
  expect((await thread.log()).filter(({ type }) => type === "message.edited")).toHaveLength(1);
});
