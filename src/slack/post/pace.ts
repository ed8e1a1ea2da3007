import type { Clock } from "../../engine/clock.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import type { Share } from "../../engine/share.ts";
import type { Post } from "../../store/store.ts";
import { createLearntRate } from "../api/learnt-rate.ts";
import { createBucket, createBuckets, createSharedBucket, type Bucket } from "../api/pacer.ts";
import { oneTurnBefore } from "../render/log-reading.ts";
import {
  ASKED_READ_BURST, ASKED_READS_PER_MINUTE, POST_BURST, POST_BURST_LEARNT, POST_BURST_PER_CHANNEL, POSTS_PER_MINUTE, POSTS_PER_MINUTE_LEAST, POSTS_PER_MINUTE_PER_CHANNEL, READ_BURST, READS_PER_MINUTE, UPLOAD_BURST, UPLOADS_PER_MINUTE,
} from "../words/limits.ts"; // prettier-ignore

/** How fast what may be said, by Slack's own limits. */
export interface Pace {
  /** For chat.postMessage in this channel. */
  readonly post: (channel: string) => Bucket;
  /**
   * Resolves when a post may go out in this channel: it is the channel's time, and the workspace's. As {@link Bucket.take}. While either is
   * shut nothing goes out, and nothing that may go is saved up.
   */
  readonly turn: (channel: string, signal: AbortSignal, rank?: number) => Promise<boolean>;
  /** Slack has refused a post in this channel with too many: it waits, and all others where the workspace is meant. */
  readonly refused: (channel: string, retryAfterMs: number) => void;
  /** By method: Slack limits each for itself. */
  readonly reads: (method: ReadMethod) => Bucket;
  /** For what somebody waits for: what is read back after an absence does not go before it. */
  readonly askedReads: (method: ReadMethod) => Bucket;
  readonly uploads: Bucket;
}

/** Those of which many are made in a row. */
export type ReadMethod = "conversations.history" | "conversations.info" | "conversations.replies";

/**
 * One for all that a process says in a workspace. `share`: its part of what may be said there in all; a channel has one process at a time
 * that posts in it, at the channel's whole pace.
 */
export function createPace(clock: Clock, share?: Share): Pace {
  const shared = { clock, ...(share ? { share } : {}) };
  const rate = createLearntRate({
    most: POSTS_PER_MINUTE,
    least: POSTS_PER_MINUTE_LEAST,
    burst: POST_BURST,
    burstLearnt: POST_BURST_LEARNT,
    clock,
  });
  const perWorkspace = createBucket({ perMinute: rate.perMinute, burst: rate.burst, ...shared });
  const perChannel = createBuckets(() =>
    createBucket({ perMinute: POSTS_PER_MINUTE_PER_CHANNEL, burst: POST_BURST_PER_CHANNEL, clock, within: perWorkspace }),
  );
  const posts = createSharedBucket(perWorkspace, { backlogMs: (channel) => perChannel(channel).waitMs(), clock });
  /** How many have their time in a channel, and wait for the workspace's. */
  const between = new Map<string, number>();

  async function turnInAll(channel: string, signal: AbortSignal, rank?: number): Promise<boolean> {
    const bucket = perChannel(channel);
    between.set(channel, (between.get(channel) ?? 0) + 1);
    const may = await posts.take(channel, signal, rank);
    const waiting = between.get(channel) ?? 1;
    if (waiting > 1) between.set(channel, waiting - 1);
    else between.delete(channel);
    if (may) bucket.madeLate(waiting);
    else bucket.giveBack();
    return may;
  }

  return {
    post: perChannel,
    async turn(channel, signal, rank) {
      const bucket = perChannel(channel);
      do {
        if (!(await bucket.take(signal, rank)) || !(await turnInAll(channel, signal, rank))) return false;
        // While it was waiting for the workspace, Slack may have refused another post of the channel.
      } while (bucket.shutMs() > 0);
      return true;
    },
    refused(channel, retryAfterMs) {
      perChannel(channel).delay(retryAfterMs);
      const allMs = rate.refused(channel, retryAfterMs);
      if (allMs > 0) perWorkspace.delay(allMs);
    },
    reads: createBuckets(() => createBucket({ perMinute: READS_PER_MINUTE, burst: READ_BURST, ...shared })),
    askedReads: createBuckets(() => createBucket({ perMinute: ASKED_READS_PER_MINUTE, burst: ASKED_READ_BURST, ...shared })),
    uploads: createBucket({ perMinute: UPLOADS_PER_MINUTE, burst: UPLOAD_BURST, ...shared }),
  };
}

/** Whose post goes first where many wait: what people have asked for, then what shows that it is being worked on, then what tells of the end. */
export const rankOf = (kind: string): number => RANKS[kind] ?? 0;

const RANKS: { readonly [kind: string]: number } = { card: 1, notice: 1, hold: 1, end: 2, transcript: 2 };

/**
 * So many cards within so long go out at once: they take a quarter of what Slack lets through after a pause. With more, many people ask at the
 * same time. A card that is held is time of its channel that nobody uses where no answer comes, so a dozen runs at once hold none.
 */
const CARDS_AT_ONCE_MAX = 15;
const CARDS_AT_ONCE_MS = 2_000;
/** So long the others wait for their answer: the first sign is the mark on the task, and what Slack lets be posted is for answers. */
const HELD_MS_MAX = 3_000;
/** The end of a run of one turn is recorded right behind the turn. */
const END_MS_MAX = 250;

/** Cards on their way out, which no answer is to wait for. */
export interface HeldCards {
  /**
   * `left`: it is the card's time, as `go` says; `needless`: the answer is there before the card and tells all that it would tell; `stopped`: the
   * signal came first. `go` is to resolve to whether it was its time, in this rank, before that signal came.
   */
  leave(
    post: Pick<Post, "thread" | "seq">,
    signal: AbortSignal,
    go: (signal: AbortSignal, rank: number) => Promise<boolean>,
  ): Promise<"left" | "needless" | "stopped">;
  /** Something more is to be posted in this thread: a card that waits there holds it up. */
  more(thread: string): void;
}

export function createHeldCards({
  clock,
  load,
}: {
  readonly clock: Clock;
  readonly load: (thread: string) => Promise<Transcript>;
}): HeldCards {
  const waiting = new Map<string, AbortController>();
  /** Of the last cards, when each was to go out. */
  let lately: number[] = [];

  function areMany(): boolean {
    const now = clock.now();
    lately = [...lately.filter((at) => at <= now && now - at < CARDS_AT_ONCE_MS), now].slice(-CARDS_AT_ONCE_MAX - 1);
    return lately.length > CARDS_AT_ONCE_MAX;
  }

  function nextIn(thread: string): AbortSignal {
    const next = new AbortController();
    waiting.set(thread, next);
    return next.signal;
  }

  return {
    async leave({ thread, seq }, signal, go) {
      const next = nextIn(thread);
      try {
        const either = AbortSignal.any([signal, next]);
        const isHeld = areMany();
        const isOvertaken = isHeld && hasAnswer(await load(thread), seq);
        if (isHeld && !isOvertaken) await clock.sleep(HELD_MS_MAX, either);
        if (!isOvertaken && !either.aborted && (await go(either, rankOf("card")))) return "left";
        if (signal.aborted) return "stopped";
        const end = nextIn(thread);
        if (!isTold(await load(thread), seq)) await clock.sleep(END_MS_MAX, AbortSignal.any([signal, end]));
        if (isTold(await load(thread), seq)) return "needless";
        // The answer waits behind it.
        return (await go(signal, 0)) ? "left" : "stopped";
      } finally {
        waiting.delete(thread);
      }
    },
    more: (thread) => waiting.get(thread)?.abort(MORE),
  };
}

const MORE = "something more is to be posted";

const hasAnswer = ({ events }: Transcript, seq: number): boolean =>
  events.slice(seq).some((event) => (event.type === "message.posted" ? "agent" in event : WAITED_FOR.has(event.type)));
/** What people are asked, and that it is over, waits for no card either. */
const WAITED_FOR: ReadonlySet<RunEvent["type"]> = new Set(["handoff.made", "approval.requested", "limit.reached", "run.stopped"]);

/** The run that began with this event is over, and the message of its one turn tells all: its end, and no more was to be said of its beginning. */
function isTold(transcript: Transcript, seq: number): boolean {
  const started = transcript.events[seq - 1];
  // How much was read of what was said before stands in the card alone.
  if (started?.type === "run.started" && started.before !== undefined) return false;
  for (let index = seq; index < transcript.events.length; index++) {
    const event = transcript.events[index];
    if (event?.type === "run.stopped") return oneTurnBefore(transcript, event) !== undefined;
  }
  return false;
}
