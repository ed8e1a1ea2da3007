import { afterEach, beforeEach, describe, expect, test } from "vitest";
import fc from "fast-check";
import type { EventBody } from "../../src/engine/events/events.ts";
import { type Committed, nameNote, type Store, StoreError } from "../../src/store/store.ts";
import { AT, append, commitOf, said, started, stopped } from "../../src/store/contracts/commits.ts";
import { type FakeClock, fakeClock } from "../../src/store/contracts/fake-clock.ts";

const DAY_MS = 24 * 3_600_000;

/** What every store does. `open` makes an empty one that tells the time by this clock. */
export function storeContract(name: string, open: (clock: FakeClock) => Promise<Store>): void {
  describe(`${name}, as a store`, () => {
    let store: Store;
    let clock: FakeClock;
    beforeEach(async () => {
      clock = fakeClock();
      store = await open(clock);
    });
    afterEach(() => store.close());

    describe("the log", () => {
      test("an id that stands where a name was not known is read as the name once it is, in people alone, of that workspace alone", async () => {
        const unnamed = { id: "U0NORA", name: "U0NORA" };
        const words = 'who is {"id":"U0NORA","name":"U0NORA"}?';
        const events: EventBody[] = [
          { type: "run.started", run: "r1", team: "coding", startedBy: unnamed },
          said(words),
          { type: "message.posted", person: unnamed, text: "I" },
        ];
        await store.commit(commitOf("t", 0, events));
        const people = async () =>
          (await store.load("t", 0)).map(
            (event) => ("startedBy" in event ? event.startedBy : "person" in event ? event.person : undefined)?.name,
          );
        await store.putNote(nameNote("T2", "U0NORA"), "Somebody else");
        expect(await people()).toEqual(["U0NORA", "Maria", "U0NORA"]);
        await store.putNote(nameNote("T1", "U0NORA"), 'Nora "N" $1');
        expect(await people()).toEqual(['Nora "N" $1', "Maria", 'Nora "N" $1']);
        expect((await store.load("t", 1))[0]).toMatchObject({ text: words });
      });

      test("events get their numbers and the time of the commit, and come back as they were recorded", async () => {
        const result = await store.commit(commitOf("t", 0, [started(), said("What is 6 × 7?")]));
        const recorded = [
          { ...started(), seq: 1, at: AT },
          { ...said("What is 6 × 7?"), seq: 2, at: AT },
        ];
        expect(result).toEqual({ kind: "ok", events: recorded });
        expect(await store.load("t", 0)).toEqual(recorded);
        expect(await store.load("t", 1)).toEqual(recorded.slice(1));
        expect(await store.load("t", 2)).toEqual([]);
      });

      test("any text comes back unchanged, whatever a person or a model wrote", async () => {
        let seq = 0;
        await fc.assert(
          fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), async (text) => {
            await store.commit(commitOf("t", seq, [said(text)]));
            expect(await store.load("t", seq++)).toEqual([{ ...said(text), seq, at: AT }]);
          }),
          { numRuns: 60, examples: [["\0 NUL"], ["\ud800 half a pair"], ["'); DROP TABLE events; --"], ["\u2028<!channel>"], [""]] },
        );
      });

      test("a thread that nobody has written to has no events", async () => {
        expect(await store.load("nowhere", 0)).toEqual([]);
      });

      test("each thread counts for itself", async () => {
        await append(store, "a", [said("one"), said("two")]);
        await append(store, "b", [said("one")]);
        expect((await store.load("a", 0)).map(({ seq }) => seq)).toEqual([1, 2]);
        expect((await store.load("b", 0)).map(({ seq }) => seq)).toEqual([1]);
      });

      test("a writer who has not read the last event is refused, is told where the log is, and changes nothing", async () => {
        await append(store, "t", [said("one"), said("two")]);
        const post = { event: 0, kind: "turn", part: 0 };
        expect(await store.commit(commitOf("t", 1, [said("late")], { posts: [post], wake: "now" }))).toEqual({ kind: "stale", lastSeq: 2 });
        expect(await store.commit(commitOf("t", 3, [said("early")], { posts: [post] }))).toEqual({ kind: "stale", lastSeq: 2 });
        expect(await store.commit(commitOf("new", 1, [said("early")]))).toEqual({ kind: "stale", lastSeq: 0 });
        expect(await store.commit(commitOf("t", 1, []))).toEqual({ kind: "stale", lastSeq: 2 });
        expect(await store.load("t", 0)).toHaveLength(2);
        expect(await store.load("new", 0)).toEqual([]);
        expect(await store.duePosts(undefined, 10)).toEqual([]);
      });

      test("of writers who race from the same place one wins", async () => {
        const results = await Promise.all(["a", "b", "c", "d"].map((text) => store.commit(commitOf("t", 0, [said(text)]))));
        expect(results.map(({ kind }) => kind).toSorted()).toEqual(["ok", "stale", "stale", "stale"]);
        expect(await store.load("t", 0)).toHaveLength(1);
      });

      test("a commit without events moves nothing in the log", async () => {
        await append(store, "t", [said("one")]);
        expect(await store.commit(commitOf("t", 1, [], { wake: "none" }))).toEqual({ kind: "ok", events: [] });
        expect(await store.load("t", 0)).toHaveLength(1);
      });

      test("a log of many pages comes back whole and in order", async () => {
        for (let seq = 0; seq < 1_300; seq += 100) {
          await store.commit(
            commitOf(
              "long",
              seq,
              Array.from({ length: 100 }, (_, index) => said(`message ${seq + index + 1}`)),
            ),
          );
        }
        const events = await store.load("long", 0);
        expect(events.map((event) => [event.seq, event.type === "message.posted" && event.text])).toEqual(
          Array.from({ length: 1_300 }, (_, index) => [index + 1, `message ${index + 1}`]),
        );
        expect(await store.load("long", 700)).toEqual(events.slice(700));
      });
    });

    describe("threads", () => {
      test("a run that has started and not stopped is unfinished, the one that was active longest ago first", async () => {
        await append(store, "later", [started()], { at: "2026-01-05T09:00:02.000Z" });
        await append(store, "earlier", [started(), said("hello")], { at: "2026-01-05T09:00:01.000Z", workspace: "T2" });
        await append(store, "over", [started(), said("hello"), stopped()]);
        await append(store, "again", [started("r1"), stopped("r1"), started("r2")], { at: "2026-01-05T09:00:03.000Z" });
        await append(store, "never", [said("just talk")]);
        expect(await store.unfinished()).toEqual([
          { thread: "earlier", workspace: "T2", lastSeq: 2, at: "2026-01-05T09:00:01.000Z" },
          { thread: "later", workspace: "T1", lastSeq: 1, at: "2026-01-05T09:00:02.000Z" },
          { thread: "again", workspace: "T1", lastSeq: 3, at: "2026-01-05T09:00:03.000Z" },
        ]);
        await append(store, "later", [stopped()]);
        expect((await store.unfinished()).map(({ thread }) => thread)).toEqual(["earlier", "again"]);
      });

      test("of one workspace, there are its own threads and posts and no others", async () => {
        const posts = [{ event: 0, kind: "card", part: 0 }];
        await append(store, "ours", [started()], { posts });
        await append(store, "theirs", [started()], { posts, workspace: "T2" });
        const names = (rows: readonly { readonly thread: string }[]) => rows.map(({ thread }) => thread);
        expect(names(await store.unfinished("T1"))).toEqual(["ours"]);
        expect(names(await store.recent(10, "T2"))).toEqual(["theirs"]);
        expect(names(await store.duePosts(undefined, 10, "T2"))).toEqual(["theirs"]);
        expect([await store.unfinished("T3"), await store.recent(10, "T3"), await store.duePosts(undefined, 10, "T3")]).toEqual([
          [],
          [],
          [],
        ]);
      });

      test("the threads that were active last come first, as many as asked for", async () => {
        for (const [index, thread] of ["a", "b", "c"].entries())
          await append(store, thread, [said("hello")], { at: `2026-01-05T09:00:0${index}.000Z` });
        await append(store, "a", [said("and again")], { at: "2026-01-05T09:01:00.000Z" });
        expect((await store.recent(2)).map(({ thread, lastSeq }) => [thread, lastSeq])).toEqual([
          ["a", 2],
          ["c", 1],
        ]);
      });
    });

    describe("followers", () => {
      test("a follower hears each commit in the order of the log, until it stops listening", async () => {
        const heard: Committed[] = [];
        const unfollow = store.follow((committed) => heard.push(committed));
        const posts = [{ event: 0, kind: "turn", part: 0 }];
        await store.commit(commitOf("t", 0, [said("one")], { posts }));
        await store.commit(commitOf("t", 0, [said("stale")]));
        await store.commit(commitOf("t", 1, [], { wake: "now", workspace: "T9" }));
        unfollow();
        await append(store, "t", [said("unheard")]);
        expect(heard).toEqual([
          expect.objectContaining({ thread: "t", workspace: "T1", events: [{ ...said("one"), seq: 1, at: AT }], posts: 1, wakes: false }),
          // A thread stays in the workspace in which it began, whoever writes to it.
          expect.objectContaining({ thread: "t", workspace: "T1", events: [], posts: 0, wakes: true }),
        ]);
      });

      test("a follower that throws breaks neither the commit nor the others, and is warned about", async () => {
        const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
        const heard: number[] = [];
        store.follow(() => {
          throw new Error("I stumbled");
        });
        store.follow(({ events }) => heard.push(events.length));
        expect((await store.commit(commitOf("t", 0, [said("one")]))).kind).toBe("ok");
        expect(heard).toEqual([1]);
        expect((await warned).message).toMatch(/thread t: Error: I stumbled/);
      });

      test("a follower that commits at once does not make the others hear the second before the first", async () => {
        let second: Promise<unknown> | undefined;
        const heard: (number | undefined)[] = [];
        store.follow(({ events }) => {
          if (events[0]?.seq === 1) second = store.commit(commitOf("t", 1, [said("two")]));
        });
        store.follow(({ events }) => heard.push(events[0]?.seq));
        await store.commit(commitOf("t", 0, [said("one")]));
        await second;
        expect(heard).toEqual([1, 2]);
      });
    });

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
        expect(due.map(({ thread, seq, kind, part, sendingSince }) => ({ thread, seq, kind, part, sendingSince }))).toEqual([
          { thread: "a", seq: 1, kind: "card", part: 0, sendingSince: undefined },
          { thread: "a", seq: 2, kind: "turn", part: 0, sendingSince: undefined },
          { thread: "a", seq: 2, kind: "turn", part: 1, sendingSince: undefined },
        ]);
        expect((await store.duePosts(undefined, 10)).map(({ thread }) => thread)).toEqual(["a", "a", "a", "b"]);
        expect(await store.duePosts("a", 2)).toEqual(due.slice(0, 2));
        expect(await store.duePosts("nowhere", 2)).toEqual([]);

        const [card, first, second] = due.map(({ id }) => id);
        await store.markDelivered(card!, { receipt: "1.1" });
        await store.markDelivered(first!, { gaveUp: "channel_not_found" });
        expect((await store.duePosts("a", 10)).map(({ id }) => id)).toEqual([second]);
      });

      test("a post that was being sent says since when, so that it can be looked for before it is sent again", async () => {
        await append(store, "a", [said("one")], { posts: [{ event: 0, kind: "turn", part: 0 }] });
        const { id } = (await store.duePosts("a", 1))[0]!;
        await store.markSending(id, "2026-01-05T09:00:01.000Z");
        await store.markSending(id, "2026-01-05T09:05:00.000Z");
        expect((await store.duePosts("a", 1))[0]?.sendingSince).toBe("2026-01-05T09:00:01.000Z");
      });

      test("the receipt of a delivered post is found by its event and kind, and the first outcome stands", async () => {
        await append(store, "a", [said("one"), said("two")], { posts });
        const due = await store.duePosts("a", 10);
        expect(await store.receipt("a", 2, "turn")).toBeUndefined();
        await store.markDelivered(due[2]!.id, { receipt: "2.2" });
        await store.markDelivered(due[1]!.id, { receipt: "2.1" });
        await store.markDelivered(due[1]!.id, { receipt: "9.9" });
        await store.markDelivered(due[1]!.id, { gaveUp: "too late" });
        expect(await store.receipt("a", 2, "turn")).toBe("2.1");
        expect(await store.receipt("a", 1, "card")).toBeUndefined();
        expect(await store.receipt("a", 2, "card")).toBeUndefined();
        expect(await store.receipt("nowhere", 2, "turn")).toBeUndefined();
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
        expect(told).toEqual(["turn in a of T1, 0 events, does not wake"]);
      });

      test("a commit whose posts do not fit its events is a bug, and nothing of it is written", async () => {
        const twice = { event: 0, kind: "turn", part: 0 };
        await expect(store.commit(commitOf("a", 0, [said("one")], { posts: [{ event: 1, kind: "turn", part: 0 }] }))).rejects.toThrow(
          RangeError,
        );
        await expect(store.commit(commitOf("a", 0, [said("one")], { posts: [twice, twice] }))).rejects.toThrow(/turn|UNIQUE/);
        expect(await store.load("a", 0)).toEqual([]);
        expect(await store.duePosts(undefined, 10)).toEqual([]);
      });
    });

    describe("the inbox", () => {
      const envelope = (id: string) => ({ id, at: AT, body: `{"event":"${id}"}` });

      test("an envelope is taken once, and waits with its body until it is handled, the oldest first", async () => {
        expect(await store.receive(envelope("Ev2"))).toBe(true);
        expect(await store.receive(envelope("Ev1"))).toBe(true);
        expect(await store.receive(envelope("Ev2"))).toBe(false);
        expect(await store.unhandled(10)).toEqual([envelope("Ev2"), envelope("Ev1")]);
        expect(await store.unhandled(1)).toEqual([envelope("Ev2")]);
        await store.handled("Ev2");
        expect(await store.unhandled(10)).toEqual([envelope("Ev1")]);
        expect(await store.receive(envelope("Ev2"))).toBe(false);
        expect(await store.unhandled(10)).toEqual([envelope("Ev1")]);
      });

      test("those of a lane are told apart from others, and those that name none are a lane too", async () => {
        const [one, two, three] = [
          { ...envelope("Ev1"), lane: "T1/C1/1" },
          { ...envelope("Ev2"), lane: "T1/C1/2" },
          { ...envelope("Ev3"), lane: "T1/C1/1" },
        ];
        for (const each of [one, two, three, envelope("Ev4")]) await store.receive(each);
        expect(await store.unhandled(10)).toEqual([one, two, three, envelope("Ev4")]);
        expect(await store.unhandled(10, "T1/C1/1")).toEqual([one, three]);
        expect(await store.unhandled(1, "T1/C1/1")).toEqual([one]);
        expect(await store.unhandled(10, "")).toEqual([envelope("Ev4")]);
        expect(await store.handled("Ev1")).toBe(true);
        expect(await store.unhandled(10, "T1/C1/1")).toEqual([three]);
        expect(await store.unhandled(10, "T1/C1")).toEqual([]);
      });

      test("the id of a handled envelope is known for seven days; one that was not handled is never forgotten", async () => {
        await store.receive(envelope("handled"));
        await store.receive(envelope("waiting"));
        await store.handled("handled");
        await clock.advance(7 * DAY_MS);
        await store.receive(envelope("tick"));
        expect(await store.receive(envelope("handled"))).toBe(false);
        await clock.advance(1);
        await store.receive(envelope("tock"));
        expect(await store.receive(envelope("handled"))).toBe(true);
        expect(await store.receive(envelope("waiting"))).toBe(false);
      });
    });

    describe("notes and files", () => {
      test("a note holds what was put last", async () => {
        expect(await store.note("place/t")).toBeUndefined();
        await store.putNote("place/t", '{"channel":"C1"}');
        await store.putNote("place/t", '{"channel":"C2"}');
        expect(await store.note("place/t")).toBe('{"channel":"C2"}');
        expect(await store.note("place/other")).toBeUndefined();
      });

      test("who follows the notes is told of each that is put, once it stands there, and no more after the end", async () => {
        const told: string[] = [];
        const unfollow = store.followNotes((key) => void told.push(key));
        await store.putNote("a", "1");
        await store.swapNote("b", "not there", "1");
        await store.swapNote("b", undefined, "1");
        expect(told).toEqual(["a", "b"]);
        unfollow();
        await store.putNote("a", "2");
        expect(told).toEqual(["a", "b"]);
      });

      test("a note is swapped only where what is expected stands there, and of two who expect the same one swaps it", async () => {
        expect(await store.swapNote("n", "a", "b")).toBe(false);
        expect(await store.note("n")).toBeUndefined();
        const first = await Promise.all([store.swapNote("n", undefined, "a"), store.swapNote("n", undefined, "b")]);
        expect(first).toEqual([true, false]);
        expect(await store.swapNote("n", "b", "c")).toBe(false);
        expect(await store.swapNote("n", "a", "c")).toBe(true);
        expect(await store.note("n")).toBe("c");
        await expect(store.swapNote("n", "c", "x".repeat(256 * 1024 + 1))).rejects.toThrow(/^note n: has 262145 bytes/);
      });

      test("of jobs under one key one runs at a time, in the order of asking, also after one that threw; other keys do not wait", async () => {
        const told: string[] = [];
        const ends: { readonly [name: string]: PromiseWithResolvers<string> } = {
          a: Promise.withResolvers(),
          b: Promise.withResolvers(),
        };
        const job = (name: string) => async () => {
          told.push(`begin ${name}`);
          const result = (await ends[name]?.promise) ?? name;
          told.push(`end ${name}`);
          return result;
        };
        const jobs = [store.exclusively("k", job("a")), store.exclusively("k", job("b")), store.exclusively("k", job("c"))];
        expect(await store.exclusively("other", job("d"))).toBe("d");
        expect(told).toEqual(["begin a", "begin d", "end d"]);
        ends["a"]?.resolve("done");
        ends["b"]?.reject(new Error("broke"));
        const results = await Promise.allSettled(jobs);
        expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
        expect(results[0]).toMatchObject({ value: "done" });
        expect(told.slice(3)).toEqual(["end a", "begin b", "begin c", "end c"]);
      });

      test("a file is found under the SHA-256 of its content, byte by byte, however often it was put", async () => {
        const content = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
        const hash = await store.putFile(content);
        expect(hash).toMatch(/^[0-9a-f]{64}$/);
        expect(await store.putFile(content.slice())).toBe(hash);
        expect(Buffer.compare((await store.file(hash))!, content)).toBe(0);
        expect(await store.file("0".repeat(64))).toBeUndefined();
        const empty = await store.putFile(new Uint8Array());
        expect(empty).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        expect((await store.file(empty))?.byteLength).toBe(0);
      });
    });

    describe("limits", () => {
      test("what is too large is refused with the thread, the size and the limit, and nothing of it is written", async () => {
        const large = said("x".repeat(1024 * 1024));
        await expect(store.commit(commitOf("t", 0, [said("fits"), large]))).rejects.toThrow(
          /^thread t: a message\.posted event has \d+ bytes; at most 1048576/,
        );
        const posts = Array.from({ length: 201 }, (_, part) => ({ event: 0, kind: "turn", part }));
        await expect(store.commit(commitOf("t", 0, [said("fits")], { posts }))).rejects.toThrow(
          /^thread t: 201 posts in one commit; at most 200/,
        );
        await expect(
          store.commit(
            commitOf(
              "t",
              0,
              Array.from({ length: 1_001 }, () => said("x")),
            ),
          ),
        ).rejects.toThrow(/^thread t: 1001 events in one commit; at most 1000/);
        await expect(store.commit(commitOf("t".repeat(513), 0, [said("x")]))).rejects.toThrow(/has 513 characters; at most 512/);
        expect(await store.load("t", 0)).toEqual([]);

        await expect(store.putNote("n", "x".repeat(256 * 1024 + 1))).rejects.toThrow(/^note n: has 262145 bytes/);
        await expect(store.putFile(new Uint8Array(32 * 1024 * 1024 + 1))).rejects.toThrow(/has 33554433 bytes/);
        await expect(store.receive({ id: "Ev1", at: AT, body: "x".repeat(1024 * 1024 + 1) })).rejects.toThrow(
          /^envelope Ev1: has 1048577 bytes/,
        );
        await expect(store.putNote("n", "é".repeat(128 * 1024))).resolves.toBeUndefined();
        await expect(store.commit(commitOf("t", 0, [large]))).rejects.toBeInstanceOf(StoreError);
        expect((await store.commit(commitOf("t", 0, [said("fits")], { posts: posts.slice(1) }))).kind).toBe("ok");
      });
    });

    test("of what a person may not do without end one more is refused, and nothing is written; an hour later it is not", async () => {
      const heard = [{ person: "U1", kind: "run", perHour: 2 }] as const;
      const say = (thread: string, at: string, more: object = {}) => store.commit(commitOf(thread, 0, [started()], { at, heard, ...more }));
      expect(await say("a", "2026-01-05T09:00:00.000Z")).toMatchObject({ kind: "ok" });
      expect(await say("b", "2026-01-05T09:10:00.000Z")).toMatchObject({ kind: "ok" });
      const late = { accounts: ["workspace"], posts: [{ event: 0, kind: "card", part: 0 }] };
      const refused = await say("c", "2026-01-05T09:59:59.999Z", late);
      expect(refused).toEqual({ kind: "too many", heard: heard[0], at: Date.parse("2026-01-05T09:00:00.000Z") });
      expect([await store.load("c", 0), await store.duePosts(undefined, 10)]).toEqual([[], []]);
      for (const other of [{ person: "U2" }, { kind: "message" as const }])
        expect(await say(`c-${Object.values(other)[0]}`, AT, { heard: [{ ...heard[0], ...other }] })).toMatchObject({ kind: "ok" });
      expect(await say("d", AT, { workspace: "T2" })).toMatchObject({ kind: "ok" });
      expect(await say("c", "2026-01-05T10:00:00.000Z")).toMatchObject({ kind: "ok" });
    });

    test("a closed store says so", async () => {
      await store.close();
      await expect(store.load("t", 0)).rejects.toThrow(/has been closed/);
      await expect(store.commit(commitOf("t", 0, [said("x")]))).rejects.toBeInstanceOf(StoreError);
      await expect(store.close()).resolves.toBeUndefined();
    });
  });
}
