import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { commitOf, said, started, stopped } from "../../../src/store/contracts/commits.ts";
import type { OpenedForWork as Opened } from "../../../src/store/contracts/given.ts";
import { type FakeClock, fakeClock, settled } from "../../../src/store/contracts/fake-clock.ts";

const SLOTS = 2;
const THREADS = ["a", "b", "c", "d"];

type Step =
  | {
      readonly do: "commit";
      readonly thread: string;
      readonly events: number;
      readonly posts: number;
      readonly wake: "now" | "none" | "keep" | { readonly afterMs: number };
    }
  | { readonly do: "commit stale"; readonly thread: string }
  | { readonly do: "start or stop a run"; readonly thread: string }
  | { readonly do: "end a handler"; readonly which: number; readonly throws: boolean }
  | { readonly do: "let time pass"; readonly ms: number }
  | { readonly do: "crash" }
  | { readonly do: "restart" };

const thread = fc.constantFrom(...THREADS);
const wake = fc.oneof(
  fc.constantFrom("now" as const, "now" as const, "none" as const, "keep" as const),
  fc.record({ afterMs: fc.integer({ min: -5, max: 90_000 }) }),
);
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("commit" as const), thread, events: fc.nat(3), posts: fc.nat(2), wake }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("commit stale" as const), thread }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("start or stop a run" as const), thread }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("end a handler" as const), which: fc.nat(SLOTS - 1), throws: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("let time pass" as const), ms: fc.integer({ min: 1, max: 70_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
);

/** What must be true of a thread, kept the simplest way. */
interface Expected {
  events: number;
  posts: number;
  running: boolean;
  /** When it is to be worked on, in ms; absent when not at all. */
  dueAt: number | undefined;
  /** A wake-up of any kind since its handler began. */
  wokenSince: boolean;
  /** Its handler threw: it may pause until then at the latest. */
  pausedUntil: number;
}

/** The longest pause after a handler that threw. */
const PAUSE_MS_MAX = 60_000;

/** A small Parley that goes through a story, with everything that must hold checked on the way. */
export class Story {
  readonly #clock: FakeClock = fakeClock();
  readonly #expected = new Map<string, Expected>(
    THREADS.map((name) => [name, { events: 0, posts: 0, running: false, dueAt: undefined, wokenSince: false, pausedUntil: 0 }]),
  );
  readonly #path: string;
  #opened: Opened;
  /** What went wrong inside a handler, where throwing would be taken for a bug of the handler. */
  readonly #wrong: string[] = [];
  #handlers: { readonly thread: string; readonly end: (error?: Error) => void }[] = [];

  constructor(path: string) {
    this.#path = path;
    this.#opened = this.#open();
  }

  async go(step: Step): Promise<void> {
    switch (step.do) {
      case "commit":
        await this.#commit(step);
        break;
      case "commit stale": {
        const { events } = this.#of(step.thread);
        const result = await this.#opened.store.commit(commitOf(step.thread, events + 1, [said("no")], { wake: "now" }));
        deepEqual(result, { kind: "stale", lastSeq: events });
        break;
      }
      case "start or stop a run": {
        const expected = this.#of(step.thread);
        await this.#opened.store.commit(commitOf(step.thread, expected.events, [expected.running ? stopped() : started()]));
        expected.events += 1;
        expected.running = !expected.running;
        break;
      }
      case "end a handler":
        this.#end(step.which, step.throws);
        break;
      case "let time pass":
        await this.#clock.advance(step.ms);
        break;
      case "crash":
        await this.#crash();
        break;
      case "restart":
        await this.#restart();
        break;
    }
    await settled();
    deepEqual(this.#wrong, []);
    this.#expectNobodyForgotten();
  }

  /** Time passes and every handler ends well: nothing may be left to do, and the log must be whole. */
  async end(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      while (this.#handlers.length > 0) {
        this.#end(0, false);
        await settled();
      }
      await this.#clock.advance(10_000);
    }
    for (const [name, expected] of this.#expected) {
      deepEqual([name, expected.dueAt], [name, undefined]);
      const log = await this.#opened.store.load(name, 0);
      deepEqual(
        log.map(({ seq }) => seq),
        Array.from({ length: expected.events }, (_, index) => index + 1),
      );
      equal((await this.#opened.store.duePosts(name, 1_000)).length, expected.posts);
    }
    const unfinished = (await this.#opened.store.unfinished()).map((summary) => summary.thread);
    deepEqual(
      unfinished.toSorted(),
      [...this.#expected].flatMap(([name, { running }]) => (running ? [name] : [])),
    );
    equal(this.#clock.sleepers, 0);
    await this.#opened.store.close();
  }

  async #commit({ thread: name, events, posts, wake: how }: Step & { readonly do: "commit" }): Promise<void> {
    const expected = this.#of(name);
    const now = this.#clock.now();
    const drafts = events === 0 ? [] : Array.from({ length: posts }, (_, part) => ({ event: events - 1, kind: "turn", part }));
    const bodies = Array.from({ length: events }, () => said("hello"));
    const commitWake = typeof how === "object" ? { at: new Date(now + how.afterMs).toISOString() } : how;
    const result = await this.#opened.store.commit(
      commitOf(name, expected.events, bodies, { posts: drafts, wake: commitWake, workspace: name < "c" ? "T1" : "T2" }),
    );
    equal(result.kind, "ok");
    expected.events += events;
    expected.posts += drafts.length;
    if (how === "keep") return;
    expected.dueAt = how === "none" ? undefined : how === "now" ? now : now + how.afterMs;
    expected.wokenSince = true;
    if (!this.#handlers.some((handler) => handler.thread === name)) expected.pausedUntil = 0;
  }

  #end(which: number, throws: boolean): void {
    const handler = this.#handlers[which];
    if (!handler) return;
    this.#handlers.splice(which, 1);
    const expected = this.#of(handler.thread);
    if (!throws && !expected.wokenSince) expected.dueAt = undefined;
    expected.pausedUntil = throws ? this.#clock.now() + PAUSE_MS_MAX : 0;
    handler.end(throws ? new Error("a bug") : undefined);
  }

  async #crash(): Promise<void> {
    await this.#opened.store.close();
    for (const { end } of this.#handlers) end();
    this.#handlers = [];
    await settled();
    this.#opened = this.#open();
  }

  async #restart(): Promise<void> {
    const stopped = this.#opened.dispatch.stop();
    while (this.#handlers.length > 0) this.#end(0, false);
    await stopped;
    await this.#crash();
  }

  #open(): Opened {
    for (const expected of this.#expected.values()) expected.pausedUntil = 0;
    const opened = openSqlite({ path: this.#path, ...this.#clock });
    const onBug = (error: unknown) => String(error) === "Error: a bug" || this.#wrong.push(String(error));
    opened.dispatch.serve("turn", { slots: SLOTS, perWorkspace: 1, onBug }, ({ key: name }) => {
      const expected = this.#of(name);
      if (this.#handlers.some((handler) => handler.thread === name)) this.#wrong.push(`${name} is handled twice at once`);
      if (this.#handlers.length >= SLOTS) this.#wrong.push(`${name} has no slot`);
      if (expected.dueAt === undefined || expected.dueAt > this.#clock.now()) this.#wrong.push(`${name} is not due`);
      expected.wokenSince = false;
      return new Promise<void>((resolve, reject) =>
        this.#handlers.push({ thread: name, end: (error) => (error ? reject(error) : resolve()) }),
      );
    });
    return opened;
  }

  /** While a slot is free, whoever is due is being handled, or pauses after a bug. */
  #expectNobodyForgotten(): void {
    if (this.#handlers.length === SLOTS) return;
    const now = this.#clock.now();
    const handled = new Set(this.#handlers.map((handler) => handler.thread));
    const forgotten = [...this.#expected].filter(
      ([name, { dueAt, pausedUntil }]) => dueAt !== undefined && dueAt <= now && pausedUntil < now && !handled.has(name),
    );
    deepEqual(forgotten, []);
  }

  #of(name: string): Expected {
    const expected = this.#expected.get(name);
    if (!expected) throw new Error(`no thread ${name}`);
    return expected;
  }
}
