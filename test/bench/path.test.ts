import { tmpdir } from "node:os";
import { expect, test, vi } from "vitest";
import { sampleOf } from "../../bench/path/sample.ts";
import { bolt } from "../../bench/support/bots.ts";
import { postLimiter } from "../../bench/support/post-limits.ts";

test("a Slack of the bench lets a burst into a channel, then a post a second, and no more into the workspace than it may take", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const wait = postLimiter({ perChannel: { perMinute: 60, burst: 3 }, perWorkspace: { perMinute: 600, burst: 5 } });
    expect(["C1", "C1", "C1", "C1"].map(wait)).toEqual([0, 0, 0, 1]);
    vi.advanceTimersByTime(1_000);
    expect(["C1", "C1"].map(wait)).toEqual([0, 1]);
    expect(["C2", "C3", "C4", "C5", "C6"].map(wait)).toEqual([0, 0, 0, 0, 1]);
  } finally {
    vi.useRealTimers();
  }
});

test.skipIf(process.platform !== "linux")(
  "what an app on Bolt posts, calls and takes for an answer is counted",
  async () => {
    const { cold } = await sampleOf({ program: bolt("full"), cells: ["cold"], warmUp: 0 }, tmpdir());
    expect(cold).toMatchObject({ posts: 1, calls: 2 });
    expect(cold?.cpuMs).toBeGreaterThan(0);
  },
  60_000,
);
