import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, type Clock } from "../../src/engine/clock.ts";
import type { RunEvent } from "../../src/engine/events/events.ts";
import type { Memory } from "../../src/engine/memory.ts";
import type { Agent, Team } from "../../src/engine/team.ts";
import { currentRun, isWaiting, lastSpeaker } from "../../src/engine/reading/transcript.ts";
import { createRunner, type Runner, type RunnerParts } from "../../src/runner/runner.ts";
import { createForgetting } from "../../src/runner/upkeep/forgetting.ts";
import { createSlackApp, type SlackApp, type SlackAppParts } from "../../src/slack/app.ts";
import type { TeamCard } from "../../src/team-shelf.ts";
import { createWeb } from "../../src/slack/api/web-client.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import type { FinishedRuns } from "../../src/store/runs/finished-runs.ts";
import type { Schedules } from "../../src/store/schedules/schedules.ts";
import type { Settings } from "../../src/store/settings.ts";
import type { Store } from "../../src/store/store.ts";
import { createWorkspace, type ThreadMessage, type Workspace } from "../../local-slack/index.ts";
import { eventually } from "../support/patience.ts";

export const MARIA = "U0MARIA";
export const JONAS = "U0JONAS";
export const GENERAL = "C0GENERAL";

const limits = { turns: 10, minutes: 10, tokens: 1_000, usd: 1 };
export const CARDS: readonly TeamCard[] = [
  {
    name: "coding",
    description: "Thinks for as long as it may",
    agents: [{ name: "Ada", icon: ":owl:", description: "Thinks." }],
    limits,
    stopWords: [],
  },
  { name: "research", description: "Asks which way to go", agents: [{ name: "Ben", description: "Asks." }], limits, stopWords: [] },
  { name: "careful", description: "Asks before it acts", agents: [{ name: "Cy", description: "Acts." }], limits, stopWords: [] },
];

/** Parley's ear, connected to a local Slack, with the real runner and teams that do one thing each. */
export interface Listening {
  readonly slack: Workspace;
  readonly app: SlackApp;
  readonly runner: Runner;
  readonly store: Store;
  readonly memory: Memory;
  readonly settings: Settings;
  readonly schedules: Schedules;
  readonly runs: FinishedRuns;
  readonly problems: readonly string[];
  /** A person's message, once everything that it caused has been handled. */
  post(text: string, options?: { user?: string; channel?: string; threadTs?: string }): Promise<string>;
  /** All that was sent is acked and handled. */
  quiet(): Promise<void>;
  log(ts: string, channel?: string): Promise<readonly RunEvent[]>;
  /** What people said in a thread, as the agents read it. */
  heard(ts: string, channel?: string): Promise<readonly string[]>;
  running(ts: string, channel?: string): Promise<boolean>;
  reactions(ts: string, channel?: string): readonly string[];
  /** Lines that only this person sees, in a channel and its threads. */
  whispers(user?: string, channel?: string): readonly string[];
  /** Everything ends as in a crash; the same database is opened again, with a new process's ear. */
  crash(): Promise<Listening>;
  close(): Promise<void>;
}

/** What nobody acked, for a process died or a socket closed under it, Slack repeats after a minute; a test does not wait so long. */
const REPEAT_MS = 1_000;

export interface ListeningOptions {
  readonly slack?: Workspace;
  readonly directory?: string;
  readonly clock?: Clock;
  readonly start?: boolean;
  readonly parts?: Partial<SlackAppParts>;
  readonly wrapRunner?: (runner: Runner) => Runner;
  /** Of the runner, what is not as in every test. */
  readonly runnerParts?: (opened: { readonly store: Store; readonly settings: Settings }) => Partial<RunnerParts>;
}

export async function listening(options: ListeningOptions = {}): Promise<Listening> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), "parley-slack-")));
  const slack = options.slack ?? (await createWorkspace({ port: 0, rateLimits: false }));
  const clock = options.clock ?? systemClock;
  const problems: string[] = [];
  const log = (problem: string, error?: unknown) => void problems.push(error instanceof Error ? `${problem}: ${error.message}` : problem);
  const { store, dispatch, memory, settings, schedules, runs, forgetter } = openSqlite({ path: join(directory, "parley.db") });
  const inner = createRunner({
    store,
    dispatch,
    teams: TEAMS,
    posts: () => [],
    clock: systemClock,
    slots: 10,
    perWorkspace: 10,
    log,
    ...options.runnerParts?.({ store, settings }),
  });
  const runner = options.wrapRunner?.(inner) ?? inner;
  runner.start();
  const web = createWeb({ token: slack.botToken, apiUrl: slack.apiUrl, log });
  const app = await createSlackApp({
    botToken: slack.botToken,
    appToken: slack.appToken,
    apiUrl: slack.apiUrl,
    web,
    store,
    dispatch,
    memory,
    settings,
    schedules,
    runs,
    runner,
    forgetting: createForgetting({ store, rewrite: runner.rewrite, forgetter, compacts: "if small" }),
    teams: { cards: CARDS, default: "coding" },
    clock,
    log,
    ...options.parts,
  });
  if (options.start !== false) await app.start();

  const threadOf = (ts: string, channel: string) => `${slack.teamId}/${channel}/${ts}`;
  const find = (ts: string, channel: string) => messagesIn(slack, channel).find((message) => message.ts === ts);
  const world: Listening = {
    slack,
    app,
    runner,
    store,
    memory,
    settings,
    schedules,
    runs,
    problems,
    async post(text, { user = MARIA, channel = GENERAL, threadTs } = {}) {
      const { ts } = await slack.control.post({ user, channel, text, ...(threadTs ? { threadTs } : {}) });
      await world.quiet();
      return ts;
    },
    quiet() {
      let repeatAtMs = performance.now() + REPEAT_MS;
      return eventually(async () => {
        if (performance.now() > repeatAtMs) {
          repeatAtMs += REPEAT_MS;
          await slack.control.redeliver();
        }
        if (slack.control.unacked() > 0) throw new Error(`${slack.control.unacked()} envelopes have no ack`);
        if ((await store.unhandled(1)).length > 0) throw new Error("an envelope is still to be handled");
      });
    },
    log: async (ts, channel = GENERAL) => (await runner.read(threadOf(ts, channel))).events,
    heard: async (ts, channel = GENERAL) =>
      (await runner.read(threadOf(ts, channel))).events.flatMap((event) =>
        event.type === "message.posted" && "person" in event ? [`${event.person.name}: ${event.text}`] : [],
      ),
    running: async (ts, channel = GENERAL) => currentRun(await runner.read(threadOf(ts, channel))).running,
    reactions: (ts, channel = GENERAL) => (find(ts, channel)?.reactions ?? []).map(({ name }) => name),
    whispers: (user = MARIA, channel = GENERAL) =>
      messagesIn(slack, channel).flatMap((message) => (message.ephemeralTo === user ? [message.text] : [])),
    async crash() {
      // The store goes first, as the disk does in a crash: whatever the rest still wants to write is lost.
      await store.close();
      await app.stop().catch(() => undefined);
      return listening({ ...options, slack, directory });
    },
    async close() {
      await app.stop();
      await runner.close();
      await store.close();
      await slack.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return world;
}

function messagesIn(slack: Workspace, channel: string): readonly ThreadMessage[] {
  return slack.control.channel(channel).flatMap((root) => slack.control.thread(channel, root.ts));
}

const person = (transcript: { readonly events: readonly RunEvent[] }) =>
  transcript.events.filter((event) => event.type === "message.posted" && "person" in event).length;

const AGENTS: { readonly [team: string]: Agent } = {
  coding: {
    name: "Ada",
    description: "Thinks until she is stopped.",
    async *turn({ signal }) {
      yield { type: "activity", agent: "Ada", doing: "thinking" };
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    },
  },
  research: {
    name: "Ben",
    description: "Asks once.",
    async *turn({ transcript }) {
      if (person(transcript) < 2)
        yield { type: "handoff.made", agent: "Ben", to: "human", text: "Which way?", options: ["Left <b>", "Right"] };
      else yield { type: "message.posted", agent: "Ben", text: "Thank you." };
    },
  },
  careful: {
    name: "Cy",
    description: "Waits for a yes.",
    async *turn({ transcript }) {
      const answered = transcript.events.some((event) => event.type === "approval.given");
      if (answered) yield { type: "message.posted", agent: "Cy", text: "Done." };
      else yield { type: "approval.requested", agent: "Cy", call: "call-1", what: "rm -r build" };
    },
  },
};

const TEAMS = {
  default: "coding",
  has: (name: string) => Object.hasOwn(AGENTS, name),
  names: () => Object.keys(AGENTS),
  build: (name: string): Team => {
    const agent = AGENTS[name];
    if (!agent) throw new Error(`no team ${name}`);
    const nothing = () => [];
    return {
      name,
      agents: [agent],
      // Everybody speaks once.
      nextSpeakers: (transcript) => (isWaiting(transcript) || spokeInRun(transcript, agent.name) ? [] : [agent]),
      stopWhen: nothing,
      limits: nothing,
    };
  },
};

function spokeInRun(transcript: Parameters<Team["nextSpeakers"]>[0], agent: string): boolean {
  return lastSpeaker(transcript) === agent && currentRun(transcript).turns > 0;
}

export async function waitsIn(parley: Listening, ts: string, type: "handoff.made" | "approval.requested"): Promise<number> {
  return eventually(async () => {
    const seq = (await parley.log(ts)).find((event) => event.type === type)?.seq;
    if (seq === undefined) throw new Error("not yet");
    return seq;
  });
}
