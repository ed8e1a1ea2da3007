import { expect, test } from "vitest";
import type { ApiCall } from "../../../local-slack/index.ts";
import { openInVirtualTime } from "../../support/virtual-time.ts";

const RUNS_AT_ONCE = 10;
const TURNS = 8;
/** Slack takes one message a second and channel; two may come at once after a pause. */
const GAP_MS = 1_000;
const BURST = 2;
/** What rounding and a jump of the clock may add. Nothing else may stand between a turn and its place in the line. */
const SLACK_MS = 20;
/** From a change in a quiet channel to its card's edit: the gap between two edits, and its place among the channels. */
const QUIET_CARD_MS_MAX = 8_000;

const AGENTS = ["Ann", "Bea"];
const FILE = {
  models: { scripted: { provider: "replay", file: "replies.yml" } },
  sandbox: { executor: "off" },
  teams: {
    pair: {
      description: "Two who talk.",
      agents: AGENTS.map((name) => ({ name, description: `${name} of the test.`, model: "scripted" })),
      speakers: { policy: "round-robin" },
      stop: { maxTurns: TURNS },
    },
  },
};
/** Each thinks for four seconds. */
const REPLIES = {
  replies: Object.fromEntries(
    AGENTS.map((name) => [name, Array.from({ length: TURNS / 2 }, (_, n) => ({ text: `${name} says ${n}.`, delayMs: 4_000 }))]),
  ),
};

test(
  "ten runs at once in a channel keep one post a second, cards never hold up turns, and other channels talk as if they were alone",
  { timeout: 120_000 },
  async () => {
    const alone = await play({ busy: false });
    const beside = await play({ busy: true });

    const busy = beside.postsIn("busy");
    expect(busy).toHaveLength(RUNS_AT_ONCE * (TURNS + 2));
    expectPace(busy);
    expect(beside.refused).toEqual([]);
    // The line of the channel moves on as fast as Slack lets it, whatever cards, statuses and reactions are sent meanwhile.
    const overdue = lateness(busy);
    expect(overdue).toBeLessThanOrEqual(SLACK_MS);

    const quietAlone = alone.turnWaits("quiet");
    const quietBeside = beside.turnWaits("quiet");
    expect(quietBeside).toHaveLength(quietAlone.length);
    expect(Math.max(...quietBeside)).toBeLessThanOrEqual(Math.max(...quietAlone) + SLACK_MS);
    const cards = beside.cardWaits("quiet");
    expect(Math.max(...cards)).toBeLessThanOrEqual(QUIET_CARD_MS_MAX);

    console.log(
      [
        `busy channel: ${busy.length} posts in ${seconds(busy)} s, ${(busy.length / seconds(busy)).toFixed(2)} a second; the line stood still for ${overdue} ms at most`,
        `  a turn waits for its place ${shown(beside.turnWaits("busy"))}; its card follows ${shown(beside.cardWaits("busy"))}`,
        `other channels: a turn waits ${shown(quietBeside)}; without the busy one ${shown(quietAlone)}`,
        `  their cards follow ${shown(cards)}; without the busy one ${shown(alone.cardWaits("quiet"))}`,
      ].join("\n"),
    );
  },
);

interface Played {
  postsIn(name: string): readonly ApiCall[];
  readonly refused: readonly ApiCall[];
  /** From the record of each turn to its post, in ms. */
  turnWaits(name: string): readonly number[];
  /** From each change that a card shows to the first edit after it, in ms. */
  cardWaits(name: string): readonly number[];
}

/** One run in each of three quiet channels, and ten at once in a busy one, or none. */
async function play({ busy }: { readonly busy: boolean }): Promise<Played> {
  const { slack, parley, clock, problems } = await openInVirtualTime(FILE, REPLIES);
  const { control } = slack;
  const quiet = ["quiet-1", "quiet-2", "quiet-3"].map((name) => control.addChannel(name));
  const crowded = control.addChannel("busy");
  const threads: { readonly name: string; readonly channel: string; readonly ts: string }[] = [];
  const mention = async (name: string, channel: string) => {
    const { ts } = await control.post({ user: "U0MARIA", channel, text: "@parley talk" });
    threads.push({ name, channel, ts });
  };
  await Promise.all([
    ...Array.from({ length: busy ? RUNS_AT_ONCE : 0 }, () => mention("busy", crowded)),
    ...quiet.map((channel) => mention("quiet", channel)),
  ]);
  const cardRests = ({ channel, ts }: (typeof threads)[number]) => {
    const card = control.thread(channel, ts)[1];
    return card !== undefined && !JSON.stringify(card.blocks).includes("parley.run.stop");
  };
  while (!threads.every(cardRests) || (await parley.store.duePosts(undefined, 1)).length > 0) await clock.sleep(1_000);
  expect(problems).toEqual([]);

  const calls = control.calls();
  const logs = await Promise.all(
    threads.map(async (thread) => ({ ...thread, log: await parley.store.load(`${slack.teamId}/${thread.channel}/${thread.ts}`, 0) })),
  );
  const named = (name: string) => logs.filter((thread) => thread.name === name);
  return {
    postsIn: (name) => {
      const channels = new Set(named(name).map(({ channel }) => channel));
      return calls.filter(({ method, args }) => method === "chat.postMessage" && channels.has(String(args["channel"])));
    },
    refused: calls.filter(({ error }) => error === "ratelimited"),
    turnWaits: (name) =>
      named(name).flatMap(({ channel, ts, log }) =>
        log.flatMap((event) => {
          if (event.type !== "message.posted" || !("agent" in event)) return [];
          const post = calls.find((call) => isAbout(call, "chat.postMessage", { channel, ts, seq: event.seq }));
          return [(post?.at ?? Number.NaN) - Date.parse(event.at)];
        }),
      ),
    cardWaits: (name) =>
      named(name).flatMap(({ channel, ts, log }) => {
        const card = control.thread(channel, ts)[1]?.ts;
        const edits = calls.filter(({ method, args }) => method === "chat.update" && args["channel"] === channel && args["ts"] === card);
        return log.flatMap((event) => {
          if (event.type !== "run.stopped" && !(event.type === "message.posted" && "agent" in event)) return [];
          const at = Date.parse(event.at);
          const edit = edits.find((candidate) => candidate.at >= at);
          return edit ? [edit.at - at] : [];
        });
      }),
  };
}

function isAbout(call: ApiCall, method: string, { channel, ts, seq }: { channel: string; ts: string; seq: number }): boolean {
  const { channel: at, thread_ts: thread, metadata } = call.args;
  return call.method === method && at === channel && thread === ts && JSON.stringify(metadata).includes(`"n":${seq},`);
}

/** One a second; two at once after a pause. */
function expectPace(posts: readonly ApiCall[]): void {
  posts.forEach(({ at }, index) => {
    const before = posts[index - BURST];
    if (before) expect(at - before.at).toBeGreaterThanOrEqual(GAP_MS - 1);
  });
  expect(seconds(posts)).toBeGreaterThanOrEqual(((posts.length - BURST) * GAP_MS) / 1_000);
}

/** By how much the longest gap between two posts of a channel with a line before it is longer than Slack's pace wants. */
const lateness = (posts: readonly ApiCall[]): number =>
  Math.max(...posts.slice(1).map(({ at }, index) => at - (posts[index]?.at ?? at))) - GAP_MS;

const seconds = (posts: readonly ApiCall[]): number => ((posts.at(-1)?.at ?? 0) - (posts[0]?.at ?? 0)) / 1_000;

function shown(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => `${((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) / 1_000).toFixed(1)} s`;
  return `${at(0.5)} (median), ${at(1)} at most`;
}
