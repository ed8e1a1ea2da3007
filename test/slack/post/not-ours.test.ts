import { expect, onTestFinished, test } from "vitest";
import { APP_ID } from "../../../local-slack/state/seed.ts";
import { placeOf } from "../../../src/slack/words/place.ts";
import { says, started } from "../log.ts";
import { DIRECT, posting, type Posting } from "../posting.ts";

// Any app in a workspace can put any metadata, and any name, on a message of its own.

const CODER = { name: "Coder" };
const marked = (o: string) => ({ event_type: "parley_msg", event_payload: { o, r: "run-1", n: 2, k: "turn" } });

async function begin(): Promise<Posting> {
  const parley = await posting();
  onTestFinished(() => parley.close());
  return parley;
}

/** What another app posts in a thread. */
const another = (
  parley: Posting,
  thread: string,
  posted: { readonly text: string; readonly o?: string; readonly app?: { readonly name: string; readonly appId?: string } },
) => {
  const { channel = "", ts: threadTs = "" } = placeOf(thread) ?? {};
  const { o, text, app = CODER } = posted;
  return parley.slack.control.postAsApp({ app, as: "webhook", channel, threadTs, text, ...(o ? { metadata: marked(o) } : {}) });
};

test.each(["status500", "status500_after"] as const)(
  "another app's message with the mark of a turn is not taken for it, where the post of the turn fails (%s)",
  async (kind) => {
    const parley = await begin();
    const thread = await parley.thread();
    await another(parley, thread, { text: "not a turn", o: "2.turn.0" });
    await parley.record(thread, started());
    await parley.settle();
    parley.slack.control.fault({ method: "chat.postMessage", kind });
    await parley.record(thread, says("Coder", "Once."));
    await parley.settle();
    expect(parley.lines(thread).filter((line) => line.startsWith("Coder"))).toEqual(["Coder: Once."]);
    const turn = parley.said(thread).find(({ text }) => text.startsWith("Once"));
    expect(await parley.store.receipt(thread, 2, "turn")).toBe(turn?.ts);
  },
);

test("a turn that the app posted with an earlier bot id, under a persona, is not posted twice", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  const { ts } = await another(parley, thread, { text: "Once.", o: "2.turn.0", app: { ...CODER, appId: APP_ID } });
  await parley.record(thread, started());
  await parley.settle();
  parley.slack.control.fault({ method: "chat.postMessage", kind: "status500" });
  await parley.record(thread, says("Coder", "Once."));
  await parley.settle();
  expect(parley.said(thread).flatMap(({ text, ts: at }) => (text.startsWith("Once") ? [at] : []))).toEqual([ts]);
  expect(await parley.store.receipt(thread, 2, "turn")).toBe(ts);
});

test("another app's message under an agent's name is not taken for what the agent had begun to write", async () => {
  const parley = await begin();
  const thread = await parley.thread(DIRECT);
  await parley.record(thread, started());
  await parley.settle();
  await another(parley, thread, { text: "not yours" });
  parley.slack.control.fault({ method: "chat.startStream", kind: "status500" });
  await parley.write(thread, "Coder", "I am ");
  await parley.record(thread, says("Coder", "I am done."));
  await parley.settle();
  expect(parley.slack.control.thread(DIRECT, placeOf(thread)?.ts ?? "").map(({ text }) => text)).toContain("not yours");
  expect(parley.slack.control.calls("chat.delete")).toEqual([]);
});
