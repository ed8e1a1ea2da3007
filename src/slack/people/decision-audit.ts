import type { Clock } from "../../engine/clock.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import { lookOver, type Since } from "../../runner/look-over.ts";
import type { Runner } from "../../runner/runner.ts";
import { isStoreTrouble } from "../../runner/store-trouble.ts";
import type { Decision, Settings } from "../../store/settings.ts";
import type { Store } from "../../store/store.ts";
import { teamOf } from "../words/place.ts";
import type { Log } from "../api/web-client.ts";

/** Threads that are looked over at a start: a decision that was recorded in the moment of a crash is among the last ones of the last threads. */
const THREADS_AT_START_MAX = 50;
/** Read together. */
const LOGS_AT_ONCE_MAX = 20;

/**
 * Keeps the audit log of what people decide in runs. It is read off the logs of the threads, where each decision has a number of its own: told
 * again after a crash, it is the same decision, and stands there once.
 */
export function createAudit(parts: {
  readonly runner: Pick<Runner, "follow" | "read">;
  readonly store: Pick<Store, "unfinished" | "recent">;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** The workspace whose threads are looked after. */
  readonly team: string;
}): {
  /** Looks over the threads in which something was recorded `since`. */
  start(since?: Since): void;
  /** Resolves when what was decided by now is kept. */
  settled(): Promise<void>;
  close(): Promise<void>;
} {
  const { runner, store, settings, clock, log, team } = parts;
  const closing = new AbortController();
  let last: Promise<void> = Promise.resolve();
  let lookedOver: Promise<void> = Promise.resolve();

  /** One after the other, in the order in which they were made. */
  function keep(where: string, decided: () => Promise<readonly (readonly [thread: string, event: RunEvent])[]>): void {
    const problem = (error: unknown) => log(`a decision in ${where} is not in the audit log yet`, error);
    const record = async () => {
      for (const [thread, event] of await decided()) {
        const decision = decisionIn(thread, event, team);
        if (decision) await settings.record(decision);
      }
    };
    last = last.then(() => lookOver(record, { clock, signal: closing.signal, problem }));
  }

  const isOurs = (thread: string): boolean => teamOf(thread) === team;

  const unfollow = runner.follow((thread, item) => {
    if ("seq" in item && DECIDE.has(item.type) && isOurs(thread)) keep(thread, async () => [[thread, item]]);
  });

  async function decisionsOf(thread: string): Promise<readonly (readonly [thread: string, event: RunEvent])[]> {
    try {
      const { events } = await runner.read(thread);
      return events.filter(({ type }) => DECIDE.has(type)).map((event) => [thread, event] as const);
    } catch (error) {
      if (isStoreTrouble(error)) throw error;
      // What cannot be read of one is no trouble of the others'.
      log(`a decision in ${thread} is not in the audit log yet`, error);
      return [];
    }
  }

  return {
    start(sinceOf) {
      const problem = (error: unknown) => log("the last decisions could not be looked over yet", error);
      const lookThrough = async () => {
        const since = await sinceOf?.();
        const [unfinished, recent] = await Promise.all([store.unfinished(undefined, since), store.recent(THREADS_AT_START_MAX)]);
        const lately = recent.filter(({ at }) => since === undefined || at >= since);
        const threads = [...new Set([...unfinished, ...lately].map(({ thread }) => thread))].filter(isOurs);
        for (let first = 0; first < threads.length; first += LOGS_AT_ONCE_MAX) {
          const some = threads.slice(first, first + LOGS_AT_ONCE_MAX);
          keep("one of the last threads", async () => (await Promise.all(some.map(decisionsOf))).flat());
        }
      };
      lookedOver = lookOver(lookThrough, { clock, signal: closing.signal, problem });
    },
    async settled() {
      await lookedOver;
      await last;
    },
    async close() {
      unfollow();
      // What is under way is recorded; what cannot be is looked for by the next one that leads.
      closing.abort();
      await last;
    },
  };
}

const DECIDE: ReadonlySet<RunEvent["type"]> = new Set<RunEvent["type"]>([
  "approval.given",
  "approval.expired",
  "approval.withdrawn",
  "run.stopped",
  "limit.raised",
  "summary.requested",
]);

const PARLEY = { id: "parley", name: "Parley" };

/** What is to be kept of an event; nothing where nobody decided. */
function decisionIn(thread: string, event: RunEvent, workspace: string): Decision | undefined {
  const base = { workspace, allowed: true, key: `${thread}#${event.seq}` };
  const on = (call: string) => `${thread} ${call}`;
  switch (event.type) {
    case "approval.given": {
      const { call, person, approved, scope, edited, reason } = event;
      const deed = !approved ? "deny" : edited !== undefined ? "approve changed" : scope === "run" ? "approve for the run" : "approve once";
      const detail = edited ?? reason;
      return { ...base, person, deed, subject: on(call), ...(detail === undefined ? {} : { detail }) };
    }
    case "approval.expired":
      return { ...base, person: PARLEY, deed: "deny by time", subject: on(event.call) };
    case "approval.withdrawn":
      return { ...base, person: event.person, deed: "ask again", subject: on(event.call) };
    case "limit.raised":
      return event.person && { ...base, person: event.person, deed: "raise limit", subject: thread };
    case "summary.requested":
      return { ...base, person: event.person, deed: "finish with a summary", subject: thread };
    case "run.stopped": {
      const by = event.outcome === "stopped" ? event.reasons.find((reason) => reason.kind === "person") : undefined;
      return by && { ...base, person: by.person, deed: "stop", subject: thread };
    }
    default:
      return undefined;
  }
}
