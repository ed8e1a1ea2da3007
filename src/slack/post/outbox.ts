import { withinMs } from "../../engine/clock.ts";
import { createKeyedWorker, type KeyedWorker, type Worked } from "../../runner/keyed-worker.ts";
import { createDelivery, type DeliveryParts } from "./delivery.ts";
import { createPace, type Pace } from "./pace.ts";
import { RETRY_DELAY_MS, RETRY_DELAY_MS_MAX, ROWS_PER_SWEEP, ROWS_PER_THREAD } from "../words/limits.ts";

/** Posts what the log says is to be posted: in order within a thread, at Slack's pace, each once. */
export interface Outbox {
  /** There may be something to post, in this thread or in any. Without a thread, what was held is tried again. */
  poke(thread?: string): void;
  /** Takes up everything that is due, and follows the store from here on. */
  start(): void;
  /** Begins nothing new and resolves when the calls under way have ended, or after a few seconds. What is left is due at the next start. */
  stop(): Promise<void>;
  /** Resolves when nothing is left to do, or everything is held. */
  idle(): Promise<void>;
}

/**
 * A lane for each thread with something to post; a lane posts one message at a time and waits for its channel's bucket like everybody, so
 * that the threads of a channel take turns. Lanes are woken by commits, and sleep for nothing but pace and outages.
 */
export function createOutbox(parts: DeliveryParts & { readonly pace?: Pace }): Outbox {
  const { store, clock, onProblem } = parts;
  const deliver = createDelivery(parts, parts.pace ?? createPace(clock));
  const sweeps = new Set<Promise<void>>();
  let lanes = lanesOf();
  let ending = new AbortController();
  let unfollow: (() => void) | undefined;
  let isHeld = false;
  /** Rows may be due in threads that nobody has named. */
  let mustSweep = false;
  let isSweeping = false;

  function lanesOf(): KeyedWorker<undefined> {
    return createKeyedWorker({
      clock,
      begin: () => undefined,
      look: async (thread): Promise<Worked> => {
        await drain(thread);
        return { kind: "done" };
      },
      // The rows stay, and perhaps nothing else will ever be recorded in this thread that would wake the lane: it is tried without an end.
      onError: (thread, error) => onProblem({ kind: "bug", thread, error }),
      retryDelayMs: RETRY_DELAY_MS,
      retryDelayMsMax: RETRY_DELAY_MS_MAX,
    });
  }

  function poke(thread?: string): void {
    if (!unfollow) return;
    if (thread === undefined) {
      isHeld = false;
      mustSweep = true;
      track(sweep());
    } else if (!isHeld) lanes.poke(thread);
  }

  /** Wakes the lanes of what is due, the oldest first, and looks again after as many as one look can see. */
  async function sweep(): Promise<void> {
    if (isSweeping) return;
    isSweeping = true;
    try {
      let firstBefore: number | undefined;
      while (mustSweep && !isHeld && !ending.signal.aborted) {
        mustSweep = false;
        const due = await store.duePosts(undefined, ROWS_PER_SWEEP);
        const woken = new Set(due.map((post) => post.thread));
        for (const thread of woken) lanes.poke(thread);
        // What was first and still is cannot be posted now; looking again would not help it.
        if (due.length < ROWS_PER_SWEEP || due[0]?.id === firstBefore) continue;
        firstBefore = due[0]?.id;
        await Promise.all([...woken].map((thread) => lanes.rest(thread)));
        mustSweep = true;
      }
    } finally {
      isSweeping = false;
    }
  }

  async function drain(thread: string): Promise<void> {
    for (;;) {
      const due = await store.duePosts(thread, ROWS_PER_THREAD);
      if (due.length === 0) return;
      for (const post of due) {
        if (isHeld || ending.signal.aborted) return;
        const outcome = await deliver(post, ending.signal);
        if (outcome === "held") isHeld = true;
        if (outcome !== "done") return;
      }
    }
  }

  function track(job: Promise<void>): void {
    const done = job
      .catch((error: unknown) => {
        if (!ending.signal.aborted) onProblem({ kind: "bug", thread: "", error });
      })
      .finally(() => sweeps.delete(done));
    sweeps.add(done);
  }

  async function idle(): Promise<void> {
    do {
      await Promise.all(sweeps);
      await lanes.idle();
    } while (sweeps.size > 0);
  }

  return {
    poke,
    start() {
      if (unfollow) return;
      ending = new AbortController();
      lanes = lanesOf();
      unfollow = store.follow(({ thread, posts }) => {
        if (posts > 0) poke(thread);
      });
      poke();
    },
    async stop() {
      unfollow?.();
      unfollow = undefined;
      ending.abort();
      await withinMs(clock, STOP_GRACE_MS, Promise.all([lanes.close(), ...sweeps]));
    },
    idle,
  };
}

/** A call to Slack may take half a minute. Its row says that it was begun, so the next start will look before it tries again. */
const STOP_GRACE_MS = 5_000;
