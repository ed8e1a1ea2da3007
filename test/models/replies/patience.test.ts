import { describe, expect, test } from "vitest";
import type { Clock } from "../../../src/engine/clock.ts";
import { chatChunks } from "../../../src/models/openai/chat-chunks.ts";
import { newPatience } from "../../../src/models/replies/patience.ts";
import { replyFrom } from "../../../src/models/replies/reply.ts";
import type { ServerEvent } from "../../../src/models/replies/server-events.ts";
import { manualClock } from "../../support/clock.ts";
import { request } from "../servers/asking.ts";

const never = new Promise<string>(() => undefined);

/** A clock that counts how often it was asked for a timer. */
function counting() {
  const clock = manualClock();
  let timers = 0;
  const counted: Clock = {
    now: () => clock.now(),
    sleep: (ms, signal) => {
      timers++;
      return clock.sleep(ms, signal);
    },
  };
  return { clock, counted, timers: () => timers };
}

describe("patience", () => {
  test("a timer that is not needed any more is given up with a reason, and no exception is made for it", async () => {
    const { clock } = counting();
    const signals: AbortSignal[] = [];
    const kept: Clock = { now: () => clock.now(), sleep: (ms, signal) => (signal && signals.push(signal), clock.sleep(ms, signal)) };
    const patience = newPatience({ silenceMsMax: 1_000, wholeMsMax: 10_000, clock: kept }, new AbortController().signal);
    await patience.wait(Promise.resolve("a"));
    patience.allow(500);
    await patience.wait(Promise.resolve("b"));
    patience.end();
    expect(signals.map(({ aborted, reason }) => [aborted, typeof reason])).toEqual([[true, "string"], [true, "string"]]); // prettier-ignore
  });

  test("one timer serves a stream of thousands of steps, and each step has all its time", async () => {
    const { clock, counted, timers } = counting();
    const patience = newPatience({ silenceMsMax: 1_000, wholeMsMax: 1_000_000, clock: counted }, new AbortController().signal);
    for (let step = 0; step < 5_000; step++) {
      expect(await patience.wait(Promise.resolve(step))).toBe(step);
      if (step % 100 === 0) await clock.advance(10);
    }
    expect(timers()).toBeLessThan(5);
    let came: unknown;
    void patience.wait(never).then((why) => (came = why));
    await clock.advance(999);
    expect(came).toBeUndefined();
    await clock.advance(1);
    expect(came).toBe("timeout");
    patience.end();
    expect(clock.sleeping()).toBe(0);
  });

  test("a shorter time holds at once, a longer one too", async () => {
    const { clock, counted } = counting();
    const patience = newPatience({ silenceMsMax: 60_000, wholeMsMax: 1_000_000, clock: counted }, new AbortController().signal);
    await patience.wait(Promise.resolve());
    patience.allow(1_000);
    let came: unknown;
    void patience.wait(never).then((why) => (came = why));
    await clock.advance(1_000);
    expect(came).toBe("timeout");
    patience.allow(5_000);
    came = undefined;
    void patience.wait(never).then((why) => (came = why));
    await clock.advance(4_999);
    expect(came).toBeUndefined();
    await clock.advance(1);
    expect(came).toBe("timeout");
    patience.end();
  });

  test("a clock that is set back gives nobody more than twice their time", async () => {
    const clock = manualClock();
    let aheadMs = 3_600_000;
    const patience = newPatience(
      { silenceMsMax: 60_000, wholeMsMax: 300_000, clock: { now: () => clock.now() + aheadMs, sleep: clock.sleep } },
      new AbortController().signal,
    );
    let came: unknown;
    void patience.wait(never).then((why) => (came = why));
    await clock.advance(30_000);
    aheadMs = 0;
    await clock.advance(90_000);
    expect(came).toBe("timeout");
    // Nor does it all take longer together.
    await clock.advance(180_000);
    expect(patience.isOver()).toBe(true);
    patience.end();
  });

  test("time in which nobody waits is no silence, but a part of the whole", async () => {
    const { clock, counted } = counting();
    const patience = newPatience({ silenceMsMax: 1_000, wholeMsMax: 10_000, clock: counted }, new AbortController().signal);
    await patience.wait(Promise.resolve());
    await clock.advance(9_500);
    let came: unknown;
    void patience.wait(never).then((why) => (came = why));
    await clock.advance(499);
    expect([came, patience.isOver()]).toEqual([undefined, false]);
    await clock.advance(1);
    expect([came, patience.isOver()]).toEqual(["timeout", true]);
    patience.end();
  });

  test("an aborted signal is heard at once, during a step and before it", async () => {
    const { counted } = counting();
    const stop = new AbortController();
    const patience = newPatience({ silenceMsMax: 1_000, wholeMsMax: 10_000, clock: counted }, stop.signal);
    const waited = patience.wait(never);
    stop.abort();
    expect(await waited).toBe("aborted");
    expect(await patience.wait(never)).toBe("aborted");
    patience.end();
  });

  test("a step that fails fails here, and one that was given up fails nowhere", async () => {
    const { clock, counted } = counting();
    const patience = newPatience({ silenceMsMax: 1_000, wholeMsMax: 10_000, clock: counted }, new AbortController().signal);
    await expect(patience.wait(Promise.reject(new Error("gone")))).rejects.toThrow("gone");
    const late = Promise.withResolvers<string>();
    const waited = patience.wait(late.promise);
    await clock.advance(1_000);
    expect(await waited).toBe("timeout");
    late.reject(new Error("too late"));
    await clock.advance(1);
    patience.end();
  });
});

test.each(["null", "None", "stop", "STOP"])(
  "a reason that stands beside words (%s) is waited behind as long as behind any words",
  async (reason) => {
    const clock = manualClock();
    const more = Promise.withResolvers<void>();
    const said = (content: string): ServerEvent => ({ type: "event", value: { choices: [{ delta: { content }, finish_reason: reason }] } });
    async function* batches(): AsyncGenerator<readonly ServerEvent[], void, void> {
      yield [said("Bl")];
      await more.promise;
      yield [said("ue."), { type: "done" }];
    }
    const source = { provider: "The server's", model: "m", host: "h", address: "h", keyName: "K", secrets: [] };
    const timeouts = { firstTokenMsMax: 180_000, betweenTokensMsMax: 60_000, callMsMax: 600_000 };
    const calling = { request: request(), source, timeouts, clock, habits: { opensUnmarked: false }, by: "m" };
    const call = replyFrom(() => chatChunks(batches(), { own: (name) => name, has: () => false }), calling, new AbortController().signal);
    expect((await call.next()).value).toEqual({ type: "text", text: "Bl" });
    const next = call.next();
    await clock.advance(30_000);
    more.resolve();
    expect((await next).value).toEqual({ type: "text", text: "ue." });
    expect((await call.next()).value).toMatchObject({ kind: "answer", text: "Blue." });
  },
);
