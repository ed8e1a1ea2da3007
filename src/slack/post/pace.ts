import type { Clock } from "../../engine/clock.ts";
import { createBucket, createBuckets, createSharedBucket, type Bucket, type SharedBucket } from "../api/pacer.ts";
import {
  POST_BURST, POST_BURST_PER_CHANNEL, POSTS_PER_MINUTE, POSTS_PER_MINUTE_PER_CHANNEL, READ_BURST, READS_PER_MINUTE, UPLOAD_BURST, UPLOADS_PER_MINUTE,
} from "../words/limits.ts"; // prettier-ignore

/** How fast what may be said, by Slack's own limits. */
export interface Pace {
  /** For chat.postMessage in this channel. */
  readonly post: (channel: string) => Bucket;
  /** For chat.postMessage in all channels, by channel. */
  readonly posts: SharedBucket;
  readonly reads: Bucket;
  readonly uploads: Bucket;
}

/** One for all that a process says in a workspace. */
export function createPace(clock: Clock): Pace {
  const perChannel = createBuckets(() => createBucket({ perMinute: POSTS_PER_MINUTE_PER_CHANNEL, burst: POST_BURST_PER_CHANNEL, clock }));
  return {
    post: perChannel,
    posts: createSharedBucket(createBucket({ perMinute: POSTS_PER_MINUTE, burst: POST_BURST, clock }), (channel) =>
      perChannel(channel).waitMs(),
    ),
    reads: createBucket({ perMinute: READS_PER_MINUTE, burst: READ_BURST, clock }),
    uploads: createBucket({ perMinute: UPLOADS_PER_MINUTE, burst: UPLOAD_BURST, clock }),
  };
}
