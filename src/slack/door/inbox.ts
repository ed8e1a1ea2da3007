import { withinMs, type Clock } from "../../engine/clock.ts";
import { isStoreTrouble } from "../../runner/store-trouble.ts";
import type { Dispatch, Serving, Work } from "../../store/dispatch.ts";
import type { Envelope, Store } from "../../store/store.ts";
import { isDeeperThan } from "../../engine/limits/json-depth.ts";
import { ENVELOPE_LEVELS_MAX } from "./json-depth.ts";
import { tsOfEvent, envelopeIdOf, isNobodys, isReaction, laneOf, readBody, type Body } from "../words/envelope.ts";
import type { Log } from "../api/web-client.ts";
import { createUnwritten, type Unwritten } from "./unwritten.ts";

/** Lanes in work at once. What waits is in the store, and in memory the names of its lanes alone. */
const LANES_AT_ONCE_MAX = 100;
/** Read at once of a lane; most have one. */
const ENVELOPES_PER_READ = 20;
const READ_AGAIN_MS = 5_000;
/** Ten times the largest that Slack sends, and within what the store takes. */
const ENVELOPE_BYTES_MAX = 1_000_000;
/** Handling is a matter of milliseconds; what hangs is left to others, or to the next start. */
const CLOSE_TIMEOUT_MS = 5_000;
/** What is waited for at once until it is dealt with; of more, these first. */
const ASKED_MAX = 100;
/** Between two looks whether what was written down is dealt with. */
const DEALT_WITH_LOOK_MS = 200;
/** An envelope whose handling breaks is tried again after these waits, then given up: one bad envelope must not hold up a thread for good. */
const RETRY_DELAYS_MS = [1_000, 5_000] as const;

/**
 * What came from Slack and is not yet dealt with. An envelope is in the store before Slack hears that it has arrived, so that a crash at
 * any instant loses nothing; what a process has left unhandled another one handles, or the next start. Envelopes of one thread are handled in
 * order, by one process at a time, of different threads side by side, the channels in turn. What comes in goes before what is to be done: in a
 * burst envelopes are written down and acked, and are worked on when it is over.
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
   * `handle` may be called again with a body that it has seen, after a crash or when it rejected. `originOf`: of several workspaces, which a
   * body is from, for the same ids of channels and messages may be in all of them.
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
    /** Hears of each message, our own too, by its ts. */
    readonly onMessage?: (ts: string) => void;
    /** Whether something begins by what is nobody's word otherwise: a bot's, or a reaction. Nothing when absent. */
    readonly waitsFor?: (body: unknown) => boolean;
    /** Is given all that comes, also a message that was told of before: leave to search may come with the second telling. */
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

  /** An envelope is on its way: no more work begins until it is written down. */
  coming(): void {
    this.#store.leisure.interrupted();
  }

  /**
   * Writes an envelope down; once this resolves it may be acked. Rejects when the store cannot take it: then do not ack, and Slack sends
   * it again; where it is an event, it is written down all the same as soon as the store takes it. Handling begins behind that, in its turn.
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
      // A press or a command is not done later: whoever made it was told that it did not work.
      if (isStoreTrouble(error) && isEvent(body)) this.#unwritten.keep(envelope);
      throw error;
    }
    this.#unwritten.forget(id);
    // What is not written down was not heard yet.
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
        // What an earlier version has left names no lane: it goes before all that came behind it in the same threads.
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
      // By what there is, and not by when: the clocks of those who write it down may be apart.
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

  /** Everything that is in a lane, in order; what comes into it meanwhile makes it work again. Rejects where the store cannot be read or written. */
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
          // One that failed, or came too late, ends it: what comes behind is handled after it, the next time.
          void mark.then(
            (isOurs) => void (isLost ||= !isOurs),
            () => void (isLost = true),
          );
          marks.push(mark);
          // Where what stands behind it could be written before it, a crash would have it handled again behind that: a pause behind what ended it. Elsewhere
          // nothing waits for it, and words that came together are all heard before a turn answers them.
          if (!this.#store.writesInOrder) await mark;
        }
      } finally {
        // Those behind one that failed are written, too, before anything is read anew.
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
        // What was not done in time has lost its store under it: it is not handled, and the next start has it.
        if (this.#closing.signal.aborted) return false;
        // The disk or the database: whatever came is handled once that is better, and who has the lane tries it again.
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

/** What lets somebody act: it is nobody's business later. */
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
