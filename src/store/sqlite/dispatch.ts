import type { Clock } from "../../engine/clock.ts";
import type { Dispatch, ServeOptions } from "../dispatch.ts";
import { fairQueue, type Waiting } from "../fair-queue.ts";
import type { Leisure } from "../leisure.ts";
import { type ReadyRows, timeOf } from "./ready.ts";
import type { Commit } from "../store.ts";

/** A handler that throws is tried again after this, doubled each time up to the maximum: a bug must not spin, nor pay a model again and again. */
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 60_000;
/** Of the slots, this part is kept for places in which nothing runs: one that is busy must not make the others wait for its end. */
const RESERVED_SHARE = 0.1;
/** The timer looks at the clock at least this often: it may have been set, and a Node timer of over 24 days fires at once. */
const TIMER_MS_MAX = 3_600_000;

type Handler = (thread: string, workspace: string) => Promise<void>;

/** A handler under way. */
interface Running {
  readonly workspace: string;
  readonly place: string;
  /** What the newest wake-up since it began says; absent when there was none. */
  woken: "due" | "later" | "rest" | undefined;
  done: Promise<void>;
}

/** A thread whose handler threw the last `count` times. */
interface Failing {
  readonly workspace: string;
  readonly count: number;
  /** Ms since the epoch; absent once it is in line again. */
  readonly retryAt: number | undefined;
}

/**
 * The rows of `ready` say what is to be worked on, so that a crash loses nothing; memory holds the line of those whose time has come.
 * Nothing polls: a commit tells (`woken`), and one timer waits for the earliest row of the future.
 */
export class SqliteDispatch implements Dispatch {
  readonly #ready: ReadyRows;
  readonly #clock: Clock;
  readonly #leisure: Leisure;
  readonly #line = fairQueue();
  readonly #running = new Map<string, Running>();
  readonly #failing = new Map<string, Failing>();
  #served: { readonly options: ServeOptions; readonly handler: Handler } | undefined;
  #state: "open" | "stopped" | "abandoned" = "open";
  /** Rows with a time up to this are in line, running or failing; of later ones only the table knows. */
  #readUntil = Number.NEGATIVE_INFINITY;
  #timer: { readonly at: number; readonly cancel: AbortController } | undefined;
  #willFill = false;

  constructor(ready: ReadyRows, clock: Clock, leisure: Leisure) {
    this.#ready = ready;
    this.#clock = clock;
    this.#leisure = leisure;
  }

  serve(options: ServeOptions, handler: Handler): void {
    if (this.#served) throw new Error("serve was called twice; a dispatch has one handler");
    this.#served = { options, handler };
    this.#readDue();
  }

  async stop(): Promise<void> {
    if (this.#state === "open") this.#state = "stopped";
    this.#timer?.cancel.abort();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  ahead(workspace: string): number {
    const slots = this.#served?.options.slots ?? Number.POSITIVE_INFINITY;
    return this.#running.size + this.#line.size() < slots ? 0 : this.#line.size(workspace);
  }

  /** The store is being closed: rows stay as they are, whatever handlers still do. */
  abandon(): void {
    this.#state = "abandoned";
    this.#timer?.cancel.abort();
  }

  /** A wake-up has been committed. */
  woken(thread: string, workspace: string, wake: Commit["wake"]): void {
    if (wake === "keep" || !this.#served) return;
    const now = this.#time();
    const at = typeof wake === "object" ? timeOf(wake.at) : now;
    const means = wake === "none" ? "rest" : at <= now ? "due" : "later";
    const running = this.#running.get(thread);
    if (running) running.woken = means;
    else if (means === "due") this.#enqueue(thread, workspace);
    else this.#unqueue(thread, means);
    if (means === "later") this.#wait(at);
  }

  /** Takes up what became due since this was last asked, and sets the timer for what comes next. */
  #readDue(): void {
    const now = this.#time();
    for (const { thread, workspace } of this.#ready.between(this.#readUntil, now)) {
      const running = this.#running.get(thread);
      if (running?.woken === "later") running.woken = "due";
      else if (!running && this.#failing.get(thread)?.retryAt === undefined) this.#enqueue(thread, workspace);
    }
    this.#readUntil = now;
    let next = this.#ready.next(now) ?? Number.POSITIVE_INFINITY;
    for (const [thread, { workspace, retryAt }] of this.#failing) {
      if (retryAt === undefined) continue;
      if (retryAt <= now) this.#enqueue(thread, workspace);
      else next = Math.min(next, retryAt);
    }
    this.#wait(next);
  }

  /** Now. When the clock was set back, what has been read is read again: being in line twice is being in line once. */
  #time(): number {
    const now = this.#clock.now();
    this.#readUntil = Math.min(this.#readUntil, now);
    return now;
  }

  #enqueue(thread: string, workspace: string): void {
    const failing = this.#failing.get(thread);
    if (failing) this.#failing.set(thread, { ...failing, retryAt: undefined });
    this.#line.add(thread, { workspace, place: placeOf(thread) });
    this.#fillSoon();
  }

  #unqueue(thread: string, until: "later" | "rest"): void {
    this.#line.delete(thread);
    const failing = this.#failing.get(thread);
    if (until === "rest") this.#failing.delete(thread);
    else if (failing) this.#failing.set(thread, { ...failing, retryAt: undefined });
  }

  /** Once for all that becomes due in this tick; one visit begins in one's turn, behind what comes in from outside. */
  #fillSoon(): void {
    if (this.#willFill || this.#line.size() === 0) return;
    this.#willFill = true;
    void this.#leisure.turn().then(() => {
      this.#willFill = false;
      if (this.#served && this.#state === "open" && this.#begin(this.#served.options, this.#served.handler)) this.#fillSoon();
    });
  }

  /** False when nothing may begin until something has ended. */
  #begin(options: ServeOptions, handler: Handler): boolean {
    const next = this.#next(options);
    if (!next) return false;
    const running: Running = { workspace: next.workspace, place: next.place, woken: undefined, done: Promise.resolve() };
    this.#running.set(next.key, running);
    running.done = this.#handle(next.key, running, { options, handler });
    return true;
  }

  #next({ slots, perWorkspace }: ServeOptions): Waiting | undefined {
    const free = slots - this.#running.size;
    if (free <= 0) return undefined;
    const busy = new Set<string>();
    const slotsOf = new Map<string, number>();
    for (const { workspace, place } of this.#running.values()) {
      slotsOf.set(workspace, (slotsOf.get(workspace) ?? 0) + 1);
      busy.add(place);
    }
    const isLast = free <= Math.floor(slots * RESERVED_SHARE);
    const mayIn = (place: string) => !isLast || !busy.has(place);
    const inTurn = this.#line.take(({ workspace, place }) => mayIn(place) && (slotsOf.get(workspace) ?? 0) < perWorkspace);
    return inTurn ?? this.#line.take(({ place }) => mayIn(place));
  }

  async #handle(
    thread: string,
    running: Running,
    { options, handler }: { readonly options: ServeOptions; readonly handler: Handler },
  ): Promise<void> {
    let bug: { readonly error: unknown } | undefined;
    try {
      await handler(thread, running.workspace);
      // A row that was there before this handler, and that nothing has touched since, has been dealt with.
      if (running.woken === undefined && this.#state !== "abandoned") this.#ready.remove(thread);
    } catch (error) {
      bug = { error };
    }
    this.#running.delete(thread);
    if (this.#state === "abandoned") return;
    this.#afterwards(thread, running, bug !== undefined);
    this.#fillSoon();
    if (bug) options.onBug(bug.error, thread);
  }

  #afterwards(thread: string, { workspace, woken }: Running, failed: boolean): void {
    if (!failed || woken === "rest") {
      this.#failing.delete(thread);
      if (woken === "due") this.#enqueue(thread, workspace);
      return;
    }
    const count = (this.#failing.get(thread)?.count ?? 0) + 1;
    // A wake-up that the failed handler committed itself does not go before the pause: that would be a hot loop.
    const retryAt = woken === "later" ? undefined : this.#clock.now() + Math.min(RETRY_MS_MIN * 2 ** (count - 1), RETRY_MS_MAX);
    this.#failing.set(thread, { workspace, count, retryAt });
    if (retryAt !== undefined) this.#wait(retryAt);
  }

  #wait(at: number): void {
    if (this.#state !== "open" || at === Number.POSITIVE_INFINITY || (this.#timer && this.#timer.at <= at)) return;
    this.#timer?.cancel.abort();
    this.#timer = { at, cancel: new AbortController() };
    void this.#ring(this.#timer.at, this.#timer.cancel.signal);
  }

  async #ring(at: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(Math.min(Math.max(at - this.#clock.now(), 0), TIMER_MS_MAX), signal);
    if (signal.aborted) return;
    this.#timer = undefined;
    try {
      this.#readDue();
    } catch (error) {
      // The database cannot be read just now.
      this.#wait(this.#clock.now() + RETRY_MS_MAX);
      this.#served?.options.onBug(error, "(all threads)");
    }
  }
}

/** Threads whose names differ in their last part alone are in one place. */
const placeOf = (thread: string): string => thread.slice(0, Math.max(0, thread.lastIndexOf("/")));
