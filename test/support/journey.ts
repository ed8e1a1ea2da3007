import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { stringify } from "yaml";
import type { Env } from "../../src/config/env.ts";
import { loadSettings, type Settings } from "../../src/config/load.ts";
import { systemClock, type Clock } from "../../src/engine/clock.ts";
import { createParley, type Parley } from "../../src/parley.ts";
import type { Executor } from "../../src/sandbox/executor.ts";
import type { SlackSettings } from "../../src/slack/slack.ts";
import { readShortcuts } from "../../src/cli/demo/shortcuts.ts";
import { createWorkspace, type Workspace } from "../../local-slack/index.ts";
import { unreadable } from "./slack/plain-text.ts";
import { overLimits } from "./slack/slack-limits.ts";
import { storeIn } from "./postgres/journey-store.ts";
import { allAcked } from "./slack/acked.ts";
import { createThread, type Thread } from "./slack/thread.ts";

export const MARIA = "U0MARIA";
export const JONAS = "U0JONAS";
export const GENERAL = "C0GENERAL";

export interface ParleyParts {
  /** The team file: as it is written in YAML, or read already. */
  readonly file: object | Settings;
  /** `replies.yml` beside it: what its scripted models say, by agent. */
  readonly replies?: object;
  readonly env?: Env;
  /** Where code runs; as the team file says when absent. */
  readonly executor?: Executor;
  /** Seals the logins of people for servers, who come in by a door on loopback. */
  readonly loginKey?: Uint8Array;
}

export interface JourneyOptions extends ParleyParts {
  /** What is to be so in the workspace before Parley comes. */
  readonly prepare?: (slack: Workspace) => void;
  readonly writeTimeoutMs?: number;
  /** When it begins; now when absent. */
  readonly startMs?: number;
}

/** A whole Parley in a local Slack: real HTTP and WebSocket, a real database file, and time that passes fast. Closed when the test ends. */
export interface Journey {
  readonly slack: Workspace;
  readonly parley: Parley;
  /** What Parley told its operator. */
  readonly problems: readonly string[];
  /** Where its files are, the database among them. */
  readonly folder: string;
  /** The same workspace and the same database after a restart, with other files. */
  restarted(parts: ParleyParts): Promise<Journey>;
  /** From one moment to the next it is so much later. Whoever sleeps sleeps on. */
  skip(ms: number): void;
  /** So much time passes at once: whoever sleeps no longer than that wakes. */
  pass(ms: number): void;
  /** Posts a mention; the thread under it. */
  mention(text: string, options?: { readonly user?: string; readonly channel?: string; readonly threadTs?: string }): Promise<Thread>;
  /** The thread under a message. */
  thread(channel: string, ts: string): Thread;
  /** Lines in a channel and its threads that only this person sees. */
  whispers(user: string, channel?: string): readonly string[];
  /** Resolves when everything that Slack has sent is acked and dealt with. */
  quiet(): Promise<void>;
}

export async function openJourney(options: JourneyOptions): Promise<Journey> {
  const clock = fastClock(options.startMs);
  const slack = await createWorkspace({ port: 0, now: () => clock.now(), triggerMs: TRIGGER_MS, shortcuts: await readShortcuts() });
  onTestFinished(async () => {
    // Every payload of every journey, against the one table of Slack's limits.
    const over = slack.control.calls().flatMap(overLimits);
    // And for those who hear them, or read them in a notification.
    const mute = slack.control.calls().flatMap(unreadable);
    await slack.close();
    expect({ over, mute }).toEqual({ over: [], mute: [] });
  });
  options.prepare?.(slack);
  const { botToken, appToken, apiUrl } = slack;
  const { writeTimeoutMs } = options;
  const world = { clock, slack: { botToken, appToken, apiUrl, ...(writeTimeoutMs === undefined ? {} : { writeTimeoutMs }) } };
  const opened = await openParley(options, world);
  await slack.control.until(() => slack.control.connected());
  return journeyOf(slack, opened, {
    clock,
    async again({ parley, folder }, parts) {
      await parley.stop();
      await slack.control.until(() => !slack.control.connected());
      const next = await openParley(parts, { ...world, folder });
      await slack.control.until(() => slack.control.connected());
      return next;
    },
  });
}

type Opened = Awaited<ReturnType<typeof openParley>>;

function journeyOf(
  slack: Workspace,
  opened: Opened,
  { clock, again }: { readonly clock: FastClock; readonly again: (opened: Opened, parts: ParleyParts) => Promise<Opened> },
): Journey {
  const { parley, problems, folder } = opened;
  const thread = (channel: string, ts: string): Thread => createThread({ slack, parley, channel, ts });
  return {
    slack,
    parley,
    problems,
    folder,
    restarted: async (parts) => journeyOf(slack, await again(opened, parts), { clock, again }),
    skip: (ms) => clock.skip(ms),
    pass: (ms) => clock.pass(ms),
    thread,
    async mention(text, { user = MARIA, channel = GENERAL, threadTs } = {}) {
      const { ts } = await slack.control.post({ user, channel, text, ...(threadTs ? { threadTs } : {}) });
      return thread(channel, threadTs ?? ts);
    },
    whispers: (user, channel = GENERAL) =>
      slack.control
        .channel(channel)
        .flatMap((root) => slack.control.thread(channel, root.ts))
        .flatMap((message) => (message.ephemeralTo === user ? [message.text] : [])),
    async quiet() {
      await allAcked(slack);
      await expect.poll(() => parley.store.unhandled(1)).toEqual([]);
    },
  };
}

/** A Parley of these files, started, and stopped when the test ends. Whatever broke in it fails the test. */
export async function openParley(
  parts: ParleyParts,
  { folder: kept, ...world }: { readonly slack: SlackSettings; readonly clock: Clock; readonly folder?: string },
): Promise<{ readonly parley: Parley; readonly problems: readonly string[]; readonly folder: string }> {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), "parley-journey-")));
  if (kept === undefined) onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const env = parts.env ?? {};
  const problems: string[] = [];
  const parley = await createParley({
    settings: await settingsOf(parts, folder),
    env,
    dbPath: storeIn(folder),
    ...world,
    ...(parts.executor ? { executor: parts.executor } : {}),
    ...(parts.loginKey ? { loginKeys: [parts.loginKey], loginAt: { host: "127.0.0.1", port: 0 } } : {}),
    log: (line) => void problems.push(line),
  });
  onTestFinished(async () => {
    await parley.stop();
    expect(problems.filter((problem) => /\bbroke\b/.test(problem))).toEqual([]);
  });
  await parley.start();
  return { parley, problems, folder };
}

export async function settingsOf({ file, replies, env = {} }: ParleyParts, folder: string): Promise<Settings> {
  if ("defaultTeam" in file && "warnings" in file) return file;
  await writeFile(join(folder, "parley.yml"), stringify(file));
  if (replies) await writeFile(join(folder, "replies.yml"), stringify({ replies }));
  return loadSettings({ env, cwd: folder });
}

/** Slack's three seconds on a clock that is ten times as fast, on a machine that is slow for a while. */
const TRIGGER_MS = 300_000;
/** How much faster than the machine's own: Slack's one post a second is a tenth of one here, and the local Slack's own limits keep pace. */
const SPEED = 10;
/** Longer waits are mostly guards, such as that for a name or a hello; the machine that they guard is no faster than before. */
const SHORT_WAIT_MS_MAX = 2_000;
const GUARD_MS_MIN = 500;
/** A long wait is short ones in a row: a process that gets little of its machine has as many turns of its event loop for what is waited for as another one. */
const TURN_MS = 25;
const TURNS_MAX = 20;

export interface FastClock extends Clock {
  /** From one moment to the next it is so much later; whoever sleeps sleeps on, as a machine does that was shut. */
  skip(ms: number): void;
  /** So much time passes at once: whoever sleeps no longer than that wakes. */
  pass(ms: number): void;
}

export function fastClock(startMs = Date.now()): FastClock {
  const tickMs = performance.now();
  const sleepers = new Map<AbortController, number>();
  let beginMs = startMs;
  const now = () => Math.round(beginMs + (performance.now() - tickMs) * SPEED);
  return {
    now,
    skip: (ms) => void (beginMs += ms),
    pass(ms) {
      beginMs += ms;
      for (const [sleeper, untilMs] of sleepers) if (untilMs <= now()) sleeper.abort();
    },
    async sleep(ms, signal) {
      const sleeper = new AbortController();
      sleepers.set(sleeper, now() + ms);
      const over = signal ? AbortSignal.any([signal, sleeper.signal]) : sleeper.signal;
      const waitMs = Math.max(ms / SPEED, ms > SHORT_WAIT_MS_MAX ? GUARD_MS_MIN : 0);
      const turns = Math.min(TURNS_MAX, Math.ceil(waitMs / TURN_MS));
      for (let turn = 0; turn < turns && !over.aborted; turn++) await systemClock.sleep(Math.ceil(waitMs / turns), over);
      sleepers.delete(sleeper);
    },
  };
}

const LIMITS = { turns: 24, minutes: 60, tokens: 200_000, usd: 1 };
const scripted = { models: { scripted: { provider: "replay", file: "replies.yml" } } };

/** Two who speak in turn, until one says DONE. They run no code. */
export const PAIR = {
  ...scripted,
  teams: {
    pair: {
      description: "Two who talk.",
      speakers: { policy: "round-robin" },
      agents: [
        { name: "Ana", icon: ":owl:", description: "Asks.", model: "scripted", handoffs: ["human"] },
        { name: "Ben", icon: ":bear:", description: "Answers.", model: "scripted" },
      ],
      stop: { textMention: "DONE" },
      limits: LIMITS,
    },
  },
  sandbox: { executor: "off" },
};

/** A selector, one who writes code, one who runs it, one who judges. */
export const CODING = {
  ...scripted,
  teams: {
    coding: {
      description: "Writes code, runs it, reviews it.",
      speakers: { policy: "selector", model: "scripted" },
      agents: [
        { name: "Coder", icon: ":technologist:", description: "Writes Python.", model: "scripted" },
        { name: "Runner", kind: "code-runner", runs: ["Coder"], icon: ":gear:", description: "Runs it." },
        { name: "Critic", icon: ":mag:", description: "Judges it.", model: "scripted" },
      ],
      limits: LIMITS,
    },
  },
  sandbox: { executor: "off" },
};

/** What the coding team says about one block of code: written, run, judged. */
export const codingReplies = (code: string, verdict: string, language = "python") => ({
  selector: [
    { next: "Coder", reason: "the task asks for code" },
    { next: "Runner", reason: "there is code to run" },
    { next: "Critic", reason: "it ran: is it right?" },
    { next: "finish", reason: "it was checked" },
  ],
  Coder: [`Here it is.\n\n\`\`\`${language}\n${code}\n\`\`\``],
  Critic: [verdict],
});
