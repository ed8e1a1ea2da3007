import type { Clock } from "../../../engine/clock.ts";
import type { ServeOptions, Serving, Signal, Work, WorkKind } from "../../dispatch.ts";
import { fairQueue, type Waiting } from "../../fair-queue.ts";
import { createAlarm } from "../../one-process/alarm.ts";
import { isServed, mayTake } from "../../one-process/slots.ts";
import type { Claims, Taken } from "./claims.ts";
import { createTaking } from "./taking.ts";

interface Server {
  readonly options: ServeOptions;
  readonly handler: (work: Work) => Promise<void>;
  isOpen: boolean;
  readonly idlers: Set<() => void>;
}

/** Work that this process has, or is about to take. */
interface Running {
  readonly server: Server;
  readonly workspace: string;
  readonly place: string;
  readonly listeners: Set<(what: Signal) => void>;
  taken: Taken | undefined;
  /** When it is due again, as was said last since it was begun, or since it is being let go: ms since the epoch, `null` for rest. */
  woken: number | null | undefined;
  done: Promise<void>;
}

/** The work of one kind, as this process sees it. */
export interface WorkQueue {
  serve(options: ServeOptions, handler: Server["handler"]): Serving;
  ahead(workspace: string): number;
  signal(key: string, what: Signal): void;
  /** A wake-up was committed, by whichever process: for `at` (ms since the epoch), or for no time. */
  woken(key: string, workspace: string, at: number | null): void;
  /** Somebody has gone, or has stopped: what that one had is there to be taken. */
  look(): void;
  /** What is being handled here is another's by now: its handlers are told. */
  lost(): void;
  /** Takes no new work, and resolves when the handlers under way have ended. */
  stop(): Promise<void>;
  /** As {@link WorkQueue.lost}, and nothing more is begun. */
  abandon(): void;
  isBusy(): boolean;
  /** Whoever serves it is told; `false`: nobody does. */
  tell(error: Error): boolean;
}

/** After the database could not be asked. */
const AGAIN_MS = 1_000;

/**
 * Every process keeps the line of all that is due, and takes from it in turn what nobody has: who has what is said by a row (claims.ts), so that two never
 * handle one thing. A process that is told of work that is another's forgets it; whoever ends with it tells all whether it is due again.
 */
export function createWorkQueue(parts: {
  readonly kind: WorkKind;
  readonly claims: Claims;
  readonly clock: Clock;
  readonly placeOf: (key: string) => string;
  /** Resolves when one more may begin. */
  readonly turn: () => Promise<void>;
  /** Of the slots, this part is kept for places in which nothing runs. */
  readonly reservedShare: number;
  /** This process has stopped serving, and may have left something. */
  readonly left: () => Promise<void>;
}): WorkQueue {
  const { kind, claims, clock, placeOf, turn, reservedShare } = parts;
  const line = fairQueue();
  const running = new Map<string, Running>();
  const servers: Server[] = [];
  const alarm = createAlarm(clock, ring);
  /** The earliest time at which something more is due. */
  let nextAt = Number.POSITIVE_INFINITY;
  let looks = 0;
  let isFilling = false;
  let isToFill = false;
  let isGone = false;

  const wait = (at: number): void => {
    nextAt = Math.min(nextAt, at);
    if (servers.length > 0) alarm.set(nextAt);
  };

  /** It may ring before the time: then nothing is asked. */
  function ring(): void {
    if (clock.now() < nextAt) return wait(nextAt);
    nextAt = Number.POSITIVE_INFINITY;
    void look();
  }
  const again = (key: string, trouble?: { readonly error: unknown }): void => {
    wait(clock.now() + AGAIN_MS);
    if (trouble && !isGone) servers[0]?.options.onBug(trouble.error, key);
  };
  const taking = createTaking({ kind, claims, clock, again });

  function enqueue(key: string, workspace: string): void {
    // What is doubtful is found by the look behind it.
    if (taking.isDoubtful(key) || !servers.some(({ options }) => isServed(options, workspace))) return;
    line.add(key, { workspace, place: placeOf(key) });
    void fill();
  }

  async function look(): Promise<void> {
    if (servers.length === 0) return;
    looks++;
    try {
      await taking.settle();
      const now = clock.now();
      const [rows, next] = [await claims.due(kind, now), await claims.next(kind, now)];
      for (const { key, workspace } of rows) if (!running.has(key)) enqueue(key, workspace);
      if (next !== undefined) wait(next);
    } catch (error) {
      again("(all threads)", { error });
    } finally {
      looks--;
      tellIdlers();
    }
  }

  /** One after the other, so that they begin in the order of the line. */
  async function fill(): Promise<void> {
    isToFill = true;
    if (isFilling) return;
    isFilling = true;
    while (isToFill && !isGone) {
      isToFill = false;
      while (line.size() > 0) {
        await turn();
        if (!(await beginOne())) break;
      }
    }
    isFilling = false;
    tellIdlers();
  }

  /** False when nothing may begin until something has ended. Those who serve take turns. */
  async function beginOne(): Promise<boolean> {
    for (const server of servers) {
      const next = take(server);
      if (!next) continue;
      servers.push(...servers.splice(servers.indexOf(server), 1));
      await begin(server, next);
      return true;
    }
    return false;
  }

  const take = (server: Server): Waiting | undefined => {
    const own = [...running.values()].filter((one) => one.server === server);
    return mayTake({ line, options: server.options, own, reservedShare });
  };

  async function begin(server: Server, { key, workspace, place }: Waiting): Promise<void> {
    const one: Running = { server, workspace, place, listeners: new Set(), taken: undefined, woken: undefined, done: Promise.resolve() };
    running.set(key, one);
    const taken = await taking.take({ key, workspace }, () => server.isOpen && running.get(key) === one);
    if (!taken) {
      const isOurs = running.get(key) === one;
      if (isOurs) running.delete(key);
      // It came while another was about to let go of it.
      if (isOurs) wokenMeanwhile(key, one);
      return tellIdlers();
    }
    one.taken = taken;
    one.done = handle(key, one, taken);
  }

  async function handle(key: string, one: Running, taken: Taken): Promise<void> {
    const { server, workspace, listeners } = one;
    const { failures, version: _, ...claim } = taken;
    let bug: { readonly error: unknown } | undefined;
    one.woken = undefined;
    try {
      await server.handler({ key, workspace, claim: { key, ...claim }, failures, onSignal: (listener) => void listeners.add(listener) });
    } catch (error) {
      bug = { error };
    }
    for (let isTold = false; running.get(key) === one; await pause()) {
      const woken: Running["woken"] = one.woken;
      one.woken = undefined;
      try {
        await claims.release(kind, { key, workspace, taken, failed: bug !== undefined, woken: woken !== undefined }, clock.now());
        break;
      } catch (error) {
        // Nobody else has it as long as this one is there: it is let go as soon as that can be said, or lost with all else.
        one.woken ??= woken;
        if (!isTold) server.options.onBug(error, key);
        isTold = true;
      }
    }
    // Somebody else has it by now.
    if (running.get(key) !== one) return;
    running.delete(key);
    wokenMeanwhile(key, one);
    void fill();
    tellIdlers();
    if (bug) server.options.onBug(bug.error, key);
  }

  function wokenMeanwhile(key: string, { workspace, woken }: Running): void {
    if (woken === undefined || woken === null) return;
    if (woken > clock.now()) wait(woken);
    else enqueue(key, workspace);
  }

  function tellIdlers(): void {
    for (const server of servers) {
      if (server.idlers.size === 0 || looks > 0) continue;
      const isBusy = line.size(server.options.workspace) > 0 || [...running.values()].some((one) => one.server === server);
      if (isBusy) continue;
      for (const resolve of server.idlers) resolve();
      server.idlers.clear();
    }
  }

  function remove(server: Server): void {
    server.isOpen = false;
    const index = servers.indexOf(server);
    if (index >= 0) servers.splice(index, 1);
    if (servers.length === 0) {
      alarm.cancel();
      // The others have the same line.
      for (let rest = line.take(() => true); rest; rest = line.take(() => true));
    }
  }

  async function close(server: Server): Promise<void> {
    if (!server.isOpen) return;
    remove(server);
    const own = [...running.values()].filter((one) => one.server === server);
    await Promise.all(own.map(({ done }) => done));
    for (const resolve of server.idlers) resolve();
    if (isGone) return;
    // Others find what is not held.
    await taking.settle().catch(() => undefined);
    await parts.left().catch(() => undefined);
  }

  function lost(): void {
    taking.lost();
    for (const [key, { listeners, taken }] of running) {
      if (!taken) continue;
      running.delete(key);
      for (const listener of listeners) listener("lost");
    }
    tellIdlers();
  }

  return {
    serve(options, handler) {
      const server: Server = { options, handler, isOpen: true, idlers: new Set() };
      servers.push(server);
      void look();
      return {
        lookAgain: () => void (server.isOpen && look()),
        stop: () => close(server),
        idle: () =>
          new Promise((resolve) => {
            server.idlers.add(resolve);
            if (!server.isOpen) resolve();
            tellIdlers();
          }),
      };
    },
    ahead(workspace) {
      const slots = servers.reduce((sum, { options }) => sum + options.slots, 0);
      if (slots === 0) return 0;
      return running.size + line.size() < slots ? 0 : line.size(workspace);
    },
    signal(key, what) {
      for (const listener of running.get(key)?.listeners ?? []) listener(what);
    },
    woken(key, workspace, at) {
      const one = running.get(key);
      if (one) one.woken = at;
      const now = clock.now();
      if (!one && at !== null && at <= now) return enqueue(key, workspace);
      if (!one) line.delete(key);
      if (at !== null && at > now) wait(at);
      tellIdlers();
    },
    look: () => void look(),
    lost,
    async stop() {
      await Promise.all([...servers].map(close));
    },
    abandon() {
      isGone = true;
      const gone = [...servers];
      gone.forEach(remove);
      lost();
      running.clear();
      for (const { idlers } of gone) for (const resolve of idlers) resolve();
    },
    isBusy: () => looks > 0 || isFilling,
    tell: (error) => (servers[0]?.options.onBug(error, "(all threads)"), servers.length > 0),
  };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref());
