import { randomUUID } from "node:crypto";
import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/client";
import type { Clock } from "../../../engine/clock.ts";
import type { Usage } from "../../../engine/events/events.ts";
import { plus } from "../../../engine/limits/usage.ts";
import { type Deadlines, type Outcome, whileItComesOn } from "../../deadline.ts";
import type { McpConnection } from "../connection.ts";

/** What a server of an older protocol asks while one of its tools is at work. Settled once; what comes later is not heard. */
export interface OpenRequest {
  /** Never given again: after a restart nobody knows it. */
  readonly id: string;
  readonly method: string;
  readonly params: unknown;
  answer(result: object): void;
  refuse(why: string): void;
}

export interface CallLimit {
  readonly timeoutMs: number;
  readonly totalMsMax: number;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
}

/**
 * A call of a tool whose server may ask something before it answers. While a person is asked it outlives the turn that has made it, and the
 * time that it may take stands still.
 */
export class LiveCall<Value> {
  /** For whom it was made: a server's request is put to nobody else. */
  readonly whose: string;
  readonly thread: string;
  readonly connection: McpConnection;
  /** Ends it, where it is not over. */
  readonly stop: () => void;
  /** Says how far it has come, to whoever waits for it now. */
  tell: ((doing: string) => void) | undefined;
  /** Of the models that have answered for it. */
  usage: Usage | undefined;
  sampledCount = 0;
  #requests: readonly OpenRequest[] = [];
  #outcome: Outcome<Value> | undefined;
  #standStill: (until: Promise<unknown>) => void = () => undefined;
  #news = (): void => undefined;

  constructor(
    { whose, thread }: { readonly whose: string; readonly thread: string },
    connection: McpConnection,
    limit: CallLimit,
    work: (signal: AbortSignal, cameOn: () => void) => Promise<Value>,
    whenOver: (call: LiveCall<Value>) => void,
  ) {
    this.whose = whose;
    this.thread = thread;
    this.connection = connection;
    this.stop = whileItComesOn<Value>(
      limit,
      (signal, cameOn, standStill) => {
        this.#standStill = standStill;
        return work(signal, cameOn);
      },
      (outcome) => {
        this.#outcome = outcome;
        for (const request of this.#requests) request.refuse("The call is over.");
        this.#news();
        whenOver(this);
      },
    );
  }

  /** What comes next: what its server asks, or its end. When the signal is aborted meanwhile, so is the call. */
  async next(
    signal: AbortSignal,
  ): Promise<{ readonly kind: "over"; readonly outcome: Outcome<Value> } | { readonly kind: "asks"; readonly request: OpenRequest }> {
    if (signal.aborted) this.stop();
    signal.addEventListener("abort", this.stop, { once: true });
    try {
      for (;;) {
        if (this.#outcome) return { kind: "over", outcome: this.#outcome };
        const [request] = this.#requests;
        if (request) return { kind: "asks", request };
        await new Promise<void>((resolve) => (this.#news = resolve));
      }
    } finally {
      signal.removeEventListener("abort", this.stop);
    }
  }

  get isWaiting(): boolean {
    return this.#requests.length > 0;
  }

  /** The request of this id, where it is still waited for. */
  request(id: string): OpenRequest | undefined {
    return this.#requests.find((one) => one.id === id);
  }

  /** Its answer, once somebody has given it; rejects when it is refused, or the server does not wait any more. */
  async asks(method: string, params: unknown, signal: AbortSignal): Promise<object> {
    if (this.#requests.length >= REQUESTS_MAX) throw refusal(`More than ${REQUESTS_MAX} requests of one call are not answered at once.`);
    const { promise, resolve, reject } = Promise.withResolvers<object>();
    const settled =
      <Value>(settle: (value: Value) => void) =>
      (value: Value): void => {
        this.#requests = this.#requests.filter((one) => one !== request);
        settle(value);
      };
    const refuse = settled(reject);
    const request: OpenRequest = { id: randomUUID(), method, params, answer: settled(resolve), refuse: (why) => refuse(refusal(why)) };
    this.#requests = [...this.#requests, request];
    this.#standStill(promise);
    const givenUp = () => request.refuse("It is not waited for any more.");
    signal.addEventListener("abort", givenUp, { once: true });
    if (signal.aborted || this.#outcome) givenUp();
    this.#news();
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", givenUp);
    }
  }

  /** A model has answered for it. */
  spent(usage: Usage | undefined): void {
    if (usage) this.usage = this.usage ? plus(this.usage, usage) : usage;
  }
}

/** Of one call, that wait at the same time. */
const REQUESTS_MAX = 5;

export const refusal = (why: string): ProtocolError => new ProtocolError(ProtocolErrorCode.InvalidRequest, why);

/** Calls that wait for a person, by the request that they wait with. */
export interface Parked<Value> {
  park(request: string, call: LiveCall<Value>): void;
  /** It goes on: it waits no more. */
  take(request: string): LiveCall<Value> | undefined;
  /** Those that nobody will answer are over. */
  giveUp(isMeant: (call: LiveCall<Value>) => boolean): void;
  readonly count: number;
}

/** Each waits as long as a person may take at most; of too many the one that has waited longest is given up. */
export function createParked<Value>(clock: Clock, closed: AbortSignal): Parked<Value> {
  const calls = new Map<string, { readonly call: LiveCall<Value>; readonly taken: AbortController }>();
  const take = (request: string): LiveCall<Value> | undefined => {
    const parked = calls.get(request);
    calls.delete(request);
    parked?.taken.abort();
    return parked?.call;
  };
  return {
    park(request, call) {
      const taken = new AbortController();
      calls.set(request, { call, taken });
      const [oldest] = calls.keys();
      if (calls.size > PARKED_MAX && oldest !== undefined) take(oldest)?.stop();
      void clock.sleep(PARKED_MS_MAX, AbortSignal.any([taken.signal, closed])).then(() => {
        if (!taken.signal.aborted) take(request)?.stop();
      });
    },
    take,
    giveUp(isMeant) {
      for (const [request, { call }] of calls) if (isMeant(call)) take(request)?.stop();
    },
    get count() {
      return calls.size;
    },
  };
}

/** Of one session: each is a call that its server has not answered. */
const PARKED_MAX = 20;
/** A day: whoever answers later finds the call interrupted. */
const PARKED_MS_MAX = 24 * 3_600_000;
