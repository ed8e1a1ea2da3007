import type { Clock } from "../../engine/clock.ts";
import type { McpServer } from "./server.ts";

/** Whose session of a server it is: everybody's of a workspace, or one for each thread, each agent of a thread, or each run. */
export type Share = "thread" | "agent" | "run" | "workspace";

/** Who calls. */
export interface Caller {
  readonly thread: string;
  readonly agent: string;
  readonly run: string;
  readonly workspace: string;
}

export const sharedBy = (share: Share, { thread, agent, run, workspace }: Caller): readonly string[] => {
  switch (share) {
    case "thread":
      return [thread];
    case "agent":
      return [thread, agent];
    case "run":
      return [thread, run];
    case "workspace":
      return [workspace];
  }
};

export interface PoolLimits {
  /** At once; each is a process of the server, or a connection. */
  readonly sessionsMax: number;
  /** Without a call. */
  readonly idleMsMax: number;
}

/** The sessions of one server. */
export interface Sessions {
  /**
   * Works with the session under this key, which is opened when there is none. It is not ended meanwhile. Nothing where all that may be open are at
   * work.
   */
  use<Value>(key: string, work: (server: McpServer) => Promise<Value>): Promise<Value | undefined>;
  /** Those that are open. */
  each(work: (server: McpServer) => void): void;
  /** How many are open. */
  readonly open: number;
  close(): Promise<void>;
}

/** What is idle for too long is ended, unless a call in it waits for a person; when all places are taken, what was used longest ago makes room. */
export function createSessions({ sessionsMax, idleMsMax }: PoolLimits, clock: Clock, start: (key: string) => Promise<McpServer>): Sessions {
  /** The one that was used last is the last. */
  const sessions = new Map<string, Session>();
  let last: Session | undefined;
  const closed = new AbortController();
  const ending = new Set<Promise<void>>();
  let isSweeping = false;

  function end(key: string, session: Session): void {
    sessions.delete(key);
    if (session === last) last = undefined;
    const over = session.server.then((server) => server.close());
    ending.add(over);
    void over.finally(() => ending.delete(over));
  }

  /** Whether there is a place for one more. */
  function makeRoom(): boolean {
    if (sessions.size < sessionsMax) return true;
    const unused = [...sessions].filter(([, { users }]) => users === 0);
    // One whose call waits for a person goes last.
    const idle = unused.find(([, { opened }]) => opened?.waits !== true) ?? unused[0];
    if (!idle) return false;
    end(...idle);
    return true;
  }

  async function sweep(): Promise<void> {
    isSweeping = true;
    while (sessions.size > 0 && !closed.signal.aborted) {
      const oldest = Math.min(...[...sessions.values()].map(({ usedAtMs }) => usedAtMs));
      await clock.sleep(Math.max(SWEEP_MS_MIN, oldest + idleMsMax - clock.now()), closed.signal);
      for (const [key, session] of sessions)
        if (session.opened?.waits) session.usedAtMs = clock.now();
        else if (session.users === 0 && session.usedAtMs + idleMsMax <= clock.now() && !closed.signal.aborted) end(key, session);
    }
    isSweeping = false;
  }

  return {
    get open() {
      return sessions.size;
    },
    each(work) {
      for (const { opened } of sessions.values()) if (opened) work(opened);
    },
    async use(key, work) {
      const known = sessions.get(key);
      if (!known && (closed.signal.aborted || !makeRoom())) return undefined;
      const session: Session = known ?? { server: start(key), users: 0, usedAtMs: 0 };
      session.users++;
      session.usedAtMs = clock.now();
      if (session !== last) {
        sessions.delete(key);
        sessions.set(key, (last = session));
      }
      if (!isSweeping) void sweep();
      try {
        session.opened ??= await session.server;
        return await work(session.opened);
      } finally {
        session.users--;
        session.usedAtMs = clock.now();
      }
    },
    async close() {
      closed.abort();
      for (const [key, session] of sessions) end(key, session);
      await Promise.all(ending);
    },
  };
}

interface Session {
  readonly server: Promise<McpServer>;
  opened?: McpServer;
  users: number;
  usedAtMs: number;
}

const SWEEP_MS_MIN = 1_000;
