import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { ApiCall, Workspace } from "../../../local-slack/index.ts";
import { POST_BURST, POSTS_PER_MINUTE } from "../../../src/slack/words/limits.ts";
import { tellFigures } from "../../support/report/figures.ts";
import { openInVirtualTime, type World } from "../../support/virtual-time.ts";

const MARIA = "U0MARIA";
const CHANNELS = 20;
const MENTIONS = 200;
const TURNS = ["Ann", "Bea", "Cleo"];
/** What people see of one run: the card, each turn, the end. */
const MESSAGES_PER_RUN = TURNS.length + 2;
/** Of a channel Slack publishes its limit; of a workspace it does not, and nothing is refused here for which a lower one would be learnt. */
const PER_MINUTE_AND_CHANNEL = 60;
const BURST_PER_CHANNEL = 2;
/** What the process may hold more after two hundred runs than after forty: caches with an upper limit, above all the logs used last, and noise of the collector. */
const GROWTH_MB_MAX = 20;
/** As long as a mark may wait for its turn, and the one behind it. */
const MARKS_LATE_MS_MAX = 45_000;

test(
  "two hundred mentions within a minute in twenty channels all end, each message once, at Slack's pace, and memory stays flat",
  { timeout: 600_000 },
  async () => {
    const startedAtMs = performance.now();
    const { slack, parley, clock, problems } = await openInVirtualTime(TEAM_FILE, REPLIES);
    await wave({ slack, parley, clock, mentions: MENTIONS / 5 });
    const warmBytes = heapBytes(slack);

    const { calls, threads, tookMs } = await wave({ slack, parley, clock, mentions: MENTIONS });
    for (const { channel, ts } of threads) {
      const thread = slack.control.thread(channel, ts);
      expect(thread.map(({ metadata }) => metadata?.event_payload["o"])).toEqual([
        undefined,
        "1.card.0",
        "4.turn.0",
        "6.turn.0",
        "8.turn.0",
        "9.end.0",
      ]);
      expect(thread.map(({ username = "" }) => username)).toEqual(["", "", ...TURNS, ""]);
      const log = await parley.store.load(`${slack.teamId}/${channel}/${ts}`, 0);
      expect(log.flatMap((event) => ("agent" in event && event.type === "message.posted" ? [event.agent] : []))).toEqual(TURNS);
      expect(log.at(-1)).toMatchObject({ type: "run.stopped", outcome: "done" });
    }
    const posts = calls.filter(({ method }) => method === "chat.postMessage");
    const refused = posts.filter(({ ok }) => !ok);
    tellFigures({
      suite: "mentions at once",
      tried: MENTIONS,
      checked: posts.length,
      violations: Math.abs(posts.length - refused.length - MENTIONS * MESSAGES_PER_RUN),
      seconds: (performance.now() - startedAtMs) / 1_000,
    });
    expect(refused.length).toBeLessThan(posts.length * 0.02);
    expect(posts.length - refused.length).toBe(MENTIONS * MESSAGES_PER_RUN);
    // Whatever else is called keeps below Slack's limits too.
    expect(calls.filter(({ error }) => error === "ratelimited").length).toBeLessThan(calls.length * 0.02);
    expectPace(posts, { perMinute: POSTS_PER_MINUTE, burst: POST_BURST });
    for (const inChannel of Map.groupBy(posts, ({ args }) => args["channel"]).values())
      expectPace(inChannel, { perMinute: PER_MINUTE_AND_CHANNEL, burst: BURST_PER_CHANNEL });
    // No slower than the pace of a channel makes it, apart from the last thread's own messages, one a second.
    expect(tookMs).toBeLessThan(((MENTIONS * MESSAGES_PER_RUN) / CHANNELS / PER_MINUTE_AND_CHANNEL) * 60_000 + 60_000);
    expect(problems).toEqual([]);

    expect((heapBytes(slack) - warmBytes) / 1e6).toBeLessThan(GROWTH_MB_MAX);
  },
);

const TEAM_FILE = {
  models: { scripted: { provider: "replay", file: "replies.yml" } },
  sandbox: { executor: "off" },
  teams: {
    round: {
      description: "Each says one thing.",
      agents: TURNS.map((name) => ({ name, description: `${name} of the test.`, model: "scripted" })),
      speakers: { policy: "round-robin" },
      stop: { textMention: "ENOUGH" },
    },
  },
};
const REPLIES = { replies: Object.fromEntries(TURNS.map((name, index) => [name, [`I am ${name}. ${index === 2 ? "ENOUGH" : ""}`]])) };

/** Mentions over one minute; resolves when everything that follows from them has been said, and cards and outbox rest. */
async function wave({ slack, parley, clock, mentions }: Pick<World, "slack" | "parley" | "clock"> & { mentions: number }) {
  slack.control.reset();
  const channels = Array.from({ length: CHANNELS }, (_, index) => slack.control.addChannel(`load-${index}`));
  const startMs = clock.now();
  const threads: { readonly channel: string; readonly ts: string }[] = [];
  for (let mention = 0; mention < mentions; mention++) {
    const channel = channels[mention % CHANNELS] ?? "";
    const { ts } = await slack.control.post({ user: MARIA, channel, text: `@parley task ${mention}` });
    threads.push({ channel, ts });
    await clock.sleep(60_000 / mentions);
  }
  const ends = () =>
    slack.control.calls("chat.postMessage").filter(({ ok, args }) => ok && /"end"|"e":/.test(JSON.stringify(args["metadata"]))).length;
  while (ends() < mentions) await clock.sleep(1_000);
  const tookMs = clock.now() - startMs;
  while ((await parley.store.duePosts(undefined, 1)).length > 0 || !threads.every((thread) => cardHasStopped(slack, thread)))
    await clock.sleep(1_000);
  // Marks on messages wait for their pace longest, and some are left out; afterwards the channels are gone.
  await clock.sleep(MARKS_LATE_MS_MAX);
  return { calls: slack.control.calls(), threads, tookMs };
}

/** Its Stop button is gone. */
const cardHasStopped = (slack: Workspace, { channel, ts }: { readonly channel: string; readonly ts: string }): boolean => {
  const card = slack.control.thread(channel, ts)[1];
  return card !== undefined && !JSON.stringify(card.blocks).includes("parley.run.stop");
};

/** In every window of time no more than the burst and what the pace gives. */
function expectPace(posts: readonly ApiCall[], { perMinute, burst }: { perMinute: number; burst: number }): void {
  const times = posts.map(({ at }) => at).toSorted((a, b) => a - b);
  // A leaky bucket: how full it is after each post.
  let level = 0;
  times.forEach((at, index) => {
    level = Math.max(0, level - ((at - (times[index - 1] ?? at)) / 60_000) * perMinute) + 1;
    // A rounded millisecond is no offence.
    expect(level).toBeLessThanOrEqual(burst + 0.1);
  });
}

/** Of Parley alone: the Slack of the test is emptied before. */
function heapBytes(slack: Workspace): number {
  slack.control.reset();
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
