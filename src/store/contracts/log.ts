import assert from "node:assert/strict";
import type { EventBody } from "../../engine/events/events.ts";
import { type Committed, nameNote, type Store } from "../store.ts";
import { AT, append, commitOf, said, started, stopped } from "./commits.ts";
import { fakeClock, settled as turnsOfTheLoop } from "./fake-clock.ts";
import type { GivenStore } from "./given.ts";

/** What people and models write, and what a database might trip over. */
const TEXTS = [
  "",
  " ",
  "\0 NUL",
  "\ud800 half a pair",
  "half a pair \udfff",
  "'); DROP TABLE events; --",
  "\u2028<!channel>",
  "\r\n\t\u0007\u001b[2J",
  "\\u0000 {} %s $1 :name ?",
  "研究员 é e\u0301 \u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u202e",
  "\uffff\ufffe\ufeff",
  "x".repeat(100_000),
];

/** The log of a thread, what there is of threads, and who follows. */
export function logContract({ tests, open, settled = turnsOfTheLoop }: GivenStore): void {
  const { describe, test, beforeEach, afterEach } = tests;
  let store: Store;
  beforeEach(async () => void (store = await open(fakeClock())));
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
      assert.deepEqual(await people(), ["U0NORA", "Maria", "U0NORA"]);
      await store.putNote(nameNote("T1", "U0NORA"), 'Nora "N" $1');
      assert.deepEqual(await people(), ['Nora "N" $1', "Maria", 'Nora "N" $1']);
      assert.deepEqual((await store.load("t", 1))[0], { ...said(words), seq: 2, at: AT });
    });

    test("events get their numbers and the time of the commit, and come back as they were recorded", async () => {
      const result = await store.commit(commitOf("t", 0, [started(), said("What is 6 × 7?")]));
      const recorded = [
        { ...started(), seq: 1, at: AT },
        { ...said("What is 6 × 7?"), seq: 2, at: AT },
      ];
      assert.deepEqual(result, { kind: "ok", events: recorded });
      assert.deepEqual(await store.load("t", 0), recorded);
      assert.deepEqual(await store.load("t", 1), recorded.slice(1));
      assert.deepEqual(await store.load("t", 2), []);
    });

    test("any text comes back unchanged, whatever a person or a model wrote", async () => {
      for (const [index, text] of TEXTS.entries()) {
        await store.commit(commitOf("t", index, [said(text)]));
        assert.deepEqual(await store.load("t", index), [{ ...said(text), seq: index + 1, at: AT }]);
      }
    });

    test("a thread that nobody has written to has no events", async () => {
      assert.deepEqual(await store.load("nowhere", 0), []);
    });

    test("each thread counts for itself", async () => {
      await append(store, "a", [said("one"), said("two")]);
      await append(store, "b", [said("one")]);
      assert.deepEqual(
        (await store.load("a", 0)).map(({ seq }) => seq),
        [1, 2],
      );
      assert.deepEqual(
        (await store.load("b", 0)).map(({ seq }) => seq),
        [1],
      );
    });

    test("a writer who has not read the last event is refused, is told where the log is, and changes nothing", async () => {
      await append(store, "t", [said("one"), said("two")]);
      const post = { event: 0, kind: "turn", part: 0 };
      assert.deepEqual(await store.commit(commitOf("t", 1, [said("late")], { posts: [post], wake: "now" })), { kind: "stale", lastSeq: 2 });
      assert.deepEqual(await store.commit(commitOf("t", 3, [said("early")], { posts: [post] })), { kind: "stale", lastSeq: 2 });
      assert.deepEqual(await store.commit(commitOf("new", 1, [said("early")])), { kind: "stale", lastSeq: 0 });
      assert.deepEqual(await store.commit(commitOf("t", 1, [])), { kind: "stale", lastSeq: 2 });
      assert.equal((await store.load("t", 0)).length, 2);
      assert.deepEqual(await store.load("new", 0), []);
      assert.deepEqual(await store.duePosts(undefined, 10), []);
    });

    test("of writers who race from the same place one wins", async () => {
      const results = await Promise.all(["a", "b", "c", "d"].map((text) => store.commit(commitOf("t", 0, [said(text)]))));
      assert.deepEqual(results.map(({ kind }) => kind).toSorted(), ["ok", "stale", "stale", "stale"]);
      assert.equal((await store.load("t", 0)).length, 1);
    });

    test("a commit without events moves nothing in the log", async () => {
      await append(store, "t", [said("one")]);
      assert.deepEqual(await store.commit(commitOf("t", 1, [], { wake: "none" })), { kind: "ok", events: [] });
      assert.equal((await store.load("t", 0)).length, 1);
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
      assert.deepEqual(
        events.map((event) => [event.seq, event.type === "message.posted" && event.text]),
        Array.from({ length: 1_300 }, (_, index) => [index + 1, `message ${index + 1}`]),
      );
      assert.deepEqual(await store.load("long", 700), events.slice(700));
      // A store may give more than is needed; what is needed stands first.
      for (const first of [1, 3, 600])
        assert.deepEqual((await store.load("long", 50, first)).slice(0, first), events.slice(50, 50 + first));
    });
  });

  describe("threads", () => {
    test("a run that has started and not stopped is unfinished, the one that was active longest ago first", async () => {
      await append(store, "later", [started()], { at: "2026-01-05T09:00:02.000Z" });
      await append(store, "earlier", [started(), said("hello")], { at: "2026-01-05T09:00:01.000Z", workspace: "T2" });
      await append(store, "over", [started(), said("hello"), stopped()]);
      await append(store, "again", [started("r1"), stopped("r1"), started("r2")], { at: "2026-01-05T09:00:03.000Z" });
      await append(store, "never", [said("just talk")]);
      assert.deepEqual(await store.unfinished(), [
        { thread: "earlier", workspace: "T2", lastSeq: 2, at: "2026-01-05T09:00:01.000Z" },
        { thread: "later", workspace: "T1", lastSeq: 1, at: "2026-01-05T09:00:02.000Z" },
        { thread: "again", workspace: "T1", lastSeq: 3, at: "2026-01-05T09:00:03.000Z" },
      ]);
      // A store may give the others too.
      const since = (await store.unfinished(undefined, "2026-01-05T09:00:02.000Z")).map(({ thread }) => thread);
      assert.deepEqual(
        since.filter((thread) => thread !== "earlier"),
        ["later", "again"],
      );
      const last = (await store.unfinished(undefined, undefined, 2)).map(({ thread }) => thread);
      assert.deepEqual(last.slice(-2), ["later", "again"]);
      await append(store, "later", [stopped()]);
      assert.deepEqual(
        (await store.unfinished()).map(({ thread }) => thread),
        ["earlier", "again"],
      );
    });

    test("of one workspace, there are its own threads and posts and no others", async () => {
      const posts = [{ event: 0, kind: "card", part: 0 }];
      await append(store, "ours", [started()], { posts });
      await append(store, "theirs", [started()], { posts, workspace: "T2" });
      const names = (rows: readonly { readonly thread: string }[]) => rows.map(({ thread }) => thread);
      assert.deepEqual(names(await store.unfinished("T1")), ["ours"]);
      assert.deepEqual(names(await store.recent(10, "T2")), ["theirs"]);
      assert.deepEqual(names(await store.duePosts(undefined, 10, "T2")), ["theirs"]);
      assert.deepEqual(
        [await store.unfinished("T3"), await store.recent(10, "T3"), await store.duePosts(undefined, 10, "T3")],
        [[], [], []],
      );
    });

    test("the threads that were active last come first, as many as asked for", async () => {
      for (const [index, thread] of ["a", "b", "c"].entries())
        await append(store, thread, [said("hello")], { at: `2026-01-05T09:00:0${index}.000Z` });
      await append(store, "a", [said("and again")], { at: "2026-01-05T09:01:00.000Z" });
      assert.deepEqual(
        (await store.recent(2)).map(({ thread, lastSeq }) => [thread, lastSeq]),
        [
          ["a", 2],
          ["c", 1],
        ],
      );
    });
  });

  describe("followers", () => {
    test("a follower hears each commit in the order of the log, until it stops listening", async () => {
      const heard: Omit<Committed, "here">[] = [];
      const unfollow = store.follow(({ thread, workspace, events, posts, wakes }) =>
        heard.push({ thread, workspace, events, posts, wakes }),
      );
      const posts = [{ event: 0, kind: "turn", part: 0 }];
      await store.commit(commitOf("t", 0, [said("one")], { posts }));
      await store.commit(commitOf("t", 0, [said("stale")]));
      await store.commit(commitOf("t", 1, [], { wake: "now", workspace: "T9" }));
      await settled();
      unfollow();
      await append(store, "t", [said("unheard")]);
      await settled();
      assert.deepEqual(heard, [
        { thread: "t", workspace: "T1", events: [{ ...said("one"), seq: 1, at: AT }], posts: 1, wakes: false },
        // A thread stays in the workspace in which it began, whoever writes to it.
        { thread: "t", workspace: "T1", events: [], posts: 0, wakes: true },
      ]);
    });

    test("a follower that throws breaks neither the commit nor the others, and is warned about", async () => {
      const warned = Promise.withResolvers<void>();
      const listen = ({ message }: Error) => void (/thread t: Error: I stumbled/.test(message) && warned.resolve());
      process.on("warning", listen);
      const heard: number[] = [];
      store.follow(() => {
        throw new Error("I stumbled");
      });
      store.follow(({ events }) => heard.push(events.length));
      assert.equal((await store.commit(commitOf("t", 0, [said("one")]))).kind, "ok");
      await settled();
      assert.deepEqual(heard, [1]);
      await warned.promise;
      process.off("warning", listen);
    });

    test("a follower that commits at once does not make the others hear the second before the first", async () => {
      let second: Promise<unknown> | undefined;
      const heard: (number | undefined)[] = [];
      store.follow(({ events }) => {
        if (events[0]?.seq === 1) second = store.commit(commitOf("t", 1, [said("two")]));
      });
      store.follow(({ events }) => heard.push(events[0]?.seq));
      await store.commit(commitOf("t", 0, [said("one")]));
      await settled();
      await second;
      await settled();
      assert.deepEqual(heard, [1, 2]);
    });
  });
}
