import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { eventually } from "../../support/patience.ts";
import { GENERAL, JONAS, listening, MARIA, waitsIn, type Listening } from "../heard.ts";

// What comes when it can be done no more, or in another way than it was asked for.

let parley: Listening;
beforeAll(async () => {
  parley = await listening();
});
afterAll(() => parley.close());

type Json = { readonly [field: string]: unknown };

async function send(payload: Json): Promise<void> {
  expect(await parley.slack.control.deliver({ user: JONAS, payload })).toEqual({ acked: true });
  await parley.quiet();
}

const told = () => parley.slack.control.calls("chat.postMessage").flatMap(({ args }) => (args["channel"] === JONAS ? [args["text"]] : []));

test("files that come behind their words answer nothing that was asked since, and are nothing more once the run is over", async () => {
  const ts = "1800000000.000100";
  const said = { channel: GENERAL, user: MARIA, text: "<@U0PARLEY> research: read this", ts };
  const event = async (more: Json & { readonly type: string }) => {
    await parley.slack.control.event({ ...said, ...more });
    await parley.quiet();
  };
  await event({ type: "app_mention" });
  await waitsIn(parley, ts, "handoff.made");
  const files = [{ id: "F0GONE", mode: "tombstone", name: "plan.pdf" }];
  await event({ type: "message", channel_type: "channel", subtype: "file_share", files });
  const words = (await parley.log(ts)).flatMap((one) =>
    one.type === "message.posted" && "person" in one ? [[one.text, one.answers]] : [],
  );
  expect(words).toEqual([
    ["read this", undefined],
    ["", 0],
  ]);
  await event({ type: "message", channel_type: "channel", text: "left", ts: "1800000001.000100", thread_ts: ts });
  await eventually(async () => expect(await parley.running(ts)).toBe(false));
  const say = vi.spyOn(parley.runner, "say");
  onTestFinished(() => say.mockRestore());
  await event({ type: "app_mention", edited: { ts: "1800000002.000100" } });
  expect(say).not.toHaveBeenCalled();
});

test("an answer in a form that comes back when the run is over is not left without a word", async () => {
  const ts = await parley.post("@parley research: which way");
  const seq = await waitsIn(parley, ts, "handoff.made");
  await parley.post("stop", { threadTs: ts });
  await eventually(async () => expect(await parley.running(ts)).toBe(false));
  const about = { thread: `${parley.slack.teamId}/${GENERAL}/${ts}`, seq };
  const state = { values: { words: { value: { value: "left" } } } };
  const view = { id: "V0ANSWER", type: "modal", callback_id: "parley_answer", private_metadata: JSON.stringify(about), state };
  await send({ type: "view_submission", view });
  await eventually(() => expect(parley.whispers(JONAS).at(-1)).toMatch(/^The run was over before your words came/));
  expect(await parley.heard(ts)).toEqual(["Maria: which way"]);
});

test("who may not look in is told so in another way, where Slack does not open the note", async () => {
  const secret = parley.slack.control.addChannel("plums", { isPrivate: true, members: [MARIA] });
  parley.slack.control.fault({ method: "views.open", kind: "error", code: "expired_trigger_id" });
  const value = JSON.stringify({ v: "log", thread: `${parley.slack.teamId}/${secret}/1700000000.000100`, r: "x", seq: 1 });
  await send({
    type: "block_actions",
    container: { type: "view", view_id: "V0HOME" },
    view: { id: "V0HOME", type: "home", callback_id: "", private_metadata: "", state: { values: {} } },
    actions: [{ type: "button", block_id: "b", action_id: "parley.home.log", value, action_ts: "1800000003.000100" }],
  });
  await eventually(() => expect(told()).toEqual([expect.stringContaining("You are not in")]));
});
