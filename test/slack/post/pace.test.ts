import { expect, test } from "vitest";
import { createPace, rankOf } from "../../../src/slack/post/pace.ts";
import { POST_BURST, POST_BURST_PER_CHANNEL, POSTS_PER_MINUTE_PER_CHANNEL } from "../../../src/slack/words/limits.ts";
import { manualClock } from "../../support/clock.ts";

const never = new AbortController().signal;

test("a post that waits for the workspace while its channel is refused goes out when the channel may be posted in again", async () => {
  const clock = manualClock(0);
  const pace = createPace(clock);
  for (let other = 0; other < POST_BURST; other++) await pace.turn(`C-other-${other}`, never);
  const turn = async (channel: string) => (await pace.turn(channel, never)) && clock.now();
  const [limited, free] = [turn("C1"), turn("C2")];
  await clock.untilSleeping();
  pace.refused("C1", 5_000);
  expect(await clock.run(free)).toBeLessThan(1_000);
  expect(await clock.run(limited)).toBeGreaterThanOrEqual(5_000);
});

test("after a pause of the workspace a channel is posted in at its own pace, however many have waited", async () => {
  const clock = manualClock(0);
  const pace = createPace(clock);
  pace.refused("C1", 30_000);
  pace.refused("C2", 30_000);
  const turns = Array.from({ length: 5 }, async () => (await pace.turn("C3", never)) && clock.now());
  expect(await clock.run(Promise.all(turns))).toEqual([30_000, 30_000, 31_000, 32_000, 33_000]);
});

test("how long a post has waited is told, where somebody wants to know, and nothing of one that was given up", async () => {
  const clock = manualClock(0);
  const waits: number[] = [];
  const pace = createPace(clock, undefined, (ms) => void waits.push(ms));
  await pace.turn("C1", never);
  pace.refused("C1", 30_000);
  const gaveUp = new AbortController();
  const turns = Promise.all([pace.turn("C1", never), pace.turn("C1", gaveUp.signal)]);
  gaveUp.abort();
  expect(await clock.run(turns)).toEqual([true, false]);
  expect(waits).toEqual([0, 30_000]);
});

test("who gives up waiting is told so", async () => {
  const clock = manualClock(0);
  const pace = createPace(clock);
  pace.refused("C1", 30_000);
  const gaveUp = new AbortController();
  const turn = pace.turn("C1", gaveUp.signal);
  gaveUp.abort();
  expect(await turn).toBe(false);
});

test("who gives up waiting for the workspace gives the time in its channel to the next one there", async () => {
  const clock = manualClock(0);
  const pace = createPace(clock);
  const gone = new AbortController();
  for (let other = 0; other < POST_BURST; other++) await pace.turn(`C-other-${other}`, never);
  const [first, second] = [pace.turn("C1", gone.signal), pace.turn("C1", gone.signal)];
  await clock.untilSleeping();
  gone.abort();
  expect(await Promise.all([first, second])).toEqual([false, false]);
  const after = [0, 1].map(async () => (await pace.turn("C1", never)) && clock.now());
  for (const at of await clock.run(Promise.all(after))) expect(at).toBeLessThan(500);
});

test("what a busy workspace held up in a channel does not go out there all at once when the others have no more to say", async () => {
  const clock = manualClock(0);
  const pace = createPace(clock);
  const gone = new AbortController();
  const others = Array.from({ length: 400 }, (_, other) => pace.turn(`C-other-${other % 200}`, gone.signal));
  const at: number[] = [];
  const turns = Array.from({ length: 30 }, async () => (await pace.turn("C1", never)) && at.push(clock.now()));
  await clock.advance(12_000);
  gone.abort();
  await clock.run(Promise.all([...turns, ...others]));
  expect(levelMost(at)).toBeLessThanOrEqual(POST_BURST_PER_CHANNEL + 0.001);
});

test("what is posted late, since the workspace had no room, keeps its distance from what comes next in its channel", async () => {
  const clock = manualClock(0);
  const pace = createPace(clock);
  for (let other = 0; other < POST_BURST; other++) await pace.turn(`C-other-${other}`, never);
  const at: number[] = [];
  const turns = Array.from({ length: 5 }, async () => (await pace.turn("C1", never)) && at.push(clock.now()));
  await clock.run(Promise.all(turns));
  expect(levelMost(at)).toBeLessThanOrEqual(POST_BURST_PER_CHANNEL + 0.001);
});

test("who gives up in a channel after the workspace had its time for it leaves that time to the other channels", async () => {
  const clock = manualClock(0);
  const pace = createPace(clock);
  const [busy, gone] = [new AbortController(), new AbortController()];
  const others = Array.from({ length: 3 * POST_BURST }, (_, other) => pace.turn(`C-other-${other}`, busy.signal));
  const LAST = 2; // What goes behind everything that the others say.
  const held = Array.from({ length: 6 }, () => pace.turn("C1", gone.signal, LAST));
  await clock.advance(5_000);
  busy.abort();
  // The workspace has a time for each of them at once, and the channel for two a second apart.
  await clock.advance(350);
  gone.abort();
  await Promise.all([...others, ...held]);
  const free = [0, 1, 2, 3].map(async (other) => (await pace.turn(`C-free-${other}`, never)) && clock.now());
  expect(await clock.run(Promise.all(free))).toEqual([5_350, 5_350, 5_350, 5_350]);
});

test("what people have asked for goes before what shows that it is worked on, and that before what tells of the end", () => {
  expect(["turn", "question", "card", "notice", "hold", "end", "transcript"].map(rankOf)).toEqual([0, 0, 1, 1, 1, 2, 2]);
});

/** How full a channel's bucket was at most, by the times of its posts: as Slack counts. */
function levelMost(at: readonly number[]): number {
  let [level, most] = [0, 0];
  for (const [index, one] of at.entries()) {
    level = Math.max(0, level - ((one - (at[index - 1] ?? one)) / 60_000) * POSTS_PER_MINUTE_PER_CHANNEL) + 1;
    most = Math.max(most, level);
  }
  return most;
}
