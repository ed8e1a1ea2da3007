import { withinMs, type Clock } from "../../engine/clock.ts";
import { fairQueue, type Whose } from "../../store/fair-queue.ts";
import type { Envelope, Store } from "../../store/store.ts";
import { ENVELOPE_LEVELS_MAX, isDeeperThan } from "./json-depth.ts";
import { tsOfEvent, envelopeIdOf, isNobodys, laneOf, placeOfLane, readBody, type Body } from "../words/envelope.ts";
import type { Log } from "../api/web-client.ts";

/** Envelopes in work at once. More wait in the store, and in memory their ids alone. */
const IN_WORK_MAX = 100;
/** Of one place, such as a channel whose envelopes are slow: what comes elsewhere begins beside them. */
const IN_WORK_PER_PLACE_MAX = 50;
/** Read at once of what an earlier process has left. */
const LEFT_PER_READ = 100;
const READ_AGAIN_MS = 5_000;
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
 * different threads side by side, the channels in turn. What comes in goes before what is to be done: in a burst envelopes are written down
 * and acked, and are worked on when it is over.
 */
export class Inbox {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #handle: (body: Body) => Promise<void>;
  readonly #originOf: (body: unknown) => string;
  readonly #bots: ReadonlySet<string>;
  readonly #onMessage: ((ts: string) => void) | undefined;
  /** Ids of envelopes that nobody works on yet, and the lanes of all that are in line or in work. */
  readonly #line = fairQueue();
  readonly #laneOfId = new Map<string, string>();
  /** The last job of each lane. */
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #inWork = new Map<string, number>();
  #inWorkCount = 0;
  readonly #closing = new AbortController();
  /** What an earlier process has left, or came before the opening, is being read; what comes meanwhile goes behind it. */
  #reading: Promise<void> | undefined;
  #cameMeanwhile: { readonly id: string; readonly body: unknown }[] = [];
  #willBegin: Promise<void> | undefined;
  /** Something has come after a rest. */
  #isToLook = false;
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

  /** An envelope is on its way: no more work begins until it is written down. */
  coming(): void {
    this.#store.leisure.interrupted();
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
    const id = this.#originOf(body) + envelopeIdOf(body, socketEnvelopeId);
    const isNew = await this.#store.receive({ id, at: new Date(this.#clock.now()).toISOString(), body: text });
    if (!isNew || !this.#open) return; // Opening reads what is there.
    if (this.#laneOfId.size === 0) this.#isToLook = true;
    if (this.#reading) this.#cameMeanwhile.push({ id, body });
    else this.#putInLine(id, body);
  }

  /** Begins handling, first of all what an earlier process has left. */
  open(): void {
    this.#open = true;
    this.#isToLook = false;
    this.#reading ??= this.#readWhatWasLeft().finally(() => {
      this.#reading = undefined;
      for (const { id, body } of this.#cameMeanwhile.splice(0)) this.#putInLine(id, body);
      this.#beginNext();
    });
  }

  /** There may be something to do. After a rest it looks at the store first, for what could not be read or marked before. */
  wake(): void {
    if (this.#open && !this.#reading && (this.#isToLook || this.#laneOfId.size === 0)) this.open();
    else this.#beginNext();
  }

  /** One begins in one's turn, and whose it is is decided then. */
  #beginNext(): void {
    // What came before this process goes before what came to it.
    if (this.#willBegin || !this.#open || this.#reading || this.#line.size() === 0 || this.#inWorkCount >= IN_WORK_MAX) return;
    this.#willBegin = this.#store.leisure.turn().then(() => {
      this.#willBegin = undefined;
      if (!this.#open) return;
      const next = this.#line.take(({ workspace, place }) => (this.#inWork.get(workspace + place) ?? 0) < IN_WORK_PER_PLACE_MAX);
      // Where none may begin, the end of one that is in work wakes again.
      if (!next) return;
      this.#begin(next.key, next);
      this.#beginNext();
    });
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    while (this.#reading || this.#willBegin || this.#lanes.size > 0)
      await Promise.all([this.#reading, this.#willBegin, ...this.#lanes.values()]);
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
    await withinMs(this.#clock, CLOSE_TIMEOUT_MS, this.idle());
  }

  #putInLine(id: string, body: unknown): void {
    if (this.#laneOfId.has(id)) return;
    const workspace = this.#originOf(body);
    const lane = laneOf(body);
    this.#laneOfId.set(id, workspace + lane);
    this.#line.add(id, { workspace, place: placeOfLane(lane) });
  }

  async #readWhatWasLeft(): Promise<void> {
    for (let after: string | undefined; this.#open;) {
      try {
        const left: readonly Envelope[] = await this.#store.unhandled(LEFT_PER_READ, after);
        for (const { id, body } of left) this.#putInLine(id, parse(body));
        if (left.length < LEFT_PER_READ) return;
        after = left.at(-1)?.id;
        await this.#store.leisure.turn();
      } catch (error) {
        this.#log("the inbox could not be read, and is read again", error);
        await this.#clock.sleep(READ_AGAIN_MS, this.#closing.signal);
      }
    }
  }

  #begin(id: string, { workspace, place }: Whose): void {
    const lane = this.#laneOfId.get(id) ?? id;
    this.#count(workspace + place, 1);
    const job = (this.#lanes.get(lane) ?? Promise.resolve()).then(() => this.#work(id));
    this.#lanes.set(lane, job);
    void job.then(() => {
      this.#count(workspace + place, -1);
      this.#laneOfId.delete(id);
      if (this.#lanes.get(lane) === job) this.#lanes.delete(lane);
      this.#beginNext();
    });
  }

  #count(place: string, more: 1 | -1): void {
    const now = (this.#inWork.get(place) ?? 0) + more;
    if (now === 0) this.#inWork.delete(place);
    else this.#inWork.set(place, now);
    this.#inWorkCount += more;
  }

  /** Never rejects. */
  async #work(id: string): Promise<void> {
    if (this.#closing.signal.aborted) return;
    try {
      const envelope = await this.#store.envelope(id);
      if (!envelope) return;
      const body = parse(envelope.body);
      if (body && !(await this.#handled(envelope, body))) return;
      await this.#store.handled(id);
    } catch (error) {
      this.#log(`envelope ${id} could not be read, or marked as handled; it is handled again at the next start`, error);
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
