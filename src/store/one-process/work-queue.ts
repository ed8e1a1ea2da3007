import type { Clock } from "../../engine/clock.ts";
import type { Claim, ServeOptions, Serving, Signal, Work } from "../dispatch.ts";
import { fairQueue, type Waiting } from "../fair-queue.ts";
import type { Commit } from "../store.ts";
import { type Alarm, createAlarm } from "./alarm.ts";
import { timeOf } from "./iso-time.ts";
import { createRetries, type Retries, RETRY_MS_MAX } from "./retries.ts";
import { mayTake } from "./slots.ts";

type Handler = (work: Work) => Promise<void>;

/** What is due, as the tables have it, so that a crash loses nothing. Times in ms since the epoch. */
export interface DueRows {
  /** With `after < at <= until`, the oldest first. */
  readonly between: (after: number, until: number) => readonly { readonly key: string; readonly workspace: string }[];
  /** The earliest time later than `after`. */
  readonly next: (after: number) => number | undefined;
  /** The earliest time up to `until` of what is not `had`; absent where it is not told. */
  readonly earliest?: (until: number, had: (key: string) => boolean) => number | undefined;
  /** It has been dealt with. */
  readonly remove: (key: string) => void;
}

/** Whoever takes work: an opener of the database, with a handler. */
interface Server {
  readonly owner: object;
  readonly options: ServeOptions;
  readonly handler: Handler;
  isOpen: boolean;
  readonly idlers: Set<() => void>;
}

/** A handler under way. */
interface Running {
  readonly server: Server;
  readonly claim: Claim;
  readonly workspace: string;
  readonly place: string;
  readonly listeners: Set<(what: Signal) => void>;
  /** What the newest wake-up since it began says; absent when there was none. */
  woken: "due" | "later" | "rest" | undefined;
  done: Promise<void>;
}

/**
 * The work of one kind, for all openers of the database. Rows say what is to be worked on; memory holds the line of what is due, and who has
 * what: openers live and die with this process, so a claim needs no heartbeat. Nothing polls: a commit tells (`woken`), and one timer waits
 * for the earliest row of the future.
 */
export class WorkQueue {
  readonly #rows: DueRows;
  readonly #clock: Clock;
  readonly #placeOf: (key: string) => string;
  readonly #turn: () => Promise<void>;
  /** Of the slots, this part is kept for places in which nothing runs: one that is busy must not make the others wait for its end. */
  readonly #reservedShare: number;
  readonly #line = fairQueue();
  readonly #running = new Map<string, Running>();
  readonly #retries: Retries;
  readonly #servers: Server[] = [];
  /** Rows with a time up to this are in line, running or failing; of later ones only the table knows. */
  #readUntil = Number.NEGATIVE_INFINITY;
  readonly #alarm: Alarm;
  #willFill = false;
  #attempts = 0;

  /** `turn`: resolves when one more may begin. */
  constructor(parts: {
    readonly rows: DueRows;
    readonly clock: Clock;
    readonly placeOf: (key: string) => string;
    readonly turn: () => Promise<void>;
    readonly reservedShare: number;
  }) {
    this.#rows = parts.rows;
    this.#clock = parts.clock;
    this.#placeOf = parts.placeOf;
    this.#turn = parts.turn;
    this.#reservedShare = parts.reservedShare;
    this.#retries = createRetries(parts.clock);
    this.#alarm = createAlarm(parts.clock, () => this.#ring());
  }

  serve(owner: object, options: ServeOptions, handler: Handler): Serving {
    const server: Server = { owner, options, handler, isOpen: true, idlers: new Set() };
    this.#servers.push(server);
    this.#lookAgain();
    return {
      lookAgain: () => void (server.isOpen && this.#lookAgain()),
      stop: () => this.#close(server),
      idle: () =>
        new Promise((resolve) => {
          server.idlers.add(resolve);
          this.#tellIdlers();
        }),
    };
  }

  async stop(owner: object): Promise<void> {
    await Promise.all(this.#servers.filter((server) => server.owner === owner).map((server) => this.#close(server)));
  }

  ahead(workspace: string): number {
    const slots = this.#servers.reduce((sum, { isOpen, options }) => sum + (isOpen ? options.slots : 0), 0);
    if (slots === 0) return 0;
    return this.#running.size + this.#line.size() < slots ? 0 : this.#line.size(workspace);
  }

  /** Whether the store tells since when its rows are due; one that does not knows no {@link waitingSince}. */
  get tellsWaiting(): boolean {
    return this.#rows.earliest !== undefined;
  }

  /** See `Dispatch.waitingSince`. */
  waitingSince(): number | undefined {
    return this.#rows.earliest?.(this.#clock.now(), (key) => this.#running.has(key));
  }

  /** This opener is gone: its rows stay as they are, whatever its handlers still do, and others have its work. */
  abandon(owner: object): void {
    const gone = this.#servers.filter((server) => server.owner === owner);
    for (const server of gone) this.#remove(server);
    for (const [key, running] of this.#running) {
      if (running.server.owner !== owner) continue;
      this.#running.delete(key);
      for (const listener of running.listeners) listener("lost");
      if (this.#servers.length > 0) this.#enqueue(key, running.workspace);
    }
    if (this.#servers.length === 0) this.#alarm.cancel();
    for (const { idlers } of gone) for (const resolve of idlers) resolve();
  }

  holds({ key, attempt }: Claim): boolean {
    return this.#running.get(key)?.claim.attempt === attempt;
  }

  signal(key: string, what: Signal): void {
    for (const listener of this.#running.get(key)?.listeners ?? []) listener(what);
  }

  /** A wake-up has been committed. */
  woken(key: string, workspace: string, wake: Commit["wake"]): void {
    if (wake === "keep" || (this.#servers.length === 0 && !this.#running.has(key))) return;
    const now = this.#time();
    const at = typeof wake === "object" ? timeOf(wake.at) : now;
    const means = wake === "none" ? "rest" : at <= now ? "due" : "later";
    const running = this.#running.get(key);
    if (running) running.woken = means;
    else if (means === "due") this.#enqueue(key, workspace);
    else this.#unqueue(key, means);
    if (means === "later") this.#wait(at);
  }

  async #close(server: Server): Promise<void> {
    this.#remove(server);
    if (this.#servers.length === 0) this.#alarm.cancel();
    const own = [...this.#running.values()].filter((running) => running.server === server).map(({ done }) => done);
    await Promise.all(own);
    for (const resolve of server.idlers) resolve();
    // What its handlers have left is for those who serve still.
    if (own.length === 0 || this.#servers.length === 0) return;
    this.#readUntil = Number.NEGATIVE_INFINITY;
    this.#ring();
  }

  #remove(server: Server): void {
    server.isOpen = false;
    const index = this.#servers.indexOf(server);
    if (index >= 0) this.#servers.splice(index, 1);
  }

  #lookAgain(): void {
    this.#readUntil = Number.NEGATIVE_INFINITY;
    this.#readDue();
  }

  /** Takes up what became due since this was last asked, and sets the timer for what comes next. */
  #readDue(): void {
    const now = this.#time();
    for (const { key, workspace } of this.#rows.between(this.#readUntil, now)) {
      const running = this.#running.get(key);
      if (running?.woken === "later") running.woken = "due";
      else if (!running && !this.#retries.isPausing(key)) this.#enqueue(key, workspace);
    }
    this.#readUntil = now;
    for (const { key, workspace } of this.#retries.due(now)) this.#enqueue(key, workspace);
    this.#wait(Math.min(this.#rows.next(now) ?? Number.POSITIVE_INFINITY, this.#retries.next()));
  }

  /** Now. When the clock was set back, what has been read is read again: being in line twice is being in line once. */
  #time(): number {
    const now = this.#clock.now();
    this.#readUntil = Math.min(this.#readUntil, now);
    return now;
  }

  #enqueue(key: string, workspace: string): void {
    this.#retries.endPause(key);
    this.#line.add(key, { workspace, place: this.#placeOf(key) });
    this.#fillSoon();
  }

  #unqueue(key: string, until: "later" | "rest"): void {
    this.#line.delete(key);
    if (until === "rest") this.#retries.forget(key);
    else this.#retries.endPause(key);
    this.#tellIdlers();
  }

  /** Once for all that becomes due in this tick; one begins in one's turn. */
  #fillSoon(): void {
    if (this.#willFill || this.#line.size() === 0) return;
    this.#willFill = true;
    void this.#turn().then(() => {
      this.#willFill = false;
      if (this.#begin()) this.#fillSoon();
      this.#tellIdlers();
    });
  }

  /** False when nothing may begin until something has ended. Those who serve take turns. */
  #begin(): boolean {
    for (const server of this.#servers) {
      const next = this.#next(server);
      if (!next) continue;
      this.#servers.push(...this.#servers.splice(this.#servers.indexOf(server), 1));
      const { key, workspace, place } = next;
      const claim = { key, attempt: ++this.#attempts };
      const running: Running = { server, claim, workspace, place, listeners: new Set(), woken: undefined, done: Promise.resolve() };
      this.#running.set(key, running);
      running.done = this.#handle(key, running);
      return true;
    }
    return false;
  }

  #next(server: Server): Waiting | undefined {
    return mayTake({ line: this.#line, options: server.options, own: this.#handledBy(server), reservedShare: this.#reservedShare });
  }

  *#handledBy(server: Server): Generator<Running> {
    for (const running of this.#running.values()) if (running.server === server) yield running;
  }

  async #handle(key: string, running: Running): Promise<void> {
    const { workspace, claim, listeners, server } = running;
    const failures = this.#retries.failures(key);
    let bug: { readonly error: unknown } | undefined;
    try {
      await server.handler({ key, workspace, claim, failures, onSignal: (listener) => void listeners.add(listener) });
      // A row that was there before this handler, and that nothing has touched since, has been dealt with.
      if (running.woken === undefined && this.holds(claim)) this.#rows.remove(key);
    } catch (error) {
      bug = { error };
    }
    // Somebody else has it by now.
    if (!this.holds(claim)) return;
    this.#running.delete(key);
    this.#afterwards(key, running, bug !== undefined);
    this.#fillSoon();
    this.#tellIdlers();
    if (bug) server.options.onBug(bug.error, key);
  }

  #afterwards(key: string, { workspace, woken }: Running, failed: boolean): void {
    if (!failed || woken === "rest") {
      this.#retries.forget(key);
      if (woken === "due") this.#enqueue(key, workspace);
      return;
    }
    // A wake-up that the failed handler committed itself does not go before the pause: that would be a hot loop.
    this.#wait(this.#retries.failed(key, { workspace, pauses: woken !== "later" }));
  }

  #tellIdlers(): void {
    for (const server of this.#servers) {
      if (server.idlers.size === 0) continue;
      const { workspace } = server.options;
      const isBusy = this.#line.size(workspace) > 0 || [...this.#running.values()].some((running) => running.server === server);
      if (isBusy) continue;
      for (const resolve of server.idlers) resolve();
      server.idlers.clear();
    }
  }

  #ring(): void {
    try {
      this.#readDue();
    } catch (error) {
      // The database cannot be read just now.
      this.#wait(this.#clock.now() + RETRY_MS_MAX);
      this.#servers[0]?.options.onBug(error, "(all threads)");
    }
  }

  #wait(at: number): void {
    if (this.#servers.length > 0) this.#alarm.set(at);
  }
}
