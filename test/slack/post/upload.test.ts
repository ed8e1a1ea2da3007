import { afterEach, expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { createBucket } from "../../../src/slack/api/pacer.ts";
import { createWeb } from "../../../src/slack/api/web-client.ts";
import { createPace } from "../../../src/slack/post/pace.ts";
import { uploadLooking } from "../../../src/slack/post/upload.ts";
import { uploadToPerson } from "../../../src/slack/post/upload-to-person.ts";
import { placeOf } from "../../../src/slack/words/place.ts";
import type { Store } from "../../../src/store/store.ts";
import { ran, says, started } from "../log.ts";
import { posting, type Posting, type PostingOptions } from "../posting.ts";

let world: Posting | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});
async function begin(options?: PostingOptions): Promise<Posting> {
  return (world = await posting(options));
}

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

/** A code run that left this file behind, and the end of its turn, under which the file stands. */
async function leaves(parley: Posting, name = "plot.png", content: Uint8Array = PNG, bytes = content.byteLength): Promise<EventBody[]> {
  const files = [{ hash: await parley.store.putFile(content), name, mediaType: "image/png", bytes }];
  return [ran("", { files }), SKIPPED];
}
const SKIPPED: EventBody = { type: "turn.skipped", agent: "Runner", person: { id: "U0MARIA", name: "Maria" } };
/** Without the lines that say whose turn was skipped. */
const withoutSkips = (parley: Posting, thread: string) =>
  parley.said(thread).flatMap(({ text }) => (text === "The turn of Runner was skipped." ? [] : [text]));
const filesIn = (parley: Posting, thread: string) => parley.said(thread).flatMap((message) => message.files.map((file) => file.name));
const calls = (parley: Posting, method: string) => parley.slack.control.calls(method).length;

test("a file that code left is uploaded into the thread, described for those who do not see it, between the messages before and after", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), ...(await leaves(parley)), says("Coder", "See above."));
  await parley.settle();
  expect(parley.lines(thread)).toEqual([
    "app: coding: a new run",
    "app: The turn of Runner was skipped.",
    "app: [plot.png]",
    "Coder: See above.",
  ]);
  expect(parley.said(thread)[2]?.text).toBe("plot.png (70 bytes), from *Runner*");
  expect(parley.slack.control.calls("files.getUploadURLExternal")[0]?.args).toMatchObject({
    filename: "plot.png",
    alt_txt: "plot.png, made by code that Runner ran",
  });
  const served = await fetch(`${parley.slack.url}files/${parley.said(thread)[2]?.files[0]?.id}/plot.png`);
  expect(Buffer.from(await served.arrayBuffer()).equals(PNG)).toBe(true);
});

for (const kind of ["status500_after", "reset_after"] as const) {
  test(`a file whose last call fails after it was shared (${kind}) is found, and not shared again`, async () => {
    const parley = await begin();
    const thread = await parley.thread();
    parley.slack.control.fault({ method: "files.completeUploadExternal", kind });
    await parley.record(thread, started(), ...(await leaves(parley)));
    await parley.settle();
    expect(filesIn(parley, thread)).toEqual(["plot.png"]);
    expect(calls(parley, "files.completeUploadExternal")).toBe(1);
  });
}

test("a file whose last call fails before it was shared is looked for, and shared", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  parley.slack.control.fault({ method: "files.completeUploadExternal", kind: "status500" });
  await parley.record(thread, started(), ...(await leaves(parley)));
  await parley.settle();
  expect(filesIn(parley, thread)).toEqual(["plot.png"]);
  expect(calls(parley, "files.info")).toBe(2);
});

test("an upload that a crash cut off is not doubled by the next process", async () => {
  const first = await begin();
  const thread = await first.thread();
  first.slack.control.fault({ method: "files.completeUploadExternal", kind: "reset_after" });
  await first.record(thread, started(), ...(await leaves(first)));
  await first.clock.run(first.slack.control.until(() => filesIn(first, thread).length === 1));
  const second = (world = await first.restart());
  await second.settle();
  expect(filesIn(second, thread)).toEqual(["plot.png"]);
  expect(await second.store.duePosts(undefined, 10)).toEqual([]);
});

test("a file is uploaded later when Slack says slow down", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  parley.slack.control.fault({ method: "files.getUploadURLExternal", kind: "ratelimited", retryAfterSeconds: 20 });
  await parley.record(thread, started(), ...(await leaves(parley)));
  await parley.settle();
  const [refused, taken] = parley.slack.control.calls("files.getUploadURLExternal");
  expect((taken?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(20_000);
  expect(filesIn(parley, thread)).toEqual(["plot.png"]);
});

test("without the right to upload the file is named in the thread, with the mend, and the operator is told once", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  parley.slack.control.withoutScope("files:write");
  await parley.record(thread, started(), ...(await leaves(parley)), ...(await leaves(parley, "data <1>.csv")));
  await parley.settle();
  expect(withoutSkips(parley, thread)).toEqual([
    "coding: a new run",
    "plot.png (70 bytes) could not be uploaded: the app lacks the scope files:write; add it and install the app again. It is kept in Parley's log.",
    "data &lt;1&gt;.csv (70 bytes) could not be uploaded: the app lacks the scope files:write; add it and install the app again. It is kept in Parley's log.",
  ]);
  expect(parley.problems).toEqual([{ kind: "degraded", feature: "files", code: "missing_scope" }]);
});

test("a server that knows no uploads, a file over the limit, and one whose content is gone are said, not hidden", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  parley.slack.control.fault({ method: "files.getUploadURLExternal", kind: "error", code: "unknown_method" });
  await parley.record(thread, started(), ...(await leaves(parley)));
  await parley.record(thread, ...(await leaves(parley, "huge.bin", PNG, 30_000_000)));
  const lost = { hash: "0".repeat(64), name: "lost.txt", mediaType: "text/plain", bytes: 10 };
  await parley.record(thread, ran("", { files: [lost] }), SKIPPED);
  await parley.settle();
  const said = withoutSkips(parley, thread);
  expect(said[1]).toContain("plot.png (70 bytes) could not be uploaded: this server takes no uploads");
  expect(said[2]).toContain("huge.bin (30.0 MB) was not uploaded: files over 10.0 MB");
  expect(said[3]).toContain("lost.txt (10 bytes) could not be uploaded: its content is gone");
});

test("the whole of a turn that is too long for messages is a file behind them", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), says("Coder", `${"word ".repeat(99)}end.\n\n`.repeat(200)));
  await parley.settle();
  expect(parley.lines(thread).map((line) => line.slice(0, 11))).toEqual([
    "app: coding",
    "Coder: word",
    "Coder: word",
    "Coder: word",
    "app: [turn-",
  ]);
});

/** A process that finds out, once it is asked before the second call that writes, that it was taken for gone: what it did alone is another's. */
function takenForGone({ slack, store }: Posting) {
  const lost = new AbortController();
  let asked = 0;
  const beforeWriting = async () => (++asked === 2 ? lost.abort() : undefined);
  const alone: Store = { ...store, exclusively: (_key, job) => job(lost.signal) };
  return { web: createWeb({ token: slack.botToken, apiUrl: slack.apiUrl, beforeWriting }), store: alone, asked: () => asked };
}

test("a file that somebody asked for is not shared by a process that was taken for gone on the way to it, in a thread or with a person", async () => {
  const parley = await begin();
  const { clock } = parley;
  const thread = await parley.thread();
  const file = { name: "a.txt", alt: "a", comment: "a", bytes: PNG };
  const inThread = takenForGone(parley);
  const uploading = uploadLooking(
    { kind: "file", content: { text: "" }, ...file },
    placeOf(thread) ?? { team: "", channel: "", ts: "" },
    { id: 1, thread, seq: 1, kind: "transcript", part: 0, sendingSince: undefined },
    { ...inThread, clock, bucket: createBucket({ perMinute: 40, burst: 8, clock }), signal: new AbortController().signal },
  );
  const ended = (job: Promise<unknown>) => clock.run(job.catch((error: unknown) => error));
  // Nobody is told that it was not sent: another one sends it.
  expect(String(await ended(uploading))).toMatch(/the file a\.txt is left to another process/);
  const withPerson = takenForGone(parley);
  const sending = uploadToPerson({ ...withPerson, clock, pace: createPace(clock) }, { key: "k", user: "U0MARIA", file });
  expect(String(await ended(sending))).toMatch(/the file a\.txt is left to another process/);
  expect([inThread.asked(), withPerson.asked(), calls(parley, "files.completeUploadExternal")]).toEqual([2, 2, 0]);
});
