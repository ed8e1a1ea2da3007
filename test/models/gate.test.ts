import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { createGate, type Caps, type Entered } from "../../src/models/gate.ts";
import { fakeClock, settled } from "../../src/store/contracts/fake-clock.ts";

const caps = (more: Partial<Caps> = {}): Caps => ({ concurrency: 1, waitingMax: 1_000, ...more });
const never = new AbortController().signal;

/** A gate, and who was let in, in order. */
function gateWith(more: Partial<Caps> = {}) {
  const clock = fakeClock();
  const gate = createGate(caps(more), clock);
  const entered: string[] = [];
  const inside: Extract<Entered, { kind: "entered" }>[] = [];
  const began = clock.now();
  const enter = async (name: string, tokens = 0, signal: AbortSignal = never) => {
    const result = await gate.enter({ thread: name.slice(0, 1), tokens }, signal);
    if (result.kind === "entered") {
      entered.push(name);
      inside.push(result);
    }
    return result.kind;
  };
  return { clock, gate, entered, enter, leave: (tokens?: number) => inside.shift()?.leave(tokens), elapsedMs: () => clock.now() - began };
}

describe("calls at once", () => {
  test("threads take turns: one that asks a lot delays its own calls, not those of others", async () => {
    const { entered, enter, leave } = gateWith();
    const all = ["a1", "a2", "a3", "a4", "b1", "c1", "c2"].map((name) => enter(name));
    for (const _ of all) {
      await settled();
      leave();
    }
    await Promise.all(all);
    expect(entered).toEqual(["a1", "a2", "b1", "c1", "a3", "c2", "a4"]);
  });

  test("never more than the cap, whatever order calls come, end and are given up in", async () => {
    const step = fc.oneof(
      fc.record({ does: fc.constant("enter" as const), thread: fc.constantFrom("a", "b", "c") }),
      fc.record({ does: fc.constantFrom("leave" as const, "abort" as const), thread: fc.constant("") }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), async (steps, concurrency) => {
        const { gate, enter, leave, entered } = gateWith({ concurrency });
        const stops: AbortController[] = [];
        const outcomes: Promise<string>[] = [];
        for (const { does, thread } of steps) {
          if (does === "enter") {
            const stop = new AbortController();
            stops.push(stop);
            outcomes.push(enter(`${thread}${stops.length}`, 0, stop.signal));
          } else if (does === "leave") leave();
          else stops.pop()?.abort();
          await settled();
          expect(gate.running).toBeLessThanOrEqual(concurrency);
          expect(gate.waiting === 0 || gate.running === concurrency).toBe(true);
        }
        while (gate.running > 0) {
          leave();
          await settled();
        }
        const kinds = await Promise.all(outcomes);
        expect(kinds.filter((kind) => kind === "entered")).toHaveLength(entered.length);
        expect(gate.waiting).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("one more than may wait is told so at once", async () => {
    const { enter } = gateWith({ waitingMax: 2 });
    await enter("a1");
    const waiting = [enter("a2"), enter("b1")];
    expect(await enter("c1")).toBe("full");
    expect(waiting).toHaveLength(2);
  });

  test("one that is given up while it waits leaves the line; one that was given up before is not let in", async () => {
    const { gate, enter, entered, leave } = gateWith();
    await enter("a1");
    const stop = new AbortController();
    const waiting = enter("a2", 0, stop.signal);
    stop.abort();
    expect(await waiting).toBe("aborted");
    expect(gate.waiting).toBe(0);
    expect(await enter("a3", 0, AbortSignal.abort())).toBe("aborted");
    leave();
    await enter("a4");
    expect(entered).toEqual(["a1", "a4"]);
  });

  test("leaving twice frees one place", async () => {
    const { gate } = gateWith();
    const first = await gate.enter({ thread: "a", tokens: 0 }, never);
    if (first.kind !== "entered") throw new Error(first.kind);
    void gate.enter({ thread: "a", tokens: 0 }, never);
    void gate.enter({ thread: "a", tokens: 0 }, never);
    first.leave();
    first.leave();
    await settled();
    expect([gate.running, gate.waiting]).toEqual([1, 1]);
  });
});

describe("calls in a minute", () => {
  test("no minute has more requests than the cap, also right after a burst", async () => {
    const { clock, enter, elapsedMs } = gateWith({ concurrency: 100, requestsPerMinute: 3 });
    const times: number[] = [];
    const all = Array.from({ length: 7 }, (_, index) => enter(`a${index}`).then(() => times.push(elapsedMs())));
    await clock.advance(180_000);
    await Promise.all(all);
    expect(times).toEqual([0, 0, 0, 60_000, 60_000, 60_000, 120_000]);
  });

  test("tokens count as estimated until the call has ended, then as they were", async () => {
    const { clock, enter, leave, entered } = gateWith({ concurrency: 100, tokensPerMinute: 1_000 });
    await enter("a1", 900);
    const second = enter("a2", 200);
    await settled();
    expect(entered).toEqual(["a1"]);
    leave(100); // It took less than was thought.
    await second;
    const third = enter("a3", 800);
    await settled();
    expect(entered).toEqual(["a1", "a2"]);
    await clock.advance(60_000);
    await third;
  });

  test("a call that is larger than the cap goes alone rather than never", async () => {
    const { clock, enter, entered } = gateWith({ concurrency: 100, tokensPerMinute: 1_000 });
    await enter("a1", 10);
    const large = enter("a2", 5_000);
    await settled();
    expect(entered).toEqual(["a1"]);
    await clock.advance(60_000);
    await large;
    expect(entered).toEqual(["a1", "a2"]);
  });

  test("a clock that is set back makes no pause longer, and no minute", async () => {
    const clock = fakeClock();
    let aheadMs = 86_400_000;
    const gate = createGate(caps({ concurrency: 100, requestsPerMinute: 2 }), { now: () => clock.now() + aheadMs, sleep: clock.sleep });
    const enter = () => gate.enter({ thread: "a", tokens: 0 }, never);
    await Promise.all([enter(), enter()]);
    gate.pause(5_000);
    const waiting = [enter(), enter()];
    aheadMs = 0;
    await clock.advance(61_000);
    expect((await Promise.all(waiting)).map(({ kind }) => kind)).toEqual(["entered", "entered"]);
  });

  test("a shorter pause that is asked for later ends no longer one", async () => {
    const { clock, gate, enter, entered } = gateWith({ concurrency: 100 });
    gate.pause(5_000);
    gate.pause(1_000);
    const waiting = enter("a1");
    await clock.advance(4_999);
    expect(entered).toEqual([]);
    await clock.advance(1);
    expect(await waiting).toBe("entered");
  });

  test("a pause that the provider asks for holds everybody, and no timer is left when nobody waits", async () => {
    const { clock, gate, enter, entered } = gateWith({ concurrency: 100 });
    gate.pause(5_000);
    const stop = new AbortController();
    const waiting = [enter("a1"), enter("b1", 0, stop.signal)];
    await clock.advance(4_999);
    expect(entered).toEqual([]);
    stop.abort();
    await clock.advance(1);
    expect(await Promise.all(waiting)).toEqual(["entered", "aborted"]);
    gate.pause(5_000);
    const again = new AbortController();
    const last = enter("c1", 0, again.signal);
    await settled();
    expect(clock.sleepers).toBe(1);
    again.abort();
    await last;
    expect(clock.sleepers).toBe(0);
  });
});
