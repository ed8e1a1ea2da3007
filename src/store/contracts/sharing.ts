import assert from "node:assert/strict";
import { type GivenDispatch, handlings } from "./handlings.ts";
import { until } from "./fake-clock.ts";

/** Who is handled first when there is more to do than slots, and how a dispatch ends. */
export function sharingContract(given: GivenDispatch): void {
  const {
    name,
    tests: { describe, test },
  } = given;
  describe(`${name}, as a dispatch: who comes first`, () => {
    const on = handlings(given);
    const { serve, wake, end, at, crash, settled } = on;

    test("no more than the slots are handled at once", async () => {
      serve({ slots: 3 });
      for (let index = 0; index < 10; index++) await wake(`t${index}`);
      await settled();
      assert.equal(on.running.length, 3);
      while (on.begun.length < 10) {
        on.running[0]!.end();
        await settled();
        assert.ok(on.running.length <= 3);
      }
      assert.deepEqual(
        on.begun,
        Array.from({ length: 10 }, (_, index) => `t${index}`),
      );
    });

    test("a workspace alone has all the slots; once another waits, it gives way down to its share", async () => {
      serve({ slots: 4, perWorkspace: 2 });
      for (let index = 0; index < 8; index++) await wake(`big ${index}`, "now", "BIG");
      await settled();
      assert.deepEqual(
        on.running.map(({ workspace }) => workspace),
        ["BIG", "BIG", "BIG", "BIG"],
      );
      for (let index = 0; index < 4; index++) await wake(`small ${index}`, "now", "SMALL");
      const share: string[] = [];
      for (let freed = 0; freed < 2; freed++) {
        on.running[0]!.end();
        await settled();
        share.push(on.begun.at(-1)!);
      }
      assert.deepEqual(share, ["small 0", "small 1"]);
      // Both have their share, so the turns go round.
      on.running[0]!.end();
      await settled();
      assert.deepEqual(on.running.map(({ workspace }) => workspace).toSorted(), ["BIG", "BIG", "SMALL", "SMALL"]);
    });

    test("300 threads of one workspace do not keep 12 of another waiting", async () => {
      for (let index = 0; index < 300; index++) await wake(`big ${index}`, "now", "BIG");
      for (let index = 0; index < 12; index++) await wake(`small ${index}`, "now", "SMALL");
      serve({ slots: 4, perWorkspace: 2 });
      await settled();
      let mostAtOnce = 0;
      while (on.running.length > 0) {
        mostAtOnce = Math.max(mostAtOnce, on.running.length);
        on.running[0]!.end();
        await settled();
      }
      const order = on.begun.map((thread) => thread.split(" ")[0]);
      assert.equal(order.length, 312);
      assert.equal(mostAtOnce, 4);
      assert.equal(order.slice(0, 24).filter((workspace) => workspace === "small").length, 12);
    });

    test("the places of a workspace take turns: 100 threads in one do not keep the first of another waiting", async () => {
      for (let index = 0; index < 100; index++) await wake(`T1/busy/${index}`);
      for (let index = 0; index < 3; index++) await wake(`T1/quiet/${index}`);
      serve({ slots: 2 });
      await settled();
      while (on.begun.length < 8) {
        on.running[0]!.end();
        await settled();
      }
      assert.deepEqual(
        on.begun.filter((thread) => thread.startsWith("T1/quiet/")),
        ["T1/quiet/0", "T1/quiet/1", "T1/quiet/2"],
      );
    });

    test("one place does not take the last slots, so that another one's thread begins at once; what waits is told", async () => {
      serve({ slots: 20, perWorkspace: 20 });
      assert.equal(on.opened.dispatch.ahead("T1"), 0);
      for (let index = 0; index < 40; index++) await wake(`T1/busy/${index}`);
      await until(() => on.running.length === 18);
      await settled();
      assert.equal(on.running.length, 18);
      assert.deepEqual([on.opened.dispatch.ahead("T1"), on.opened.dispatch.ahead("T2")], [22, 0]);
      await wake("T1/quiet/0");
      await until(() => on.begun.at(-1) === "T1/quiet/0");
    });

    test("stopping takes no new work and waits for what runs; the rest is due at the next start", async () => {
      serve({ slots: 1 });
      await wake("a");
      await wake("b");
      await until(() => on.running.length === 1);
      let isStopped = false;
      const stopped = on.opened.dispatch.stop().then(() => (isStopped = true));
      await wake("c");
      await settled();
      assert.equal(isStopped, false);
      end("a");
      await stopped;
      assert.deepEqual(on.begun, ["a"]);
      await crash();
      serve();
      await until(() => on.begun.length === 2);
      assert.deepEqual(on.begun.toSorted(), ["b", "c"]);
    });

    test("a thread that is woken while stopping waits for its handler is due at the next start", async () => {
      serve();
      await wake("a");
      await until(() => on.running.length === 1);
      const stopped = on.opened.dispatch.stop();
      await wake("a");
      end("a");
      await stopped;
      await crash();
      serve();
      await until(() => on.running.length === 1);
      assert.deepEqual(on.begun, ["a"]);
    });

    test("what waits for a person or a time costs no timer but one", async () => {
      serve();
      for (let index = 0; index < 50; index++) await wake(`parked ${index}`, index % 2 ? "none" : at(1_000_000 + index));
      await settled();
      assert.ok(on.clock.sleepers <= 1);
      await on.opened.dispatch.stop();
      assert.equal(on.clock.sleepers, 0);
    });
  });
}
