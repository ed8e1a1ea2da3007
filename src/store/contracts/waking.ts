import assert from "node:assert/strict";
import { commitOf, said } from "./commits.ts";
import { type GivenDispatch, handlings } from "./handlings.ts";
import { until } from "./fake-clock.ts";

/** When a thread is handled, and how often. */
export function wakingContract(given: GivenDispatch): void {
  const {
    name,
    tests: { describe, test },
  } = given;
  describe(`${name}, as a dispatch: when a thread is handled`, () => {
    const on = handlings(given);
    const { serve, wake, end, at, crash, settled } = on;

    test("a thread is handled when it is woken, with its workspace, and not again once that is done", async () => {
      serve();
      await wake("a", "now", "T7");
      await until(() => on.running.length === 1);
      assert.deepEqual(
        on.running.map(({ thread, workspace }) => [thread, workspace]),
        [["a", "T7"]],
      );
      end("a");
      await settled();
      assert.deepEqual(on.begun, ["a"]);
    });

    test("a thread that was woken before anybody served is handled when somebody does", async () => {
      await wake("a");
      serve();
      await until(() => on.running.length === 1);
      assert.deepEqual(on.begun, ["a"]);
    });

    test("whoever watches is told since when the thread has waited that has waited longest, and nobody works on", async () => {
      const { waitingSince } = on.opened.dispatch;
      // A store need not tell.
      if (!waitingSince) return;
      assert.equal(await waitingSince(), undefined);
      const beganAt = on.clock.now();
      await wake("a");
      await on.clock.advance(1_000);
      await wake("b");
      await wake("c", at(60_000));
      await on.clock.advance(1_000);
      assert.equal(await waitingSince(), beganAt);
      serve({ slots: 1 });
      await until(() => on.running.length === 1);
      assert.equal(await waitingSince(), beganAt + 1_000);
      end("a");
      await until(() => on.begun.length === 2);
      assert.equal(await waitingSince(), undefined);
      end("b");
      await settled();
      await crash();
      await on.clock.advance(65_000);
      assert.equal(await on.opened.dispatch.waitingSince?.(), beganAt + 61_000);
    });

    test("a commit that says nothing of waking wakes nobody", async () => {
      serve();
      await wake("a", "keep");
      await wake("b", "none");
      await settled();
      assert.deepEqual(on.begun, []);
    });

    test("wake-ups that come before anybody has time are one piece of work", async () => {
      serve({ slots: 1 });
      await wake("first");
      await until(() => on.running.length === 1);
      for (let seq = 0; seq < 4; seq++) await on.opened.store.commit(commitOf("a", seq, [said("hello")], { wake: "now" }));
      end("first");
      await until(() => on.begun.length === 2);
      end("a");
      await settled();
      assert.deepEqual(on.begun, ["first", "a"]);
    });

    test("a thread that is woken while it is handled is handled again, after and not beside", async () => {
      serve();
      await wake("a");
      await until(() => on.running.length === 1);
      await wake("a");
      await wake("a");
      await settled();
      assert.deepEqual(on.begun, ["a"]);
      end("a");
      await until(() => on.begun.length === 2);
      end("a");
      await settled();
      assert.deepEqual(on.begun, ["a", "a"]);
    });

    test("a handler that leaves its thread waiting for a person is not called again, though the thread was woken before", async () => {
      serve();
      await wake("a");
      await until(() => on.running.length === 1);
      await wake("a", "now");
      await wake("a", "none");
      end("a");
      await settled();
      await crash();
      serve();
      await settled();
      assert.deepEqual(on.begun, []);
    });

    test("a thread that is sent to rest while it stands in line is not handled", async () => {
      serve({ slots: 1 });
      await wake("a");
      await wake("b");
      await until(() => on.running.length === 1);
      await wake("b", "none");
      end("a");
      await settled();
      assert.deepEqual(on.begun, ["a"]);
    });

    test("a thread is handled at its time, not before", async () => {
      serve();
      await wake("later", at(60_000));
      await wake("sooner", at(30_000));
      await on.clock.advance(29_999);
      assert.deepEqual(on.begun, []);
      await on.clock.advance(1);
      assert.deepEqual(on.begun, ["sooner"]);
      await on.clock.advance(30_000);
      assert.deepEqual(on.begun, ["sooner", "later"]);
    });

    test("a time that has passed is now", async () => {
      serve();
      await wake("a", at(-1));
      await until(() => on.running.length === 1);
      assert.deepEqual(on.begun, ["a"]);
    });

    test("a time months ahead is waited for, and then it is time", async () => {
      serve();
      const ms = 60 * 24 * 3_600_000;
      await wake("a", at(ms));
      await on.clock.advance(ms - 1);
      assert.deepEqual(on.begun, []);
      await on.clock.advance(1);
      assert.deepEqual(on.begun, ["a"]);
    });

    test("the newest wake-up counts: a later time takes a thread out of the line, and now puts it back", async () => {
      serve({ slots: 1 });
      await wake("first");
      await wake("a");
      await until(() => on.running.length === 1);
      await wake("a", at(60_000));
      end("first");
      await settled();
      assert.deepEqual(on.begun, ["first"]);
      await wake("a", "now");
      await until(() => on.running.length === 1);
      end("a");
      await on.clock.advance(60_000);
      assert.deepEqual(on.begun, ["first", "a"]);
    });

    test("a thread whose handler sets a time for itself is handled again then, also when that comes while it still runs", async () => {
      serve();
      await wake("a");
      await until(() => on.running.length === 1);
      await wake("a", at(60_000));
      end("a");
      await settled();
      assert.equal(on.begun.length, 1);
      await on.clock.advance(60_000);
      assert.equal(on.begun.length, 2);
      await wake("a", at(60_000));
      await on.clock.advance(60_000);
      assert.equal(on.running.length, 1);
      end("a");
      await until(() => on.begun.length === 3);
    });

    test("after a crash everything that was due or under way is due again, and what was done is not", async () => {
      serve({ slots: 2 });
      for (const thread of ["done", "under way", "in line"]) await wake(thread);
      await wake("later", at(60_000));
      await until(() => on.running.length === 2);
      end("done");
      await until(() => on.running.length === 2);
      await crash();
      serve();
      await settled();
      assert.deepEqual(on.begun.toSorted(), ["in line", "under way"]);
      await on.clock.advance(60_000);
      assert.ok(on.begun.includes("later"));
    });

    test("a timer that ran out while nobody served is due at the next start", async () => {
      await wake("a", at(60_000));
      await crash();
      on.clock.set(on.clock.now() + 120_000);
      serve();
      await until(() => on.running.length === 1);
      assert.deepEqual(on.begun, ["a"]);
    });

    test("a clock that is set back hides no thread, and one that is set forth and back rings no timer early for ever", async () => {
      serve();
      on.clock.set(on.clock.now() + 3_600_000);
      await wake("a");
      await until(() => on.begun.includes("a"));
      end("a");
      on.clock.set(on.clock.now() - 3_600_000);
      await wake("b");
      await wake("c", at(60_000));
      await settled();
      assert.deepEqual(on.begun, ["a", "b"]);
      await on.clock.advance(3_600_000);
      assert.deepEqual(on.begun, ["a", "b", "c"]);
    });

    test("a handler that throws is reported, and is tried again after 1 s, 2 s, 4 s … 60 s, also after a crash", async () => {
      serve();
      await wake("a");
      for (const [index, pauseMs] of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000].entries()) {
        await until(() => on.running.length === 1);
        end("a", new Error("a bug"));
        await until(() => on.bugs.length === index + 1);
        await on.clock.advance(pauseMs - 1);
        assert.deepEqual(on.running, []);
        await on.clock.advance(1);
      }
      assert.equal(on.bugs[0], "a: Error: a bug");
      await until(() => on.running.length === 1);
      end("a", new Error("a bug"));
      await crash();
      serve();
      await until(() => on.running.length === 1);
      end("a");
      await on.clock.advance(120_000);
      assert.deepEqual(on.begun, ["a"]);
    });

    test("a handler that wakes its own thread and throws does not spin; a wake-up from outside is not made to wait", async () => {
      serve();
      await wake("a");
      await until(() => on.running.length === 1);
      await wake("a");
      end("a", new Error("a bug"));
      await settled();
      assert.deepEqual(on.begun, ["a"]);
      await wake("a");
      await until(() => on.begun.length === 2);
      end("a");
      await on.clock.advance(120_000);
      assert.deepEqual(on.begun, ["a", "a"]);
    });

    test("a handler that throws at once, without a promise, is a bug like any other", async () => {
      const onBug = (error: unknown, thread: string) => on.bugs.push(`${thread}: ${String(error)}`);
      on.opened.dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug }, () => {
        throw new Error("no promise");
      });
      await wake("a");
      await until(() => on.bugs.length === 1);
      assert.deepEqual(on.bugs, ["a: Error: no promise"]);
    });
  });
}
