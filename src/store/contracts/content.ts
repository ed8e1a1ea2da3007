import assert from "node:assert/strict";
import { type Store, StoreError } from "../store.ts";
import { AT, commitOf, said } from "./commits.ts";
import { fakeClock, settled as turnsOfTheLoop } from "./fake-clock.ts";
import type { GivenStore } from "./given.ts";

/** Notes, files, who is alone with a key, and what is too large. */
export function contentContract({ tests, open, settled = turnsOfTheLoop }: GivenStore): void {
  const { describe, test, beforeEach, afterEach } = tests;
  let store: Store;
  beforeEach(async () => void (store = await open(fakeClock())));
  afterEach(() => store.close());

  describe("notes and files", () => {
    test("a note holds what was put last", async () => {
      assert.equal(await store.note("place/t"), undefined);
      await store.putNote("place/t", '{"channel":"C1"}');
      await store.putNote("place/t", '{"channel":"C2"}');
      assert.equal(await store.note("place/t"), '{"channel":"C2"}');
      assert.equal(await store.note("place/other"), undefined);
    });

    test("who follows the notes is told of each that is put, once it stands there, and no more after the end", async () => {
      const told: string[] = [];
      const unfollow = store.followNotes((key) => void told.push(key));
      await store.putNote("a", "1");
      await store.swapNote("b", "not there", "1");
      await store.swapNote("b", undefined, "1");
      await settled();
      assert.deepEqual(told, ["a", "b"]);
      unfollow();
      await store.putNote("a", "2");
      await settled();
      assert.deepEqual(told, ["a", "b"]);
    });

    test("a note is swapped only where what is expected stands there, and of two who expect the same one swaps it", async () => {
      assert.equal(await store.swapNote("n", "a", "b"), false);
      assert.equal(await store.note("n"), undefined);
      const first = await Promise.all([store.swapNote("n", undefined, "a"), store.swapNote("n", undefined, "b")]);
      assert.deepEqual(first.toSorted(), [false, true]);
      const [is, isNot] = first[0] ? ["a", "b"] : ["b", "a"];
      assert.equal(await store.swapNote("n", isNot, "c"), false);
      assert.equal(await store.swapNote("n", is, "c"), true);
      assert.equal(await store.note("n"), "c");
      await assert.rejects(store.swapNote("n", "c", "x".repeat(256 * 1024 + 1)), { message: /^note n: has 262145 bytes/ });
    });

    test("of jobs under one key one runs at a time, in the order of asking, also after one that threw; other keys do not wait", async () => {
      const told: string[] = [];
      const ends: { readonly [name: string]: PromiseWithResolvers<string> } = {
        a: Promise.withResolvers(),
        b: Promise.withResolvers(),
      };
      // It may be rejected before its job begins.
      ends["b"]?.promise.catch(() => undefined);
      const job = (name: string) => async () => {
        told.push(`begin ${name}`);
        const result = (await ends[name]?.promise) ?? name;
        told.push(`end ${name}`);
        return result;
      };
      const jobs: Promise<string>[] = [];
      for (const name of ["a", "b", "c"]) {
        jobs.push(store.exclusively("k", job(name)));
        await settled();
      }
      assert.equal(await store.exclusively("other", job("d")), "d");
      assert.deepEqual(told, ["begin a", "begin d", "end d"]);
      ends["a"]?.resolve("done");
      ends["b"]?.reject(new Error("broke"));
      const results = await Promise.allSettled(jobs);
      assert.deepEqual(
        results.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
      assert.deepEqual(results[0], { status: "fulfilled", value: "done" });
      assert.deepEqual(told.slice(3), ["end a", "begin b", "begin c", "end c"]);
    });

    test("a file is found under the SHA-256 of its content, byte by byte, however often it was put", async () => {
      const content = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
      const hash = await store.putFile(content);
      assert.match(hash, /^[0-9a-f]{64}$/);
      assert.equal(await store.putFile(content.slice()), hash);
      assert.equal(Buffer.compare((await store.file(hash))!, content), 0);
      assert.equal(await store.file("0".repeat(64)), undefined);
      const empty = await store.putFile(new Uint8Array());
      assert.equal(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
      assert.equal((await store.file(empty))?.byteLength, 0);
    });
  });

  describe("limits", () => {
    test("what is too large is refused with the thread, the size and the limit, and nothing of it is written", async () => {
      const large = said("x".repeat(1024 * 1024));
      await assert.rejects(store.commit(commitOf("t", 0, [said("fits"), large])), {
        message: /^thread t: a message\.posted event has \d+ bytes; at most 1048576/,
      });
      const posts = Array.from({ length: 201 }, (_, part) => ({ event: 0, kind: "turn", part }));
      await assert.rejects(store.commit(commitOf("t", 0, [said("fits")], { posts })), {
        message: /^thread t: 201 posts in one commit; at most 200/,
      });
      await assert.rejects(
        store.commit(
          commitOf(
            "t",
            0,
            Array.from({ length: 1_001 }, () => said("x")),
          ),
        ),
        { message: /^thread t: 1001 events in one commit; at most 1000/ },
      );
      await assert.rejects(store.commit(commitOf("t".repeat(513), 0, [said("x")])), { message: /has 513 characters; at most 512/ });
      assert.deepEqual(await store.load("t", 0), []);

      await assert.rejects(store.putNote("n", "x".repeat(256 * 1024 + 1)), { message: /^note n: has 262145 bytes/ });
      await assert.rejects(store.putFile(new Uint8Array(32 * 1024 * 1024 + 1)), { message: /has 33554433 bytes/ });
      await assert.rejects(store.receive({ id: "Ev1", at: AT, body: "x".repeat(1024 * 1024 + 1) }), {
        message: /^envelope Ev1: has 1048577 bytes/,
      });
      assert.equal(await store.putNote("n", "é".repeat(128 * 1024)), undefined);
      await assert.rejects(store.commit(commitOf("t", 0, [large])), StoreError);
      assert.equal((await store.commit(commitOf("t", 0, [said("fits")], { posts: posts.slice(1) }))).kind, "ok");
    });
  });
}
