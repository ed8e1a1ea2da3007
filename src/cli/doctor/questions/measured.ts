import type { Clock } from "../../../engine/clock.ts";
import type { Model, ModelReply, ModelRequest } from "../../../engine/model.ts";
import { outside } from "../../../engine/turn.ts";

/** One call of a model, as a watch saw it. */
export interface Measured {
  /** What it answered; `late` when it did not by the time that it was given, and `stopped` when a person would not wait for it. */
  readonly reply: ModelReply | "late" | "stopped";
  /** How many pieces of words came, reasoning among them. */
  readonly pieces: number;
  /** Milliseconds until the first of them; absent where none came. */
  readonly firstMs?: number;
  readonly wholeMs: number;
  /** From the moment when it was broken off to its end; only where it was. */
  readonly endedMs?: number;
}

export interface Measuring {
  readonly limitMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Breaks the call off with its first words, or after so long without any. */
  readonly breaksOffAfterMs?: number;
}

/** Not every provider of an extension hears that a call was stopped; it is left behind then. */
const GRACE_MS = 1_000;

/** Asks once and never waits for longer than the limit, whatever the model does. */
export async function measured(
  model: Model,
  request: ModelRequest,
  { limitMs, clock, signal, breaksOffAfterMs }: Measuring,
): Promise<Measured> {
  const stop = new AbortController();
  const done = new AbortController();
  const began = clock.now();
  let [firstMs, pieces, brokenOffMs]: [number | undefined, number, number | undefined] = [undefined, 0, undefined];
  let isLate = false;
  const breakOff = (): void => {
    brokenOffMs ??= clock.now();
    stop.abort();
  };
  const onStop = (): void => stop.abort();
  signal.addEventListener("abort", onStop, { once: true });
  if (signal.aborted) stop.abort();
  const late = (async () => {
    await clock.sleep(limitMs, done.signal);
    if (done.signal.aborted) return;
    isLate = true;
    stop.abort();
    await clock.sleep(GRACE_MS, done.signal);
  })();
  if (breaksOffAfterMs !== undefined) void clock.sleep(breaksOffAfterMs, done.signal).then(() => done.signal.aborted || breakOff());
  const call = model.call(request, outside(stop.signal, "doctor"));
  const answered = (async () => {
    for (;;) {
      const step = await call.next();
      if (step.done) return step.value;
      firstMs ??= clock.now() - began;
      pieces++;
      if (breaksOffAfterMs !== undefined) breakOff();
    }
  })();
  try {
    const reply = await Promise.race([answered, late.then(() => "late" as const)]);
    const now = clock.now();
    return {
      reply: signal.aborted ? "stopped" : isLate ? "late" : reply,
      pieces,
      wholeMs: now - began,
      ...(firstMs === undefined ? {} : { firstMs }),
      ...(brokenOffMs === undefined ? {} : { endedMs: now - brokenOffMs }),
    };
  } finally {
    done.abort();
    signal.removeEventListener("abort", onStop);
    answered.catch(() => undefined); // Nobody waits for it any more.
  }
}
