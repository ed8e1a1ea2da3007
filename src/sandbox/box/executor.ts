import PQueue from "p-queue";
import { SandboxUnavailable, type Capabilities, type Executor } from "../executor.ts";
import { BoxSession, type BoxLimits, type BoxSupply } from "./session.ts";
import { WorkspaceCopy } from "./workspace.ts";

/** A kind of box that was found to work: what is said of it, and how its boxes are had. */
export interface BoxKind extends BoxSupply {
  readonly capabilities: Capabilities;
  /** Whether what makes the boxes answers now; absent where that is this machine itself, or where asking costs money. */
  readonly answers?: () => Promise<boolean>;
  /** Threads that are remembered without a box: a few hundred bytes each, or what a box keeps that dozes. */
  readonly sessionsMax?: number;
  /** Called after every session has ended. */
  readonly close?: () => Promise<void>;
}

export interface BoxExecutorLimits extends BoxLimits {
  /** Threads that have a box at one time; past it the one that was idle longest gives its box up. */
  readonly boxesMax: number;
  /** Blocks that run at one time, over all threads. */
  readonly runsMax: number;
}

export type BoxExecutorSettings = Partial<BoxExecutorLimits>;

export const BOX_LIMITS = {
  memoryMb: 512,
  outputBytesMax: 64 * 1024,
  filesMax: 20,
  fileBytesMax: 8 * 1024 * 1024,
  filesBytesMax: 16 * 1024 * 1024,
  keptFilesMax: 500,
  keptBytesMax: 16 * 1024 * 1024,
  boxesMax: 32, // An idle container takes about 6 MB of the host.
  runsMax: 16,
} as const;

const SESSIONS_MAX = 1000;

/** An executor of boxes of one kind: a session for each thread. */
export function boxExecutor(kind: BoxKind, limits: BoxExecutorLimits): Executor {
  const sessions = new Map<string, BoxSession>();
  const supply = { ...kind, limits, queue: new PQueue({ concurrency: limits.runsMax }) };
  let isClosed = false;

  return {
    capabilities: kind.capabilities,
    open: async (thread, keeper) => {
      if (isClosed) throw new SandboxUnavailable("The sandbox is closed: Parley is stopping.");
      const known = sessions.get(thread);
      if (known) return known;
      const session = new BoxSession(supply, () => sessions.delete(thread), keeper && new WorkspaceCopy(thread, keeper, limits));
      sessions.set(thread, session);
      giveUpLongestIdle(sessions, limits.boxesMax, kind.sessionsMax ?? SESSIONS_MAX);
      return session;
    },
    ...(kind.answers ? { answers: kind.answers } : {}),
    close: async () => {
      isClosed = true;
      await Promise.all([...sessions.values()].map((session) => session.end()));
      await kind.close?.();
    },
  };
}

function giveUpLongestIdle(sessions: Map<string, BoxSession>, boxesMax: number, sessionsMax: number): void {
  const idle = [...sessions].filter(([, { lane }]) => lane.isIdle).toSorted(([, a], [, b]) => a.lane.lastUsedMs - b.lane.lastUsedMs);
  const holding = [...sessions.values()].filter(({ hasBox }) => hasBox).length;
  // One place is kept free for the thread that is about to run.
  for (const [, session] of idle.filter(([, { hasBox }]) => hasBox).slice(0, Math.max(0, holding + 1 - boxesMax))) void session.giveUp();
  for (const [thread] of idle.filter(([, { hasBox }]) => !hasBox).slice(0, Math.max(0, sessions.size - sessionsMax)))
    sessions.delete(thread);
}
