import type { Clock } from "../../engine/clock.ts";
import type { Share } from "../../engine/share.ts";
import { createLearntRate } from "../api/learnt-rate.ts";
import { createBucket, createBuckets, type Bucket } from "../api/pacer.ts";
import { createSharedBucket } from "../api/shared-bucket.ts";
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
 * that posts in it, at the channel's whole pace. `waited`: told how long each post has waited for its time, in ms.
 */
export function createPace(clock: Clock, share?: Share, waited?: (ms: number) => void): Pace {
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
  /** What had its time in a channel and the workspace had no room for goes out there at the channel's pace all the same. */
  const made = createBuckets(() => createBucket({ perMinute: POSTS_PER_MINUTE_PER_CHANNEL, burst: POST_BURST_PER_CHANNEL, clock }));
  const posts = createSharedBucket(perWorkspace, { backlogMs: (channel) => perChannel(channel).waitMs(), clock });
  /** How many have their time in a channel, and wait for the workspace's or for those before them. */
  const between = new Map<string, number>();

  async function turnInAll(channel: string, signal: AbortSignal, rank?: number): Promise<boolean> {
    const bucket = perChannel(channel);
    between.set(channel, (between.get(channel) ?? 0) + 1);
    const isTime = await posts.take(channel, signal, rank);
    const may = isTime && (await made(channel).take(signal, rank));
    if (isTime && !may) perWorkspace.giveBack();
    const waiting = between.get(channel) ?? 1;
    if (waiting > 1) between.set(channel, waiting - 1);
    else between.delete(channel);
    if (may) bucket.madeLate(waiting);
    else bucket.giveBack();
    return may;
  }

  async function turn(channel: string, signal: AbortSignal, rank?: number): Promise<boolean> {
    const bucket = perChannel(channel);
    do {
      if (!(await bucket.take(signal, rank)) || !(await turnInAll(channel, signal, rank))) return false;
      // While it was waiting for the workspace, Slack may have refused another post of the channel.
    } while (bucket.shutMs() > 0);
    return true;
  }

  async function timedTurn(...asked: Parameters<typeof turn>): Promise<boolean> {
    const sinceMs = clock.now();
    const may = await turn(...asked);
    if (may) waited?.(Math.max(0, clock.now() - sinceMs));
    return may;
  }

  return {
    post: perChannel,
    turn: waited ? timedTurn : turn,
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
