import { withinMs, type Clock } from "../../engine/clock.ts";
import { isStoreTrouble } from "../../runner/store-trouble.ts";
import type { Dispatch, Serving, Work } from "../../store/dispatch.ts";
import type { Envelope, Store } from "../../store/store.ts";
import { isDeeperThan } from "../../engine/limits/json-depth.ts";
import { ENVELOPE_LEVELS_MAX } from "./json-depth.ts";
import { tsOfEvent, envelopeIdOf, isNobodys, isReaction, laneOf, readBody, type Body } from "../words/envelope.ts";
import type { Log } from "../api/web-client.ts";
import { createUnwritten, type Unwritten } from "./unwritten.ts";

/** Lanes worked on at once. Of those that wait only the names are in memory; the envelopes are in the store. */
const LANES_AT_ONCE_MAX = 100;
/** How many envelopes of a lane are read at once; most have one. */
const ENVELOPES_PER_READ = 20;
const READ_AGAIN_MS = 5_000;
/** Ten times the largest that Slack sends, and within what the store takes. */
const ENVELOPE_BYTES_MAX = 1_000_000;
/** Handling takes milliseconds; what hangs is left to other processes, or to the next start. */
const CLOSE_TIMEOUT_MS = 5_000;
/** {@link Inbox.dealtWith} waits for so many envelopes at a time, the oldest first. */
const ASKED_MAX = 100;
/** How often it looks whether they are dealt with. */
const DEALT_WITH_LOOK_MS = 200;
/** An envelope whose handling breaks is tried again after these waits, then given up: one bad envelope must not hold up a thread for good. */
const RETRY_DELAYS_MS = [1_000, 5_000] as const;

/**
 * What came from Slack and is not handled yet. An envelope is in the store before it is acked, so a crash at any instant loses nothing; what a process
 * leaves unhandled is handled by another one, or at the next start. Envelopes of one thread are handled in order, by one process at a time; those of
 * different threads side by side, the channels in turn. Writing down comes before handling: in a burst, envelopes are written down and acked first.
 */
export class Inbox {
  readonly #store: Store;
  readonly #dispatch: Pick<Dispatch, "serve">;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #handle: (body: Body) => Promise<void>;
  readonly #originOf: (body: unknown) => string;
  readonly #bots: ReadonlySet<string>;
  readonly #onMessage: ((ts: string) => void) | undefined;
  readonly #waitsFor: (body: unknown) => boolean;
  readonly #keepLeave: (body: unknown) => Promise<void>;
  readonly #unwritten: Unwritten;
  readonly #closing = new AbortController();
  #opening: Promise<void> | undefined;
  #serving: Serving | undefined;

  /**
   * `handle` may be called again with a body that it has seen, after a crash or when it rejected. `originOf`: which of several workspaces a body is
   * from, since ids of channels and messages may be the same in all of them.
   */
  constructor(parts: {
    readonly store: Store;
    readonly dispatch: Pick<Dispatch, "serve">;
    readonly clock: Clock;
    readonly log: Log;
    readonly handle: (body: Body) => Promise<void>;
    readonly originOf?: (body: unknown) => string;
    /** Ids of other bots whose words are heard; none when absent. */
    readonly bots?: readonly string[];
    /** Called with the ts of each message, our own included. */
    readonly onMessage?: (ts: string) => void;
    /** Whether a bot's message, or a reaction, triggers work; if not, it is dropped. All are dropped when absent. */
    readonly waitsFor?: (body: unknown) => boolean;
    /** Called with everything that comes, also with the second event of a message: leave to search may come with either. */
    readonly keepLeave?: (body: unknown) => Promise<void>;
  }) {
    this.#store = parts.store;
    this.#dispatch = parts.dispatch;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#handle = parts.handle;
    this.#originOf = parts.originOf ?? (() => "");
    this.#bots = new Set(parts.bots);
    this.#unwritten = createUnwritten(parts);
    this.#onMessage = parts.onMessage;
    this.#waitsFor = parts.waitsFor ?? (() => false);
    this.#keepLeave = parts.keepLeave ?? (async () => undefined);
  }

  /** To be called when an envelope is on its way: no other work begins until it is written down. */
  coming(): void {
    this.#store.leisure.interrupted();
  }

  /**
   * Writes an envelope down; once this resolves it may be acked. Rejects when the store cannot take it: then do not ack, and Slack sends it again. An
   * event is kept in memory, too, and written down as soon as the store can. Handling begins later, in its turn.
   */
  async receive(body: unknown, socketEnvelopeId?: string): Promise<void> {
    if (isDeeperThan(body, ENVELOPE_LEVELS_MAX)) {
      this.#log(`an envelope of more than ${ENVELOPE_LEVELS_MAX} levels was put aside (type ${kindOf(body)})`);
      return;
    }
    if (!readBody(body)) {
      this.#log(`an envelope of an unknown shape was put aside (type ${kindOf(body)})`);
      return;
    }
    const ts = tsOfEvent(body);
    const heard = () => (ts === undefined ? undefined : this.#onMessage?.(ts));
    // Each of our own messages comes back, and each edit: writing them down would be half of all that is written.
    if ((isNobodys(body, this.#bots) || isReaction(body)) && !this.#waitsFor(body)) return heard();
    const text = JSON.stringify(body, (key, value: unknown) => (NOT_WRITTEN.has(key) ? undefined : value));
    const bytes = Buffer.byteLength(text);
    if (bytes > ENVELOPE_BYTES_MAX) {
      this.#log(`an envelope of ${bytes} bytes was put aside; at most ${ENVELOPE_BYTES_MAX} are kept (type ${kindOf(body)})`);
      return;
    }
    const origin = this.#originOf(body);
    const id = origin + envelopeIdOf(body, socketEnvelopeId);
    const envelope = { id, at: new Date(this.#clock.now()).toISOString(), body: text, lane: `${origin.trim()}/${laneOf(body)}` };
    try {
      await this.#keepLeave(body);
      await this.#store.receive(envelope);
    } catch (error) {
      // Not a press or a command: its person sees that it did not work, and does not expect it later.
      if (isStoreTrouble(error) && isEvent(body)) this.#unwritten.keep(envelope);
      throw error;
    }
    this.#unwritten.forget(id);
    // Only now: what is not written down was not heard.
    heard();
  }

  /** Begins handling, first of all what an earlier process has left. */
  open(): void {
    this.#opening ??= this.#begin();
  }

  async #begin(): Promise<void> {
    const work = (one: Work) => this.#workIn(one);
    const onBug = (error: unknown, lane: string) =>
      this.#log(`an envelope of ${lane} could not be read or marked; it is tried again`, error);
    while (!this.#closing.signal.aborted) {
      try {
        // What an earlier version has left names no lane. It is handled first, since it came before everything else in its threads.
        await this.#store.exclusively(NO_LANE, () => this.#workIn({ key: NO_LANE }));
        if (this.#closing.signal.aborted) return;
        this.#serving = this.#dispatch.serve("envelope", { slots: LANES_AT_ONCE_MAX, perWorkspace: LANES_AT_ONCE_MAX, onBug }, work);
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#log("the inbox could not be read, and is read again", error);
        await this.#clock.sleep(READ_AGAIN_MS, this.#closing.signal);
      }
    }
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    await this.#opening;
    await this.#serving?.idle();
  }

  /** Resolves when everything that was written down before this was asked is dealt with; `false` when the closing came first. */
  async dealtWith(): Promise<boolean> {
    for (;;) {
      // By their ids and not by time: the clocks of the processes that write envelopes may differ.
      const asked = new Set((await this.#store.unhandled(ASKED_MAX)).map(({ id }) => id));
      if (asked.size === 0) return true;
      for (let [oldest] = await this.#store.unhandled(1); oldest && asked.has(oldest.id); [oldest] = await this.#store.unhandled(1)) {
        await this.#clock.sleep(DEALT_WITH_LOOK_MS, this.#closing.signal);
        if (this.#closing.signal.aborted) return false;
      }
      if (asked.size < ASKED_MAX) return true;
    }
  }

  /** Takes no more; resolves when what is in work has ended, or has not in time. What is left others handle, or the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    const ended = async () => {
      await this.#unwritten.close();
      await this.#opening;
      await this.#serving?.stop();
    };
    await withinMs(this.#clock, CLOSE_TIMEOUT_MS, ended());
  }

  /** Handles everything in a lane, in order. What comes into it meanwhile makes the lane due again. Rejects where the store cannot be read or written. */
  async #workIn({ key: lane, claim, onSignal }: Pick<Work, "key"> & Partial<Work>): Promise<void> {
    let isLost = false;
    onSignal?.(() => (isLost = true));
    for (;;) {
      const left = await this.#store.unhandled(ENVELOPES_PER_READ, lane);
      const marks: Promise<boolean>[] = [];
      try {
        for (const envelope of left) {
          if (isLost || this.#closing.signal.aborted) return;
          const body = parse(envelope.body);
          if (body && !(await this.#handled(envelope, body))) return;
          const mark = this.#store.handled(envelope.id, claim);
          // A mark that failed, or that came too late, ends this visit: what stands behind is handled the next time, after it.
          void mark.then(
            (isOurs) => void (isLost ||= !isOurs),
            () => void (isLost = true),
          );
          marks.push(mark);
          // Where a later write may be stored before an earlier one, a crash could have this envelope handled again behind a later one, such as a pause
          // behind what ended it. So there the mark is awaited. Elsewhere it is not, and words that came together are all heard before a turn answers.
          if (!this.#store.writesInOrder) await mark;
        }
      } finally {
        // All marks are written, also those behind one that failed, before anything is read again.
        await Promise.allSettled(marks);
        await Promise.all(marks);
      }
      if (isLost || left.length < ENVELOPES_PER_READ) return;
    }
  }

  /** False when the closing came first. Rejects where the store cannot be read or written. */
  async #handled(envelope: Envelope, body: Body): Promise<boolean> {
    for (const delayMs of [...RETRY_DELAYS_MS, undefined]) {
      if (this.#closing.signal.aborted) return false;
      try {
        await this.#handle(body);
        return true;
      } catch (error) {
        // While closing, the store may have gone away under it: it stays unhandled, for the next start.
        if (this.#closing.signal.aborted) return false;
        // A trouble of the disk or the database passes, so the envelope is not given up: the dispatcher tries the lane again.
        if (isStoreTrouble(error)) throw error;
        this.#log(
          `envelope ${envelope.id} broke its handling${delayMs === undefined ? ", and is given up" : ", and is tried again"}`,
          error,
        );
      }
      if (delayMs !== undefined) await this.#clock.sleep(delayMs, this.#closing.signal);
    }
    return true;
  }
}

/** Fields that let their holder act in Slack; they must not be kept. */
const NOT_WRITTEN: ReadonlySet<string> = new Set(["token", "action_token", "bot_access_token"]);

const isEvent = (body: unknown): boolean => typeof body === "object" && body !== null && "type" in body && body.type === "event_callback";

/** The lane of what names none. */
const NO_LANE = "";

function parse(text: string): Body | undefined {
  try {
    return readBody(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function kindOf(body: unknown): string {
  const type = typeof body === "object" && body !== null && "type" in body ? body.type : typeof body;
  return typeof type === "string" ? type.slice(0, 40) : typeof type;
}
