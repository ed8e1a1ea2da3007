import { afterEach, expect, test } from "vitest";
import { GENERAL, JONAS, listening, MARIA, waitsIn, type Listening } from "../heard.ts";

let parley: Listening;
afterEach(() => parley.close());

const ALERTS = { bot_id: "B0ALERTS", subtype: "bot_message", username: "Alerts" };
let nth = 0;
/** A message as Slack sends it, of a shape that people do not write here. */
async function arrives(message: object): Promise<string> {
  const ts = `190000000${nth++}.000100`;
  await parley.slack.control.event({ type: "message", ts, event_ts: ts, ...message });
  await parley.quiet();
  return ts;
}

test("a bot has no words of command, and none of them is its task; an alert that stands below one is", async () => {
  parley = await listening({ parts: { bots: ["B0ALERTS"] } });
  const inChannel = { channel: GENERAL, channel_type: "channel", ...ALERTS };
  for (const text of ["stop", "*stop* :octagonal_sign:", "Stopp!", "pause", "resume", "summary", "help", "", ":wave:", "stop\nall of it"])
    expect([text, await parley.log(await arrives({ ...inChannel, text: `<@U0PARLEY> ${text}` }))]).toEqual([text, []]);
  expect(parley.whispers("B0ALERTS")).toEqual([]);
  const begun = await arrives({ ...inChannel, text: "<@U0PARLEY> stop guessing: disk of db-4 is full" });
  expect(await parley.heard(begun)).toEqual(["Alerts: stop guessing: disk of db-4 is full"]);
  await arrives({ ...inChannel, thread_ts: begun, text: "stop" });
  // In a run it is for the agents, as all that a bot says.
  expect(await parley.running(begun)).toBe(true);
  expect(await parley.heard(begun)).toHaveLength(2);
});

test("words to the bot of a kind that Slack has not told of are heard; what Slack says by itself is not", async () => {
  parley = await listening();
  const direct = { channel: "D0MARIA", channel_type: "im", user: MARIA, text: "look at this" };
  for (const subtype of ["me_message", "thread_broadcast", "voice_note", "ai_dictation"])
    expect([subtype, await parley.heard(await arrives({ ...direct, subtype }), "D0MARIA")]).toEqual([subtype, ["Maria: look at this"]]);
  for (const subtype of ["huddle_thread", "channel_canvas_updated", "document_mention", "file_comment", "slackbot_response", "bot_add"])
    expect([subtype, await parley.log(await arrives({ ...direct, subtype }), "D0MARIA")]).toEqual([subtype, []]);
});

test("a form for steering gives an answer only of whoever may answer", async () => {
  parley = await listening({ parts: { allow: { answer: [MARIA] } } });
  const ts = await parley.post("@parley research: which way?");
  await waitsIn(parley, ts, "handoff.made");
  const sends = async (user: string, id: string) => {
    const view = {
      id,
      type: "modal",
      callback_id: "parley_steer",
      private_metadata: JSON.stringify({ thread: `${parley.slack.teamId}/${GENERAL}/${ts}` }),
      state: { values: { to: { value: { selected_option: { value: "-" } } }, words: { value: { value: "right" } } } },
    };
    await parley.slack.control.deliver({ user, payload: { type: "view_submission", view } });
    await parley.quiet();
  };
  await sends(JONAS, "V0JONAS");
  expect(await parley.heard(ts)).toEqual(["Maria: which way?"]);
  await sends(MARIA, "V0MARIA");
  expect(await parley.heard(ts)).toEqual(["Maria: which way?", "Maria: right"]);
  const thread = parley.slack.control.thread(GENERAL, ts).map(({ text }) => text);
  expect(thread).toContainEqual(expect.stringContaining(`<@${MARIA}> answers:`));
});
