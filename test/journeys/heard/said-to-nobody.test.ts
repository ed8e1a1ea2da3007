import { expect, test } from "vitest";
import { GENERAL, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { line, rich, text } from "../../support/slack/shapes/shape-parts.ts";

const BOT = "U0PARLEY";
const [MENTION, bot] = [`<@${BOT}> plan`, { type: "user", user_id: BOT }];
const says = (subtype: string, words: string, more: object = {}) => ({ subtype, text: words, ...more });
const THERE = { type: "message", user: MARIA, ts: "1899999998.000100", text: MENTION };

/** Messages that name the app and speak to nobody: what Slack says of a place by itself, what is shown, what bots say, what was said before. */
const SAID: { readonly [is: string]: object } = {
  "somebody joins": says("channel_join", `<@${BOT}> has joined the channel`),
  "the topic": says("channel_topic", `set the channel topic: ask <@${BOT}>`, { topic: `ask <@${BOT}>` }),
  "the purpose": says("channel_purpose", MENTION, { purpose: MENTION }),
  "the name": says("channel_name", MENTION, { name: "plans" }),
  "it is archived": says("channel_archive", MENTION),
  "a pin": says("pinned_item", MENTION),
  "a reminder": says("reminder_add", `set up a reminder to ask <@${BOT}>`),
  "an app is added": says("bot_add", MENTION),
  "a huddle": says("huddle_thread", MENTION, { room: { id: "R1" } }),
  "a new chat": says("assistant_app_thread", MENTION),
  "a tombstone": says("tombstone", "This message was deleted.", { user: "USLACKBOT", hidden: true }),
  "Slackbot answers": says("slackbot_response", MENTION, { user: "USLACKBOT" }),
  "Slack itself": { user: "USLACK", text: MENTION },
  "keys are withdrawn": says("ekm_access_denied", MENTION, { user: "UREVOKEDU" }),
  "a bot that nobody named": says("bot_message", MENTION, { user: undefined, bot_id: "B0OTHER", username: "x" }),
  "a deletion": says("message_deleted", "", { user: undefined, hidden: true, deleted_ts: THERE.ts, previous_message: THERE }),
  "a count of replies": says("message_replied", "", { user: undefined, hidden: true, message: { ...THERE, thread_ts: THERE.ts, reply_count: 1 } }), // prettier-ignore
  "an edit of other words": says("message_changed", "", { user: undefined, hidden: true, message: { ...THERE, text: "b" }, previous_message: { ...THERE, text: "a" } }), // prettier-ignore
  "code in a line": { text: `\`${MENTION}\``, blocks: [rich(line({ ...bot, style: { code: true } }, text(" plan", { code: true })))] },
  "a block of code": { text: `\`\`\`${MENTION}\`\`\``, blocks: [rich({ type: "rich_text_preformatted", elements: [bot, text(" plan")] })] },
  "a quotation": { text: `&gt; ${MENTION}\nhe asked`, blocks: [rich({ type: "rich_text_quote", elements: [bot, text(" plan")] }, line(text("he asked")))] }, // prettier-ignore
  "a quotation without blocks": { text: `&gt; ${MENTION}` },
  "a quotation to the end": { text: `&gt;&gt;&gt; ${MENTION}\nmore` },
  "a mention that was typed out": { text: `&lt;@${BOT}&gt; plan`, blocks: [rich(line(text(MENTION)))] },
};

test("what names the app and speaks to nobody begins nothing, and is answered by nobody", async () => {
  const journey = await openJourney({ file: PAIR, replies: { Ana: ["Fine. DONE"] } });
  const { control } = journey.slack;
  for (const [nth, said] of Object.values(SAID).entries()) {
    const ts = `19000${String(10_000 + nth)}.000100`;
    await control.event({ type: "message", channel: GENERAL, channel_type: "channel", user: MARIA, ts, event_ts: ts, ...said });
  }
  await journey.quiet();
  expect([...control.calls("chat.postMessage"), ...control.calls("chat.postEphemeral"), ...control.calls("reactions.add")]).toEqual([]);
  // It hears all the same.
  await (await journey.mention("@parley plan")).ended();
  expect(journey.problems).toEqual([]);
});
