import type { Clock } from "../../engine/clock.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import type { Logs } from "../../store/runs/logs.ts";
import { sees, type Sight } from "../access.ts";
import { joined, type Drafts, type Piece } from "./drafts.ts";
import { endOf } from "./list.ts";
import { eventsOf, type RunName } from "./one-run.ts";

/** A list is told of so many changes in a second at most. */
const TOGETHER_MS = 500;

/** What a stream is made of: it is asked for the next piece until it ends or is closed. */
interface Watched {
  readonly logs: Logs;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Asked before each piece: who may see no more is told no more. */
  readonly sight: () => Promise<Sight | undefined>;
}

/** One each time that something may have changed in what a list shows, at most every {@link TOGETHER_MS}. */
export async function* changesOf({ logs, clock, signal, sight }: Watched): AsyncGenerator<void, void, void> {
  const news = newsOf(logs, signal);
  for (let threads = await news.next(); threads; threads = await news.next()) {
    const seen = await sight();
    if (!seen) return;
    // That something happens where one is not would tell of it, too.
    if ([...threads].some((thread) => thread === undefined || sees(seen, thread))) yield;
    await clock.sleep(TOGETHER_MS, signal);
  }
}

/** Pieces that come within this are told together; a person reads no faster. */
const PIECES_TOGETHER_MS = 100;
/** Between two looks; of an agent that says more at once, the rest is told when it is recorded. */
const PIECES_MAX = 2_000;

/**
 * The run's events behind `after`, and then each that is recorded, up to where the next run begins; between them the pieces of turns that are under
 * way, where this process takes them. It goes on until the signal.
 */
export async function* eventsFrom(
  name: RunName,
  after: number,
  { logs, clock, signal, sight, drafts }: Watched & { readonly drafts?: Drafts },
): AsyncGenerator<RunEvent | Piece, void, void> {
  // Who has gone by now would be listened for, and for good.
  if (signal.aborted) return;
  const news = newsOf(logs, signal);
  let pieces: Piece[] = [];
  const turns = drafts?.follow(name.thread, (piece) => {
    const last = pieces.at(-1);
    const both = joined(last, piece);
    if (both !== piece) pieces[pieces.length - 1] = both;
    else if (pieces.length < PIECES_MAX) pieces.push(piece);
    news.wake(name.thread);
  });
  pieces.push(...(turns?.before ?? []));
  signal.addEventListener("abort", () => turns?.close(), { once: true });
  /** Up to where the log was read. */
  let read: number | undefined;
  let isOver = false;
  do {
    const seen = await sight();
    if (!seen || !sees(seen, name.thread)) return;
    const told = pieces;
    pieces = [];
    if (isOver) continue;
    // From the beginning once: of a run that goes on for long, what is new alone.
    const log: readonly RunEvent[] | undefined = read === undefined ? await eventsOf(logs, name, seen) : await logs.load(name.thread, read);
    if (!log) return;
    const end = read === undefined ? log.length : endOf(log, -1);
    isOver = end < log.length;
    read = log[end - 1]?.seq ?? read ?? name.seq;
    for (const event of log.slice(0, end)) if (event.seq > after) yield event;
    if (isOver || told.length === 0) continue;
    yield* told;
    await clock.sleep(PIECES_TOGETHER_MS, signal);
  } while (await isNews(news, name.thread));
}

async function isNews(news: News, thread: string): Promise<boolean> {
  for (let threads = await news.next(); threads; threads = await news.next())
    if (threads.has(undefined) || threads.has(thread)) return true;
  return false;
}

interface News {
  /** The threads in which something has come since it was asked last, `undefined` for any; waits for it. Nothing once the signal is aborted. */
  next(): Promise<ReadonlySet<string | undefined> | undefined>;
  /** Something else has come in this thread. */
  wake(thread: string): void;
}

/** Known by name between two looks; more stand for any. */
const THREADS_MAX = 1_000;

function newsOf(logs: Logs, signal: AbortSignal): News {
  // Its end has been told already, and is not told again.
  if (signal.aborted) return { next: async () => undefined, wake: () => undefined };
  let [threads, wake] = [new Set<string | undefined>(), (): void => undefined];
  const hear = (thread: string | undefined): void => {
    threads.add(threads.size < THREADS_MAX ? thread : undefined);
    wake();
  };
  const unfollow = logs.follow(hear);
  signal.addEventListener("abort", () => (unfollow(), wake()), { once: true });
  return {
    async next() {
      if (threads.size === 0 && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      const told = threads;
      threads = new Set();
      return signal.aborted ? undefined : told;
    },
    wake: hear,
  };
}
