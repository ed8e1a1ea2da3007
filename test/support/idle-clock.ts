import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { Clock } from "../../src/engine/clock.ts";

export interface IdleClock extends Clock {
  /** Lets time stand still from here on; whoever sleeps goes on sleeping. */
  stop(): void;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Rounds of the event loop without anything under way: an answer passes through some before its caller goes on, and a write waits some for others. */
const IDLE_ROUNDS = 80;

/**
 * A clock for a whole Parley and a whole Slack in one process. While anything is under way it stands still; when nothing is, it jumps to the
 * next sleeper. So minutes of Slack's pace take the time of the work in them, and no more. `isBusy` tells of what is under way beside HTTP
 * calls; `moved` is called after each jump.
 */
export function idleClock({ startMs, isBusy, moved }: { startMs: number; isBusy: () => boolean; moved: () => void }): IdleClock {
  const sleepers = new Set<Sleeper>();
  const calls = countCalls();
  let nowMs = startMs;
  let isRunning = true;

  async function run(): Promise<void> {
    let idleRounds = 0;
    while (isRunning) {
      await new Promise((resolve) => setImmediate(resolve));
      idleRounds = calls.underWay() > 0 || isBusy() ? 0 : idleRounds + 1;
      if (idleRounds < IDLE_ROUNDS) continue;
      const next = [...sleepers].reduce<Sleeper | undefined>((first, one) => (!first || one.atMs < first.atMs ? one : first), undefined);
      if (!next) continue;
      idleRounds = 0;
      nowMs = Math.max(nowMs, next.atMs);
      next.wake();
      moved();
    }
    calls.close();
  }
  void run();

  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper: Sleeper = { atMs: nowMs + Math.ceil(ms), wake }; // A clock tells whole milliseconds.
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
      }),
    stop() {
      isRunning = false;
    },
  };
}

/** HTTP calls of this process that have no answer yet, as Node's two HTTP clients themselves tell. */
function countCalls(): { underWay(): number; close(): void } {
  const requests = new Set<unknown>();
  const begun = (message: unknown) => {
    const { request } = message as { readonly request: { readonly path: string } };
    // A WebSocket begins as a call that has no end.
    if (!request.path.startsWith("/link/")) requests.add(request);
  };
  const ended = (message: unknown) => void requests.delete((message as { readonly request: unknown }).request);
  const started = (message: unknown) => {
    const { request } = message as { readonly request: ClientRequest };
    if (request.path.startsWith("/link/")) return;
    requests.add(request);
    request.once("close", () => requests.delete(request));
  };
  subscribe("http.client.request.start", started);
  subscribe("undici:request:create", begun);
  subscribe("undici:request:trailers", ended);
  subscribe("undici:request:error", ended);
  return {
    underWay: () => requests.size,
    close() {
      unsubscribe("http.client.request.start", started);
      unsubscribe("undici:request:create", begun);
      unsubscribe("undici:request:trailers", ended);
      unsubscribe("undici:request:error", ended);
    },
  };
}
