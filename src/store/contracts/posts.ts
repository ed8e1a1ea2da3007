import assert from "node:assert/strict";
import type { Store } from "../store.ts";
import { AT, append, commitOf, said } from "./commits.ts";
import { type FakeClock, fakeClock, settled as turnsOfTheLoop } from "./fake-clock.ts";
import type { GivenStore } from "./given.ts";

const DAY_MS = 24 * 3_600_000;

/** What is to be posted, and what came from outside. */
export function postsContract({ tests, open, settled = turnsOfTheLoop }: GivenStore): void {
  const { describe, test, beforeEach, afterEach } = tests;
  let store: Store;
  let clock: FakeClock;
  beforeEach(async () => {
    clock = fakeClock(undefined, settled);
    store = await open(clock);
  });
  afterEach(() => store.close());

  describe("the outbox", () => {
    const posts = [
      { event: 1, kind: "turn", part: 0 },
      { event: 0, kind: "card", part: 0 },
      { event: 1, kind: "turn", part: 1 },
    ];

    test("posts are due in the order of the log, lane by lane or all together, until they are delivered or given up", async () => {
      await append(store, "a", [said("one"), said("two")], { posts });
      await append(store, "b", [said("one")], { posts: [{ event: 0, kind: "turn", part: 0 }] });
      const due = await store.duePosts("a", 10);
      assert.deepEqual(
        due.map(({ thread, seq, kind, part, sendingSince }) => ({ thread, seq, kind, part, sendingSince })),
        [
          { thread: "a", seq: 1, kind: "card", part: 0, sendingSince: undefined },
          { thread: "a", seq: 2, kind: "turn", part: 0, sendingSince: undefined },
          { thread: "a", seq: 2, kind: "turn", part: 1, sendingSince: undefined },
        ],
      );
      assert.deepEqual(
        (await store.duePosts(undefined, 10)).map(({ thread }) => thread),
        ["a", "a", "a", "b"],
      );
      assert.deepEqual(await store.duePosts("a", 2), due.slice(0, 2));
      assert.deepEqual(await store.duePosts("nowhere", 2), []);

      const [card, first, second] = due.map(({ id }) => id);
      await store.markDelivered(card!, { receipt: "1.1" });
      await store.markDelivered(first!, { gaveUp: "channel_not_found" });
      assert.deepEqual(
        (await store.duePosts("a", 10)).map(({ id }) => id),
        [second],
      );
    });

    test("a post that was being sent says since when, so that it can be looked for before it is sent again", async () => {
      await append(store, "a", [said("one")], { posts: [{ event: 0, kind: "turn", part: 0 }] });
      const { id } = (await store.duePosts("a", 1))[0]!;
      await store.markSending(id, "2026-01-05T09:00:01.000Z");
      await store.markSending(id, "2026-01-05T09:05:00.000Z");
      assert.equal((await store.duePosts("a", 1))[0]?.sendingSince, "2026-01-05T09:00:01.000Z");
    });

    test("the receipt of a delivered post is found by its event and kind, and the first outcome stands", async () => {
      await append(store, "a", [said("one"), said("two")], { posts });
      const due = await store.duePosts("a", 10);
      assert.equal(await store.receipt("a", 2, "turn"), undefined);
      await store.markDelivered(due[2]!.id, { receipt: "2.2" });
      await store.markDelivered(due[1]!.id, { receipt: "2.1" });
      await store.markDelivered(due[1]!.id, { receipt: "9.9" });
      await store.markDelivered(due[1]!.id, { gaveUp: "too late" });
      assert.equal(await store.receipt("a", 2, "turn"), "2.1");
      assert.equal(await store.receipt("a", 1, "card"), undefined);
      assert.equal(await store.receipt("a", 2, "card"), undefined);
      assert.equal(await store.receipt("nowhere", 2, "turn"), undefined);
    });

    test("who follows is told of each post that was delivered, once, and of none that was given up", async () => {
      await append(store, "a", [said("one")], { posts: [0, 1].map((part) => ({ event: 0, kind: "turn", part })) });
      const told: string[] = [];
      store.follow(({ thread, workspace, delivered, events, wakes }) => {
        if (delivered)
          told.push(`${delivered} in ${thread} of ${workspace}, ${events.length} events, ${wakes ? "wakes" : "does not wake"}`);
      });
      const [first, second] = await store.duePosts("a", 10);
      await store.markDelivered(first!.id, { receipt: "1.1" });
      await store.markDelivered(first!.id, { receipt: "1.2" });
      await store.markDelivered(second!.id, { gaveUp: "too long" });
      await settled();
      assert.deepEqual(told, ["turn in a of T1, 0 events, does not wake"]);
    });

    test("a commit whose posts do not fit its events is a bug, and nothing of it is written", async () => {
      const twice = { event: 0, kind: "turn", part: 0 };
      await assert.rejects(store.commit(commitOf("a", 0, [said("one")], { posts: [{ event: 1, kind: "turn", part: 0 }] })), RangeError);
      await assert.rejects(store.commit(commitOf("a", 0, [said("one")], { posts: [twice, twice] })));
      assert.deepEqual(await store.load("a", 0), []);
      assert.deepEqual(await store.duePosts(undefined, 10), []);
    });
  });

  describe("the inbox", () => {
    const envelope = (id: string) => ({ id, at: AT, body: `{"event":"${id}"}` });

    test("an envelope is taken once, and waits with its body until it is handled, the oldest first", async () => {
      assert.equal(await store.receive(envelope("Ev2")), true);
      assert.equal(await store.receive(envelope("Ev1")), true);
      assert.equal(await store.receive(envelope("Ev2")), false);
      assert.deepEqual(await store.unhandled(10), [envelope("Ev2"), envelope("Ev1")]);
      assert.deepEqual(await store.unhandled(1), [envelope("Ev2")]);
      await store.handled("Ev2");
      assert.deepEqual(await store.unhandled(10), [envelope("Ev1")]);
      assert.equal(await store.receive(envelope("Ev2")), false);
      assert.deepEqual(await store.unhandled(10), [envelope("Ev1")]);
    });

    test("those of a lane are told apart from others, and those that name none are a lane too", async () => {
      const [one, two, three] = [
        { ...envelope("Ev1"), lane: "T1/C1/1" },
        { ...envelope("Ev2"), lane: "T1/C1/2" },
        { ...envelope("Ev3"), lane: "T1/C1/1" },
      ];
      for (const each of [one, two, three, envelope("Ev4")]) await store.receive(each);
      assert.deepEqual(await store.unhandled(10), [one, two, three, envelope("Ev4")]);
      assert.deepEqual(await store.unhandled(10, "T1/C1/1"), [one, three]);
      assert.deepEqual(await store.unhandled(1, "T1/C1/1"), [one]);
      assert.deepEqual(await store.unhandled(10, ""), [envelope("Ev4")]);
      assert.equal(await store.handled("Ev1"), true);
      assert.deepEqual(await store.unhandled(10, "T1/C1/1"), [three]);
      assert.deepEqual(await store.unhandled(10, "T1/C1"), []);
    });

    test("the id of a handled envelope is known for seven days; one that was not handled is never forgotten", async () => {
      await store.receive(envelope("handled"));
      await store.receive(envelope("waiting"));
      await store.handled("handled");
      await clock.advance(7 * DAY_MS);
      await store.receive(envelope("tick"));
      assert.equal(await store.receive(envelope("handled")), false);
      await clock.advance(1);
      await store.receive(envelope("tock"));
      assert.equal(await store.receive(envelope("handled")), true);
      assert.equal(await store.receive(envelope("waiting")), false);
    });
  });
}
