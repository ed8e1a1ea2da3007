import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Dispatch, ServeOptions } from "../../src/store/dispatch.ts";
import type { Commit, Store } from "../../src/store/store.ts";
import { append, commitOf, said } from "../../src/store/contracts/commits.ts";
import { type FakeClock, fakeClock, settled, until } from "../../src/store/contracts/fake-clock.ts";

export type Opened = { readonly store: Store; readonly dispatch: Dispatch };
/** Opens the same database each time it is called; the one before has been closed. */
export type Open = (clock: FakeClock) => Promise<Opened>;

/** A handler under the test's control: it runs until the test ends it. */
interface Handling {
  readonly thread: string;
  readonly workspace: string;
  end(error?: Error): void;
}

/** What every dispatch does. `fresh` names a new database. */
export function dispatchContract(name: string, fresh: () => Open): void {
  describe(`${name}, as a dispatch`, () => {
    let open: Open;
    let clock: FakeClock;
    let opened: Opened;
    let running: Handling[];
    let begun: string[];
    let bugs: string[];

    beforeEach(async () => {
      clock = fakeClock();
      open = fresh();
      opened = await open(clock);
      running = [];
      begun = [];
      bugs = [];
    });
    afterEach(() => opened.store.close());

    const serve = (options: Partial<ServeOptions> = {}) => {
      opened.dispatch.serve(
        "turn",
        { slots: 4, perWorkspace: 4, onBug: (error, thread) => bugs.push(`${thread}: ${String(error)}`), ...options },
        ({ key: thread, workspace }) => {
          begun.push(thread);
          return new Promise<void>((resolve, reject) => {
            const end = (error?: Error) => {
              running = running.filter((handling) => handling !== handled);
              if (error) reject(error);
              else resolve();
            };
            const handled: Handling = { thread, workspace, end };
            running.push(handled);
          });
        },
      );
    };
    const wake = (thread: string, how: Commit["wake"] = "now", workspace = "T1") =>
      append(opened.store, thread, [said("hello")], { wake: how, workspace });
    const end = (thread: string, error?: Error) => running.find((handling) => handling.thread === thread)!.end(error);
    const at = (ms: number) => ({ at: new Date(clock.now() + ms).toISOString() });
    /** As a crash: handlers are cut off, and what they would still do goes nowhere. */
    const crash = async () => {
      await opened.store.close();
      for (const handling of running) handling.end();
      opened = await open(clock);
      running = [];
      begun = [];
    };

    test("a thread is handled when it is woken, with its workspace, and not again once that is done", async () => {
      serve();
      await wake("a", "now", "T7");
      await until(() => running.length === 1);
      expect(running[0]).toMatchObject({ thread: "a", workspace: "T7" });
      end("a");
      await settled();
      expect(begun).toEqual(["a"]);
    });

    test("a thread that was woken before anybody served is handled when somebody does", async () => {
      await wake("a");
      serve();
      await until(() => running.length === 1);
      expect(begun).toEqual(["a"]);
    });

    test("a commit that says nothing of waking wakes nobody", async () => {
      serve();
      await wake("a", "keep");
      await wake("b", "none");
      await settled();
      expect(begun).toEqual([]);
    });

    test("wake-ups in one go are one piece of work", async () => {
      serve();
      await Promise.all([0, 1, 2, 3].map((seq) => opened.store.commit(commitOf("a", seq, [said("hello")], { wake: "now" }))));
      await until(() => running.length > 0);
      end("a");
      await settled();
      expect(begun).toEqual(["a"]);
    });

    test("a thread that is woken while it is handled is handled again, after and not beside", async () => {
      serve();
      await wake("a");
      await until(() => running.length === 1);
      await wake("a");
      await wake("a");
      await settled();
      expect(begun).toEqual(["a"]);
      end("a");
      await until(() => begun.length === 2);
      end("a");
      await settled();
      expect(begun).toEqual(["a", "a"]);
    });

    test("a handler that leaves its thread waiting for a person is not called again, though the thread was woken before", async () => {
      serve();
      await wake("a");
      await until(() => running.length === 1);
      await wake("a", "now");
      await wake("a", "none");
      end("a");
      await settled();
      await crash();
      serve();
      await settled();
      expect(begun).toEqual([]);
    });

    test("a thread that is sent to rest while it stands in line is not handled", async () => {
      serve({ slots: 1 });
      await wake("a");
      await wake("b");
      await until(() => running.length === 1);
      await wake("b", "none");
      end("a");
      await settled();
      expect(begun).toEqual(["a"]);
    });

    test("a thread is handled at its time, not before", async () => {
      serve();
      await wake("later", at(60_000));
      await wake("sooner", at(30_000));
      await clock.advance(29_999);
      expect(begun).toEqual([]);
      await clock.advance(1);
      expect(begun).toEqual(["sooner"]);
      await clock.advance(30_000);
      expect(begun).toEqual(["sooner", "later"]);
    });

    test("a time that has passed is now", async () => {
      serve();
      await wake("a", at(-1));
      await until(() => running.length === 1);
      expect(begun).toEqual(["a"]);
    });

    test("a time months ahead is waited for, and then it is time", async () => {
      serve();
      const ms = 60 * 24 * 3_600_000;
      await wake("a", at(ms));
      await clock.advance(ms - 1);
      expect(begun).toEqual([]);
      await clock.advance(1);
      expect(begun).toEqual(["a"]);
    });

    test("the newest wake-up counts: a later time takes a thread out of the line, and now puts it back", async () => {
      serve({ slots: 1 });
      await wake("first");
      await wake("a");
      await until(() => running.length === 1);
      await wake("a", at(60_000));
      end("first");
      await settled();
      expect(begun).toEqual(["first"]);
      await wake("a", "now");
      await until(() => running.length === 1);
      end("a");
      await clock.advance(60_000);
      expect(begun).toEqual(["first", "a"]);
    });

    test("a thread whose handler sets a time for itself is handled again then, also when that comes while it still runs", async () => {
      serve();
      await wake("a");
      await until(() => running.length === 1);
      await wake("a", at(60_000));
      end("a");
      await settled();
      expect(begun).toHaveLength(1);
      await clock.advance(60_000);
      expect(begun).toHaveLength(2);
      await wake("a", at(60_000));
      await clock.advance(60_000);
      expect(running).toHaveLength(1);
      end("a");
      await until(() => begun.length === 3);
    });

    test("after a crash everything that was due or under way is due again, and what was done is not", async () => {
      serve({ slots: 2 });
      for (const thread of ["done", "under way", "in line"]) await wake(thread);
      await wake("later", at(60_000));
      await until(() => running.length === 2);
      end("done");
      await until(() => running.length === 2);
      await crash();
      serve();
      await settled();
      expect(begun.toSorted()).toEqual(["in line", "under way"]);
      await clock.advance(60_000);
      expect(begun).toContain("later");
    });

    test("a timer that ran out while nobody served is due at the next start", async () => {
      await wake("a", at(60_000));
      await crash();
      clock.set(clock.now() + 120_000);
      serve();
      await until(() => running.length === 1);
      expect(begun).toEqual(["a"]);
    });

    test("a clock that is set back hides no thread, and one that is set forth and back rings no timer early for ever", async () => {
      serve();
      clock.set(clock.now() + 3_600_000);
      await wake("a");
      await until(() => begun.includes("a"));
      end("a");
      clock.set(clock.now() - 3_600_000);
      await wake("b");
      await wake("c", at(60_000));
      await settled();
      expect(begun).toEqual(["a", "b"]);
      await clock.advance(3_600_000);
      expect(begun).toEqual(["a", "b", "c"]);
    });

    test("a handler that throws is reported, and is tried again after 1 s, 2 s, 4 s … 60 s, also after a crash", async () => {
      serve();
      await wake("a");
      for (const [index, pauseMs] of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000].entries()) {
        await until(() => running.length === 1);
        end("a", new Error("a bug"));
        await until(() => bugs.length === index + 1);
        await clock.advance(pauseMs - 1);
        expect(running).toEqual([]);
        await clock.advance(1);
      }
      expect(bugs[0]).toBe("a: Error: a bug");
      await until(() => running.length === 1);
      end("a", new Error("a bug"));
      await crash();
      serve();
      await until(() => running.length === 1);
      end("a");
      await clock.advance(120_000);
      expect(begun).toEqual(["a"]);
    });

    test("a handler that wakes its own thread and throws does not spin; a wake-up from outside is not made to wait", async () => {
      serve();
      await wake("a");
      await until(() => running.length === 1);
      await wake("a");
      end("a", new Error("a bug"));
      await settled();
      expect(begun).toEqual(["a"]);
      await wake("a");
      await until(() => begun.length === 2);
      end("a");
      await clock.advance(120_000);
      expect(begun).toEqual(["a", "a"]);
    });

    test("a handler that throws at once, without a promise, is a bug like any other", async () => {
      const onBug = (error: unknown, thread: string) => bugs.push(`${thread}: ${String(error)}`);
      opened.dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug }, () => {
        throw new Error("no promise");
      });
      await wake("a");
      await until(() => bugs.length === 1);
      expect(bugs).toEqual(["a: Error: no promise"]);
    });

    test("no more than the slots are handled at once", async () => {
      serve({ slots: 3 });
      for (let index = 0; index < 10; index++) await wake(`t${index}`);
      await settled();
      expect(running).toHaveLength(3);
      while (begun.length < 10) {
        running[0]!.end();
        await settled();
        expect(running.length).toBeLessThanOrEqual(3);
      }
      expect(begun).toEqual(Array.from({ length: 10 }, (_, index) => `t${index}`));
    });

    test("a workspace alone has all the slots; once another waits, it gives way down to its share", async () => {
      serve({ slots: 4, perWorkspace: 2 });
      for (let index = 0; index < 8; index++) await wake(`big ${index}`, "now", "BIG");
      await settled();
      expect(running.map(({ workspace }) => workspace)).toEqual(["BIG", "BIG", "BIG", "BIG"]);
      for (let index = 0; index < 4; index++) await wake(`small ${index}`, "now", "SMALL");
      const share: string[] = [];
      for (let freed = 0; freed < 2; freed++) {
        running[0]!.end();
        await settled();
        share.push(begun.at(-1)!);
      }
      expect(share).toEqual(["small 0", "small 1"]);
      // Both have their share, so the turns go round.
      running[0]!.end();
      await settled();
      expect(running.map(({ workspace }) => workspace).toSorted()).toEqual(["BIG", "BIG", "SMALL", "SMALL"]);
    });

    test("300 threads of one workspace do not keep 12 of another waiting", async () => {
      for (let index = 0; index < 300; index++) await wake(`big ${index}`, "now", "BIG");
      for (let index = 0; index < 12; index++) await wake(`small ${index}`, "now", "SMALL");
      serve({ slots: 4, perWorkspace: 2 });
      await settled();
      let mostAtOnce = 0;
      while (running.length > 0) {
        mostAtOnce = Math.max(mostAtOnce, running.length);
        running[0]!.end();
        await settled();
      }
      const order = begun.map((thread) => thread.split(" ")[0]);
      expect(order).toHaveLength(312);
      expect(mostAtOnce).toBe(4);
      expect(order.slice(0, 24).filter((workspace) => workspace === "small")).toHaveLength(12);
    });

    test("the places of a workspace take turns: 100 threads in one do not keep the first of another waiting", async () => {
      for (let index = 0; index < 100; index++) await wake(`T1/busy/${index}`);
      for (let index = 0; index < 3; index++) await wake(`T1/quiet/${index}`);
      serve({ slots: 2 });
      await settled();
      while (begun.length < 8) {
        running[0]!.end();
        await settled();
      }
      expect(begun.filter((thread) => thread.startsWith("T1/quiet/"))).toEqual(["T1/quiet/0", "T1/quiet/1", "T1/quiet/2"]);
    });

    test("one place does not take the last slots, so that another one's thread begins at once; what waits is told", async () => {
      serve({ slots: 20, perWorkspace: 20 });
      expect(opened.dispatch.ahead("T1")).toBe(0);
      for (let index = 0; index < 40; index++) await wake(`T1/busy/${index}`);
      await until(() => running.length === 18);
      await settled();
      expect(running).toHaveLength(18);
      expect([opened.dispatch.ahead("T1"), opened.dispatch.ahead("T2")]).toEqual([22, 0]);
      await wake("T1/quiet/0");
      await until(() => begun.at(-1) === "T1/quiet/0");
    });

    test("stopping takes no new work and waits for what runs; the rest is due at the next start", async () => {
      serve({ slots: 1 });
      await wake("a");
      await wake("b");
      await until(() => running.length === 1);
      let isStopped = false;
      const stopped = opened.dispatch.stop().then(() => (isStopped = true));
      await wake("c");
      await settled();
      expect(isStopped).toBe(false);
      end("a");
      await stopped;
      expect(begun).toEqual(["a"]);
      await crash();
      serve();
      await until(() => begun.length === 2);
      expect(begun.toSorted()).toEqual(["b", "c"]);
    });

    test("a thread that is woken while stopping waits for its handler is due at the next start", async () => {
      serve();
      await wake("a");
      await until(() => running.length === 1);
      const stopped = opened.dispatch.stop();
      await wake("a");
      end("a");
      await stopped;
      await crash();
      serve();
      await until(() => running.length === 1);
      expect(begun).toEqual(["a"]);
    });

    test("what waits for a person or a time costs no timer but one", async () => {
      serve();
      for (let index = 0; index < 50; index++) await wake(`parked ${index}`, index % 2 ? "none" : at(1_000_000 + index));
      await settled();
      expect(clock.sleepers).toBeLessThanOrEqual(1);
      await opened.dispatch.stop();
      expect(clock.sleepers).toBe(0);
    });
  });
}
