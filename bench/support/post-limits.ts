/** What a Slack lets be posted: a bucket for each channel, and one for the workspace. */
export interface PostLimits {
  readonly perChannel: Rate;
  readonly perWorkspace: Rate;
}

interface Rate {
  readonly perMinute: number;
  /** Let through at once after a pause. */
  readonly burst: number;
}

/** For a channel: 0 when a post is let through, or else after how many seconds to ask again, as Slack says it. */
export function postLimiter({ perChannel, perWorkspace }: PostLimits): (channel: string) => number {
  const workspace = bucketOf(perWorkspace);
  const channels = new Map<string, Bucket>();
  return (channel) => {
    const own = channels.get(channel) ?? bucketOf(perChannel);
    channels.set(channel, own);
    const waitMs = Math.max(own.waitMs(), workspace.waitMs());
    if (waitMs > 0) return Math.ceil(waitMs / 1_000);
    own.take();
    workspace.take();
    return 0;
  };
}

interface Bucket {
  waitMs(): number;
  take(): void;
}

function bucketOf({ perMinute, burst }: Rate): Bucket {
  const msEach = 60_000 / perMinute;
  /** When the last post that was let through is made up for. */
  let paidAt = 0;
  return {
    waitMs: () => Math.max(0, paidAt - (burst - 1) * msEach - performance.now()),
    take: () => (paidAt = Math.max(paidAt, performance.now()) + msEach),
  };
}
