import type { Clock } from "../engine/clock.ts";
import type { Envelope, Store } from "../store/store.ts";
import { ENVELOPE_LEVELS_MAX, isDeeperThan } from "./depth.ts";
import { tsOfEvent, envelopeIdOf, isNobodys, laneOf, readBody, type Body } from "./payloads.ts";
import type { Log } from "./web.ts";

/** Envelopes in work at once. More wait in the store, not in memory. */
const IN_WORK_MAX = 100;
/** Ten times the largest that Slack sends, and within what the store takes. */
const ENVELOPE_BYTES_MAX = 1_000_000;
/** Handling is a matter of milliseconds; what hangs is left to the next start. */
const CLOSE_TIMEOUT_MS = 5_000;
/** Between two looks whether what was written down is dealt with. */
const DEALT_WITH_LOOK_MS = 200;
/** An envelope whose handling breaks is tried again after these waits, then given up: one bad envelope must not hold up a thread for good. */
const RETRY_DELAYS_MS = [1_000, 5_000] as const;

/**
 * What came from Slack and is not yet dealt with. An envelope is in the store before Slack hears that it has arrived, so that a crash at
 * any instant loses nothing; what a crash left unhandled is handled at the next start. Envelopes of one thread are handled in order, of
 * different threads side by side.
 */
export class Inbox {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #handle: (body: Body) => Promise<void>;
  readonly #originOf: (body: unknown) => string;
  readonly #bots: ReadonlySet<string>;
  readonly #onMessage: ((ts: string) => void) | undefined;
  /** Envelopes taken by this process, and the last job of each lane. */
  readonly #taken = new Set<string>();
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();
  #taking: Promise<void> | undefined;
  #takeAgain = false;
  /** The store may hold more than was taken in one go. */
  #more = false;
  #open = false;

  /**
   * `handle` may be called again with a body that it has seen, after a crash or when it rejected. `originOf`: of several workspaces, which a
   * body is from, for the same ids of channels and messages may be in all of them.
   */
  constructor(parts: {
    readonly store: Store;
    readonly clock: Clock;
    readonly log: Log;
    readonly handle: (body: Body) => Promise<void>;
    readonly originOf?: (body: unknown) => string;
    /** Ids of other bots whose words are heard; none when absent. */
    readonly bots?: readonly string[];
    /** Hears of each message, our own too, by its ts. */
    readonly onMessage?: (ts: string) => void;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#handle = parts.handle;
    this.#originOf = parts.originOf ?? (() => "");
    this.#bots = new Set(parts.bots);
    this.#onMessage = parts.onMessage;
  }

  /**
   * Writes an envelope down; once this resolves it may be acked. Rejects when the store cannot take it: then do not ack, and Slack sends
   * it again. Handling does not begin before {@link wake}.
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
    if (ts !== undefined) this.#onMessage?.(ts);
    // Each of our own messages comes back, and each edit: writing them down would be half of all that is written.
    if (isNobodys(body, this.#bots)) return;
    const text = JSON.stringify(body, (key, value: unknown) => (key === "token" ? undefined : value));
    const bytes = Buffer.byteLength(text);
    if (bytes > ENVELOPE_BYTES_MAX) {
      this.#log(`an envelope of ${bytes} bytes was put aside; at most ${ENVELOPE_BYTES_MAX} are kept (type ${kindOf(body)})`);
      return;
    }
    await this.#store.receive({
      id: this.#originOf(body) + envelopeIdOf(body, socketEnvelopeId),
      at: new Date(this.#clock.now()).toISOString(),
      body: text,
    });
  }

  /** Begins handling, first of all what an earlier process has left. */
  open(): void {
    this.#open = true;
    this.wake();
  }

  /** There may be something to do. */
  wake(): void {
    if (!this.#open) return;
    this.#takeAgain = true;
    this.#taking ??= this.#take()
      .catch((error: unknown) => this.#log("the inbox could not be read; it is read again with the next envelope", error))
      .finally(() => {
        this.#taking = undefined;
        if (this.#takeAgain) this.wake();
      });
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    while (this.#taking || this.#lanes.size > 0) await Promise.all([this.#taking, ...this.#lanes.values()]);
  }

  /** Resolves when everything that was written down before this was asked is dealt with; `false` when the closing came first. */
  async dealtWith(): Promise<boolean> {
    const asked = new Date(this.#clock.now()).toISOString();
    for (;;) {
      const [oldest] = await this.#store.unhandled(1);
      if (!oldest || oldest.at > asked) return true;
      await this.#clock.sleep(DEALT_WITH_LOOK_MS, this.#closing.signal);
      if (this.#closing.signal.aborted) return false;
    }
  }

  /** Takes no more; resolves when what is in work has ended, or has not in time. What is left is handled at the next start. */
  async close(): Promise<void> {
    this.#open = false;
    this.#closing.abort();
    const ended = new AbortController();
    const late = this.#clock.sleep(CLOSE_TIMEOUT_MS, ended.signal);
    await Promise.race([this.idle(), late]);
    ended.abort();
  }

  async #take(): Promise<void> {
    while (this.#takeAgain && this.#open) {
      this.#takeAgain = false;
      const envelopes = await this.#store.unhandled(IN_WORK_MAX);
      this.#more = envelopes.length === IN_WORK_MAX;
      for (const envelope of envelopes) if (!this.#taken.has(envelope.id)) this.#queue(envelope);
    }
  }

  #queue(envelope: Envelope): void {
    this.#taken.add(envelope.id);
    const body = parse(envelope.body);
    const lane = this.#originOf(body) + laneOf(body);
    const job = (this.#lanes.get(lane) ?? Promise.resolve()).then(() => this.#work(envelope, body));
    this.#lanes.set(lane, job);
    void job.then(() => {
      if (this.#lanes.get(lane) === job) this.#lanes.delete(lane);
      if (this.#more) this.wake();
    });
  }

  /** Never rejects. */
  async #work(envelope: Envelope, body: Body | undefined): Promise<void> {
    try {
      if (body && !(await this.#handled(envelope, body))) return;
      await this.#store.handled(envelope.id);
      this.#taken.delete(envelope.id);
    } catch (error) {
      this.#log(`envelope ${envelope.id} could not be marked as handled; it is handled again at the next start`, error);
    }
  }

  /** False when the closing came first. */
  async #handled(envelope: Envelope, body: Body): Promise<boolean> {
    for (const delayMs of [...RETRY_DELAYS_MS, undefined]) {
      if (this.#closing.signal.aborted) return false;
      try {
        await this.#handle(body);
        return true;
      } catch (error) {
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
