import { afterEach, expect, test } from "vitest";
import { asks, question, says, selects, started, stopped } from "../log.ts";
import { GENERAL, idsOf, posting, type Posting, type PostingOptions } from "../posting.ts";

let world: Posting | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});
async function begin(options?: PostingOptions): Promise<Posting> {
  return (world = await posting(options));
}

/**
 * Two processes that post, and edit no cards. Time goes on from sleeper to sleeper while a mark is on its way to the disk: where one waits to edit a
 * card, posts come later than it was their time, and several at once.
 */
async function withoutCards(): Promise<readonly [Posting, Posting]> {
  const parley = await begin({ start: false });
  const other = await parley.beside();
  for (const { outbox } of [parley, other]) outbox.start();
  return [parley, other];
}

test("a run is posted in order, each agent under its own name and face, and nothing unfurls", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(
    thread,
    started(),
    asks("Add"),
    selects("Coder"),
    says("Coder", "I have **added**."),
    selects("Critic"),
    says("Critic", "Fine."),
    stopped(),
  );
  await parley.settle();

  expect(parley.lines(thread)).toEqual([
    "app: coding: Add",
    "Coder: I have **added**.",
    "Critic: Fine.",
    'app: Done: Critic said "TERMINATE"',
  ]);
  expect(parley.said(thread).map(({ icons }) => icons?.emoji ?? icons?.image_url)).toEqual([
    undefined,
    ":technologist:",
    "https://example.com/critic.png",
    undefined,
  ]);
  expect(parley.said(thread)[1]?.metadata).toEqual({
    event_type: "parley_msg",
    event_payload: { o: "4.turn.0", r: "run-1", n: 4, k: "turn" },
  });
  for (const { args } of parley.slack.control.calls("chat.postMessage"))
    expect([args["unfurl_links"], args["unfurl_media"]].map(String)).toEqual(["false", "false"]);
  expect(parley.problems).toEqual([]);
});

test("what was recorded before the start is posted at the start", async () => {
  const parley = await begin({ start: false });
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"), selects("Coder"), says("Coder", "Done."));
  parley.outbox.start();
  await parley.settle();
  expect(parley.lines(thread)).toEqual(["app: coding: Add", "Coder: Done."]);
});

test("of two processes one posts in a channel at a time: each message once, in order, at the channel's pace; when one goes the other goes on", async () => {
  const [parley, other] = await withoutCards();
  const threads = [await parley.thread(), await parley.thread()];
  const ours = [started(), asks("Add"), selects("Coder"), says("Coder", "One."), selects("Critic"), says("Critic", "Two.")];
  for (const [index, thread] of threads.entries()) await (index === 0 ? parley : other).record(thread, ...ours);
  await parley.clock.run(Promise.all([parley.outbox.idle(), other.outbox.idle()]));
  for (const thread of threads) expect(parley.lines(thread)).toEqual(["app: coding: Add", "Coder: One.", "Critic: Two."]);
  expect(parley.slack.control.calls("chat.postMessage")).toHaveLength(6);

  await other.record(threads[0] ?? "", selects("Coder"), says("Coder", "Three."));
  await other.end();
  await parley.settle();
  expect(parley.lines(threads[0] ?? "").at(-1)).toBe("Coder: Three.");
  const ids = idsOf(parley.said(threads[0] ?? ""));
  expect(new Set(ids).size).toBe(ids.length);
  expect([...parley.problems, ...other.problems]).toEqual([]);
});

test("a process that has lost its channel to another posts nothing more there; what it has at hand is the other's to look for", async () => {
  const lose: (() => void)[] = [];
  const parley = await begin({
    dispatchedBy: (dispatch) => ({
      ...dispatch,
      serve: (kind, options, handler) =>
        dispatch.serve(kind, options, (work) => handler({ ...work, onSignal: (listener) => void lose.push(() => listener("lost")) })),
    }),
  });
  const thread = await parley.thread();
  const posts = () => parley.slack.control.calls("chat.postMessage").length;
  await parley.record(thread, started(), asks("Add"), selects("Coder"), says("Coder", "One."), selects("Critic"), says("Critic", "Two."));
  while (posts() === 0) await parley.clock.advance(100);
  lose.forEach((one) => one());
  await parley.settle();
  await parley.clock.advance(60_000);
  expect(posts()).toBe(1);
  expect((await parley.store.duePosts(thread, 10)).length).toBeGreaterThan(0);

  // As whoever has it by then: each is there once.
  parley.outbox.poke();
  await parley.settle();
  expect(parley.lines(thread)).toEqual(["app: coding: Add", "Coder: One.", "Critic: Two."]);
});

test("a channel gets no more than a message a second, its threads take turns, and Slack never has to say slow down", async () => {
  const [parley] = await withoutCards();
  const [one, two] = [await parley.thread(), await parley.thread()];
  const turns = Array.from({ length: 8 }, (_, index) => says("Coder", `Turn ${index}`));
  await parley.record(one, started("a"), ...turns);
  await parley.record(two, started("b"), ...turns);
  await parley.settle();

  const posts = parley.slack.control.calls("chat.postMessage");
  expect(posts.map(({ ok }) => ok)).toEqual(posts.map(() => true));
  expect(posts).toHaveLength(18);
  expect((posts.at(-1)?.at ?? 0) - (posts[0]?.at ?? 0)).toBeGreaterThanOrEqual(16_000);
  // Neither thread waits for the other to finish.
  const threads = posts.slice(2, 14).map(({ args }) => args["thread_ts"]);
  for (let index = 2; index < threads.length; index++) expect(new Set(threads.slice(index - 2, index + 1)).size).toBe(2);
});

test("a busy channel does not hold up another one", async () => {
  const parley = await begin();
  const busy = await parley.thread();
  const other = await parley.thread("C0ENG");
  await parley.record(busy, started("a"), ...Array.from({ length: 10 }, (_, index) => says("Coder", `Turn ${index}`)));
  await parley.record(other, started("b"), says("Coder", "Quick."));
  await parley.settle();
  const posts = parley.slack.control.calls("chat.postMessage");
  const lastOther = posts.findLastIndex(({ args }) => args["channel"] === "C0ENG");
  expect(lastOther).toBeLessThan(posts.length / 2);
});

test("after a 429 the channel waits as long as Slack asked, and nothing is lost or doubled", async () => {
  const parley = await begin({ rateLimits: false });
  const thread = await parley.thread();
  parley.slack.control.fault({ method: "chat.postMessage", kind: "ratelimited", retryAfterSeconds: 30 });
  await parley.record(thread, started(), says("Coder", "One."), says("Coder", "Two."));
  await parley.settle();
  const posts = parley.slack.control.calls("chat.postMessage");
  expect(posts.map(({ ok }) => ok)).toEqual([false, true, true, true]);
  expect((posts[1]?.at ?? 0) - (posts[0]?.at ?? 0)).toBeGreaterThanOrEqual(30_000);
  expect(parley.lines(thread)).toEqual(["app: coding: a new run", "Coder: One.", "Coder: Two."]);
});

for (const kind of ["status500_after", "reset_after", "timeout_after"] as const) {
  test(`a message whose call fails after it was posted (${kind}) is found, and not posted again`, async () => {
    const parley = await begin({ writeTimeoutMs: 400 });
    const thread = await parley.thread();
    parley.slack.control.fault({ method: "chat.postMessage", kind });
    await parley.record(thread, started(), says("Coder", "Once."), says("Critic", "Fine."));
    await parley.settle();
    expect(idsOf(parley.said(thread))).toEqual(["1.card.0", "2.turn.0", "3.turn.0"]);
    expect(parley.slack.control.calls("chat.postMessage")).toHaveLength(3);
    expect(await parley.store.receipt(thread, 1, "card")).toBe(parley.said(thread)[0]?.ts);
  });
}

test.each([3_600_000, -3_600_000])(
  "with our clock %d ms ahead of Slack's, a message whose call fails after it was posted is found, and not posted again",
  async (slackBehindMs) => {
    const parley = await begin({ slackBehindMs });
    const thread = await parley.thread();
    parley.slack.control.fault({ method: "chat.postMessage", kind: "status500_after" });
    await parley.record(thread, started(), asks("Add"), says("Coder", "Once."));
    await parley.settle();
    expect(idsOf(parley.said(thread))).toEqual(["1.card.0", "3.turn.0"]);
  },
);

for (const kind of ["status500", "reset"] as const) {
  test(`a message whose call fails before it was posted (${kind}) is looked for twice, and then posted`, async () => {
    const parley = await begin();
    const thread = await parley.thread();
    parley.slack.control.fault({ method: "chat.postMessage", kind });
    await parley.record(thread, started(), says("Coder", "Once."));
    await parley.settle();
    expect(idsOf(parley.said(thread))).toEqual(["1.card.0", "2.turn.0"]);
    expect(parley.slack.control.calls("conversations.replies")).toHaveLength(2);
  });
}

test("Slack's own internal_error may hide a success, and is looked into like a broken line", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "internal_error" });
  await parley.record(thread, started());
  await parley.settle();
  expect(idsOf(parley.said(thread))).toEqual(["1.card.0"]);
  expect(parley.slack.control.calls("conversations.replies")).toHaveLength(2);
});

test("after a crash in mid-post the message is looked for before it is posted again", async () => {
  const first = await begin({ start: false });
  const thread = await first.thread();
  await first.record(thread, started(), says("Coder", "Once."));
  // The first process has posted the card, and ended before it could write that down.
  const [card, turn] = await first.store.duePosts(thread, 10);
  await first.store.markSending(card?.id ?? 0, new Date(first.clock.now()).toISOString());
  first.outbox.start();
  first.slack.control.fault({ method: "chat.postMessage", kind: "status500_after" });
  await first.clock.run(first.slack.control.until(() => first.said(thread).length === 1));
  const second = (world = await first.restart());
  expect(turn?.sendingSince).toBeUndefined();
  second.outbox.start();
  await second.settle();
  expect(idsOf(second.said(thread))).toEqual(["1.card.0", "2.turn.0"]);
});

test("while Slack cannot be reached, tries grow further apart; then everything is posted once and in order", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  parley.slack.control.fault({ method: "*", kind: "reset", times: 12 });
  await parley.record(thread, started(), says("Coder", "One."), says("Coder", "Two."));
  await parley.settle();
  expect(idsOf(parley.said(thread))).toEqual(["1.card.0", "2.turn.0", "3.turn.0"]);
});

test("where history may not be read, an unclear message is posted again and the operator is told", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  parley.slack.control.withoutScope("channels:history");
  parley.slack.control.fault({ method: "chat.postMessage", kind: "status500" });
  await parley.record(thread, started());
  await parley.settle();
  expect(idsOf(parley.said(thread))).toEqual(["1.card.0"]);
  expect(parley.problems.map(({ kind }) => kind)).toEqual(["maybe-twice", "degraded"]);
});

test("a thread that is closed to the bot is told of and given up, and others go on", async () => {
  const parley = await begin();
  const [gone, other] = [await parley.thread("C0ENG"), await parley.thread()];
  parley.slack.control.archive("C0ENG");
  await parley.record(gone, started("a"));
  await parley.record(other, started("b"));
  await parley.settle();
  expect(parley.problems).toEqual([{ kind: "thread-gone", thread: gone, code: "is_archived" }]);
  expect(parley.lines(other)).toHaveLength(1);
  expect(await parley.store.duePosts(undefined, 10)).toEqual([]);
});

test("with a token that Slack refuses everything is held, and goes out when it is tried again", async () => {
  const parley = await begin();
  const [one, two] = [await parley.thread(), await parley.thread("C0ENG")];
  parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "token_revoked" });
  await parley.record(one, started("a"));
  await parley.settle();
  await parley.record(two, started("b"));
  await parley.settle();
  expect(parley.problems).toEqual([{ kind: "auth", code: "token_revoked" }]);
  expect(parley.slack.control.calls("chat.postMessage")).toHaveLength(1);

  parley.outbox.poke();
  await parley.settle();
  expect([...parley.lines(one), ...parley.lines(two)]).toHaveLength(2);
});

test("when the token is refused the other threads stop too, and none of their messages is lost", async () => {
  const parley = await begin();
  const threads = [await parley.thread(), await parley.thread(), await parley.thread()];
  parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "invalid_auth" });
  for (const thread of threads) await parley.record(thread, started(), says("Coder", "One."), says("Coder", "Two."));
  await parley.settle();
  expect(parley.slack.control.calls("chat.postMessage").length).toBeLessThanOrEqual(3);
  parley.outbox.poke();
  await parley.settle();
  for (const thread of threads) expect(idsOf(parley.said(thread))).toEqual(["1.card.0", "2.turn.0", "3.turn.0"]);
});

test("without the right to personas turns are posted with the agent's name in bold, and Slack is asked once", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  parley.slack.control.withoutScope("chat:write.customize");
  await parley.record(thread, started(), says("Coder", "One."), says("Critic", "Two."));
  await parley.settle();
  const [, one, two] = parley.said(thread);
  expect(one?.username).toBeUndefined();
  expect(JSON.stringify(one?.blocks)).toContain(":technologist: *Coder*");
  expect(JSON.stringify(two?.blocks)).toContain("*Critic*");
  expect(parley.slack.control.calls("chat.postMessage").filter(({ ok }) => !ok)).toHaveLength(1);
  expect(parley.problems).toEqual([{ kind: "degraded", feature: "personas", code: "missing_scope" }]);
});

test("a turn whose blocks Slack refuses is posted as text, under its name", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started());
  await parley.settle();
  parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "invalid_blocks" });
  await parley.record(thread, says("Coder", "See **this**: a < b"));
  await parley.settle();
  const turn = parley.said(thread)[1];
  expect(turn?.username).toBe("Coder");
  expect(turn?.text).toBe("See **this**: a &lt; b");
  expect(turn?.blocks).toEqual([]);
});

test("a turn that Slack finds too long is divided further, and then is a file", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started());
  await parley.settle();
  const text = `${"word ".repeat(19)}end.\n\n`.repeat(90);
  parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "msg_blocks_too_long" });
  await parley.record(thread, says("Coder", text));
  await parley.settle();
  expect(idsOf(parley.said(thread))).toEqual(["1.card.0", "2.turn.0.p0", "2.turn.0.p1"]);

  parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "msg_too_long", times: 2 });
  await parley.record(thread, says("Coder", text));
  await parley.settle();
  expect(parley.lines(thread).at(-1)).toBe("app: [turn-3.md]");
});

test("a turn in pieces that was cut off after the first piece is completed, not begun anew", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started());
  await parley.settle();
  const text = `${"word ".repeat(19)}end.\n\n`.repeat(90);
  // The whole is refused, the first piece arrives though its call fails.
  parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "msg_too_long" });
  parley.slack.control.fault({ method: "chat.postMessage", kind: "status500_after" });
  await parley.record(thread, says("Coder", text));
  await parley.settle();
  expect(idsOf(parley.said(thread))).toEqual(["1.card.0", "2.turn.0.p0", "2.turn.0.p1"]);
});

test("a message that Slack refuses in every form is given up, and the thread says so; those behind it go on", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started());
  await parley.settle();
  parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "no_text", times: 3 });
  await parley.record(thread, says("Coder", "Refused."), says("Coder", "Taken."));
  await parley.settle();
  expect(parley.lines(thread)).toEqual([
    "app: coding: a new run",
    "app: A message of Coder could not be posted here (no_text). It is kept in Parley's log.",
    "Coder: Taken.",
  ]);
  expect(parley.problems).toEqual([{ kind: "gave-up", thread, seq: 2, code: "no_text" }]);
});

test("stopping leaves what is unsent for the next start", async () => {
  const first = await begin();
  const thread = await first.thread();
  await first.record(thread, started(), ...Array.from({ length: 5 }, (_, index) => says("Coder", `Turn ${index}`)));
  await first.clock.untilSleeping();
  const second = (world = await first.restart());
  await second.settle();
  expect(idsOf(second.said(thread))).toEqual(["1.card.0", "2.turn.0", "3.turn.0", "4.turn.0", "5.turn.0", "6.turn.0"]);
});

test("every message of many threads under random faults is there once and in order", async () => {
  const parley = await begin();
  const threads = await Promise.all([GENERAL, GENERAL, "C0ENG", "C0RESEARCH"].map((channel) => parley.thread(channel)));
  const kinds = ["status500", "status500_after", "reset", "reset_after", "ratelimited"] as const;
  for (let round = 0; round < 15; round++)
    parley.slack.control.fault({ method: "chat.postMessage", kind: kinds[(round * 7) % kinds.length] ?? "reset" });
  for (const thread of threads)
    await parley.record(
      thread,
      started(),
      says("Coder", "One."),
      question("Coder", "Two?", ["a", "b"]),
      says("Critic", "Three."),
      stopped(),
    );
  await parley.settle();
  for (const thread of threads) expect(idsOf(parley.said(thread))).toEqual(["1.card.0", "2.turn.0", "3.question.0", "4.turn.0", "5.end.0"]);
});

test("a channel whose app may not post in it stops nobody else's posts", async () => {
  const parley = await begin();
  const [closed, other] = [await parley.thread("C0ENG"), await parley.thread()];
  parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "no_permission" });
  await parley.record(closed, started("a"));
  await parley.settle();
  await parley.record(other, started("b"));
  await parley.settle();
  expect(parley.problems).toEqual([{ kind: "thread-gone", thread: closed, code: "no_permission" }]);
  expect(parley.lines(other)).toHaveLength(1);
});

test("a database that cannot be written for a while holds a thread's posts up, and no more than that", async () => {
  const parley = await begin({ start: false });
  const thread = await parley.thread();
  await parley.record(thread, started(), says("Coder", "Done."), says("Critic", "Fine."));
  const { markDelivered } = parley.store;
  let failures = 2;
  Object.assign(parley.store, {
    markDelivered: async (...args: Parameters<typeof markDelivered>) => {
      if (failures-- > 0) throw new Error("another program holds a lock on it");
      await markDelivered(...args);
    },
  });
  parley.outbox.start();
  await parley.settle();
  expect(idsOf(parley.said(thread))).toEqual(["1.card.0", "2.turn.0", "3.turn.0"]);
  expect(parley.problems.map(({ kind }) => kind)).toEqual(["bug", "bug"]);
  expect(await parley.store.duePosts(undefined, 10)).toEqual([]);
});
