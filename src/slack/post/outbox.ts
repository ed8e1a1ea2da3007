import { withinMs } from "../../engine/clock.ts";
import { createKeyedWorker, type KeyedWorker, type Worked } from "../../runner/keyed-worker.ts";
import type { Dispatch, Serving, Work } from "../../store/dispatch.ts";
import { placeOf } from "../../store/fair-queue.ts";
import { createDelivery, type DeliveryParts } from "./delivery.ts";
import { createHeldCards } from "./cards/held-cards.ts";
import { createPace, type Pace } from "./pace.ts";
import { RETRY_DELAY_MS, RETRY_DELAY_MS_MAX, ROWS_PER_THREAD } from "../words/limits.ts";

/** Posts what the log says is to be posted: in order within a thread, at Slack's pace, each once. */
export interface Outbox {
  /** What was held, or could not be posted, is tried again. */
  poke(): void;
  /** Takes up everything that is due, and follows the store from here on. */
  start(): void;
  /** Begins nothing new and resolves when the calls under way have ended, or after a few seconds. What is left is due at the next start. */
  stop(): Promise<void>;
  /** Resolves when nothing is left to do, or everything is held. */
  idle(): Promise<void>;
}

/**
 * One process posts in a channel at a time, so that its pace is the channel's. In it there is a lane for each thread with something to
 * post; a lane posts one message at a time and waits for its channel's bucket like everybody, so that the threads of a channel take turns. Lanes are woken by commits, and sleep for nothing but pace and outages.
 */
export function createOutbox(parts: DeliveryParts & { readonly pace?: Pace; readonly dispatch: Pick<Dispatch, "serve"> }): Outbox {
  const { store, clock, onProblem } = parts;
  const cards = createHeldCards(parts);
  const deliver = createDelivery(parts, parts.pace ?? createPace(clock), cards);
  let lanes = lanesOf();
  let ending = new AbortController();
  let unfollow: (() => void) | undefined;
  let serving: Serving | undefined;
  let isHeld = false;
  /** The channels that this process posts in now, no other does, with the threads that have something to post. */
  const mine = new Map<string, Place>();

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

  function poke(thread: string): void {
    const threads = mine.get(placeOf(thread))?.threads;
    // Somebody else posts there, or will: the commit has told them.
    if (!threads || isHeld) return;
    // At the end of those that are waited for.
    threads.delete(thread);
    threads.add(thread);
    lanes.poke(thread);
  }

  /** Everything that is due in a channel, and what becomes due meanwhile. Nothing is awaited between the last lane's end and the return. */
  async function workIn({ key: place, onSignal }: Work): Promise<void> {
    const over = new AbortController();
    const here: Place = { threads: new Set(), signal: over.signal };
    const end = () => over.abort();
    // Whoever has it by then looks for what is perhaps there.
    onSignal((what) => {
      if (what === "lost") end();
    });
    const { signal: stopped } = ending;
    // By hand: `AbortSignal.any` takes several times as long.
    if (stopped.aborted) end();
    else stopped.addEventListener("abort", end, { once: true });
    mine.set(place, here);
    try {
      for (const thread of await store.dueThreads(place)) poke(thread);
      for (const thread of here.threads) await lanes.rest(thread);
    } finally {
      stopped.removeEventListener("abort", end);
      // It may have been lost, and be had again.
      if (mine.get(place) === here) mine.delete(place);
    }
  }

  async function drain(thread: string): Promise<void> {
    const signal = mine.get(placeOf(thread))?.signal ?? AbortSignal.abort();
    for (;;) {
      const due = await store.duePosts(thread, ROWS_PER_THREAD);
      for (const post of due) {
        if (isHeld || signal.aborted) return;
        const outcome = await deliver(post, signal);
        if (outcome === "held") isHeld = true;
        if (outcome !== "done") return;
      }
      // What came meanwhile has poked the lane.
      if (due.length < ROWS_PER_THREAD) return;
    }
  }

  return {
    poke() {
      isHeld = false;
      serving?.lookAgain();
    },
    start() {
      if (serving) return;
      ending = new AbortController();
      lanes = lanesOf();
      unfollow = store.follow(({ thread, posts }) => {
        if (posts === 0) return;
        cards.more(thread);
        poke(thread);
      });
      serving = parts.dispatch.serve("post", { slots: CHANNELS_AT_ONCE_MAX, perWorkspace: CHANNELS_AT_ONCE_MAX, onBug }, workIn);
    },
    async stop() {
      unfollow?.();
      ending.abort();
      await withinMs(clock, STOP_GRACE_MS, Promise.all([lanes.close(), serving?.stop()]));
      serving = undefined;
    },
    async idle() {
      await serving?.idle();
    },
  };

  function onBug(error: unknown): void {
    if (!ending.signal.aborted) onProblem({ kind: "bug", thread: "", error });
  }
}

/** A channel that this process posts in. */
interface Place {
  readonly threads: Set<string>;
  /** Aborts when it ends, or has lost the channel to another. */
  readonly signal: AbortSignal;
}

/** Each waits for its pace most of the time; more channels wait for those. */
const CHANNELS_AT_ONCE_MAX = 1_000;
/** A call to Slack may take half a minute. Its row says that it was begun, so the next start will look before it tries again. */
const STOP_GRACE_MS = 5_000;
