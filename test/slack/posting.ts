import { WebClient } from "@slack/web-api";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Delta, EventBody, RunEvent } from "../../src/engine/events/events.ts";
import { noteCard } from "../../src/slack/post/cards/card-marks.ts";
import { createCards, type Cards } from "../../src/slack/post/cards/card-updates.ts";
import type { Problem } from "../../src/slack/post/delivery-problem.ts";
import { createOutbox, type Outbox } from "../../src/slack/post/outbox.ts";
import { createPace } from "../../src/slack/post/pace.ts";
import { createTurnStreams } from "../../src/slack/post/streams/turn-streams.ts";
import { createLanguages } from "../../src/slack/language/whose-language.ts";
import { plan } from "../../src/slack/render/render.ts";
import { clientOptions, createWeb } from "../../src/slack/api/web-client.ts";
import { type SqliteOpened, openSqlite } from "../../src/store/sqlite/store.ts";
import type { Dispatch } from "../../src/store/dispatch.ts";
import type { Store } from "../../src/store/store.ts";
import { createWorkspace, type ThreadMessage, type Workspace } from "../../local-slack/index.ts";
import { manualClock, type ManualClock } from "../support/clock.ts";
import { TEAM } from "./log.ts";

export const GENERAL = "C0GENERAL";
/** Where turns grow. */
export const DIRECT = "D0MARIA";

/** Parley's outgoing half against a local Slack: real HTTP, real SQLite, and time that the test moves. */
export interface Posting {
  readonly slack: Workspace;
  readonly clock: ManualClock;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly cards: Cards;
  readonly problems: Problem[];
  /** A person's message in a channel; the thread under it. */
  thread(channel?: string): Promise<string>;
  /** Records events with the posts that they make, as the runner does. */
  record(thread: string, ...bodies: readonly EventBody[]): Promise<void>;
  /** An agent writes; resolves when its words are shown, or it is seen that they are not to be. */
  write(thread: string, agent: string, text: string): Promise<void>;
  /** Lets time pass until all is posted and every card is up to date. */
  settle(): Promise<void>;
  /** What the bot has said in a thread. */
  said(thread: string): readonly ThreadMessage[];
  /** Ours, as `name: first line`, in order. */
  lines(thread: string): readonly string[];
  /** The process ends without a word, and another begins on the same database. */
  restart(): Promise<Posting>;
  /** Another process over the same store. */
  beside(): Promise<Posting>;
  /** This one goes; Slack and the database stay. */
  end(): Promise<void>;
  close(): Promise<void>;
}

export interface PostingOptions {
  readonly start?: boolean;
  readonly rateLimits?: boolean;
  /** Until a call without an answer is given up; real time. */
  readonly writeTimeoutMs?: number;
  /** How far Slack's clock is behind ours. */
  readonly slackBehindMs?: number;
  /** Before each call that writes it is asked whether the process is still there; what it does alone is another's once `lost` is aborted, if given. */
  readonly asked?: { readonly before: () => Promise<void>; readonly lost?: AbortSignal };
  /** Other processes have the store, too: what is recorded there is heard here a little later. */
  readonly together?: true;
  /** Between the outbox and who gives it work. */
  readonly dispatchedBy?: (dispatch: Dispatch) => Dispatch;
}

export async function posting(options: PostingOptions = {}): Promise<Posting> {
  const clock = manualClock();
  const slack = await createWorkspace({
    port: 0,
    now: () => clock.now() - (options.slackBehindMs ?? 0),
    rateLimits: options.rateLimits ?? true,
  });
  const directory = await mkdtemp(join(tmpdir(), "parley-outbox-"));
  return open({ slack, clock, directory, options });
}

async function open(
  world: {
    readonly slack: Workspace;
    readonly clock: ManualClock;
    readonly directory: string;
    readonly options: PostingOptions;
  },
  opened: SqliteOpened = openSqlite({ path: join(world.directory, "parley.db"), ...world.clock }),
): Promise<Posting> {
  const { slack, clock, directory, options } = world;
  const { asked } = options;
  const shared: Store = options.together ? { ...opened.store, stillHere: async () => undefined } : opened.store;
  const lost = asked?.lost;
  const store: Store = lost ? { ...shared, exclusively: (_key, job) => job(lost) } : shared;
  const dispatch = options.dispatchedBy?.(opened.dispatch) ?? opened.dispatch;
  const problems: Problem[] = [];
  const client = { ...clientOptions(slack.apiUrl), slackApiUrl: slack.apiUrl };
  const web = {
    read: new WebClient(slack.botToken, { ...client, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: 5_000 }),
    write: asked
      ? createWeb({ token: slack.botToken, apiUrl: slack.apiUrl, beforeWriting: asked.before }).write
      : new WebClient(slack.botToken, {
          ...client,
          retryConfig: { retries: 0 },
          rejectRateLimitedCalls: true,
          timeout: options.writeTimeoutMs ?? 5_000,
        }),
  };
  const parts = {
    store,
    web,
    clock,
    cardFor: () => TEAM,
    load: async (thread: string) => ({ events: await store.load(thread, 0) }),
    languages: createLanguages({ localeOf: async () => undefined }),
    onProblem: (problem: Problem) => void problems.push(problem),
  };
  /** As the runner has them in memory: those that this process has heard whole. */
  const logs = new Map<string, RunEvent[]>();
  const unfollowLogs = store.follow(({ thread, events }) => void logs.set(thread, [...(logs.get(thread) ?? []), ...events]));
  const atHand = (thread: string) => {
    const events = logs.get(thread) ?? [];
    return events[0]?.seq === 1 ? { events } : undefined;
  };
  const followers = new Set<(thread: string, item: RunEvent | Delta) => void>();
  const hear = (thread: string, item: RunEvent | Delta) => followers.forEach((follower) => follower(thread, item));
  const unfollow = store.follow(({ thread, events }) => events.forEach((event) => hear(thread, event)));
  const pace = createPace(clock);
  const streams = createTurnStreams({
    ...parts,
    pace,
    runner: { read: parts.load, follow: (follower) => (followers.add(follower), () => void followers.delete(follower)) },
    people: { lookalikes: async () => () => false },
    log: (line, error) => void problems.push({ kind: "bug", thread: line, error }),
  });
  const cards = createCards({ ...parts, atHand });
  const outbox = createOutbox({ ...parts, pace, streams, dispatch, onPosted: (post, rendered) => noteCard(store, post, rendered) });
  const placeOf = (thread: string) => thread.split("/") as [string, string, string];

  async function end(): Promise<void> {
    unfollow();
    unfollowLogs();
    await clock.run(Promise.all([outbox.stop(), streams.close(), cards.close()]));
    await store.close();
  }

  const self: Posting = {
    slack,
    clock,
    store,
    outbox,
    cards,
    problems,
    async thread(channel = GENERAL) {
      const { ts } = await slack.control.post({ user: "U0MARIA", channel, text: "@parley a task" });
      return `${slack.teamId}/${channel}/${ts}`;
    },
    async record(thread, ...bodies) {
      const before = await store.load(thread, 0);
      const at = new Date(clock.now()).toISOString();
      const events = bodies.map((body, index) => ({ ...body, seq: before.length + index + 1, at }));
      const posts = events.flatMap((event, index) =>
        plan(event, { events: [...before, ...events.slice(0, index)] }).map((post) => ({ event: index, ...post })),
      );
      const result = await store.commit({
        thread,
        workspace: slack.teamId,
        afterSeq: before.length,
        at,
        events: bodies,
        posts,
        wake: "none",
      });
      if (result.kind !== "ok") throw new Error("the log has moved on");
    },
    async write(thread, agent, text) {
      // So long after what was shown last.
      await clock.advance(1_500);
      hear(thread, { type: "text.delta", agent, text });
      await setImmediate();
      await clock.run(streams.settle(thread, new AbortController().signal));
    },
    settle: () => clock.run(outbox.idle().then(() => cards.idle())),
    said(thread) {
      const [, channel, ts] = placeOf(thread);
      return slack.control.thread(channel, ts).slice(1);
    },
    lines: (thread) => self.said(thread).map((message) => `${message.username ?? "app"}: ${firstLine(message)}`),
    beside: () => open(world, opened.beside()),
    end,
    async restart() {
      await end();
      return open(world);
    },
    async close() {
      await end();
      await slack.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  if (options.start !== false) {
    cards.start();
    outbox.start();
  }
  return self;
}

function firstLine(message: ThreadMessage): string {
  const file = message.files[0];
  if (file) return `[${file.name}]`;
  const [block] = message.blocks as readonly { readonly type: string; readonly text?: string | { readonly text: string } }[];
  const text = block?.type === "markdown" && typeof block.text === "string" ? block.text : message.text;
  return text.split("\n")[0] ?? "";
}

/** Every id that was posted, to see that none is there twice. */
export const idsOf = (messages: readonly ThreadMessage[]): readonly unknown[] =>
  messages.flatMap((message) => (message.metadata ? [message.metadata.event_payload["o"]] : []));
