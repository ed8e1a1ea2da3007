import { randomUUID } from "node:crypto";
import type { WebSocket } from "ws";
import type { Agenda } from "../state/agenda.ts";
import type { Changes } from "../state/changes.ts";
import {
  ACK_TIMEOUT_MS,
  DELIVERIES_MAX,
  EVENTS_KEPT_MAX,
  EVENTS_KEPT_MS,
  EVENT_RETRY_AFTER_MS,
  SOCKETS_MAX,
  SOCKET_FAREWELL_MS,
  SOCKET_PING_MS,
  SOCKET_TICKET_MS,
} from "../state/limits.ts";
import { APP_ID } from "../state/seed.ts";

export type EnvelopeType = "events_api" | "interactive" | "slash_commands";

/** What became of an envelope that is sent once: acked, with the app's answer, or lost. */
export type Acknowledgement = { readonly acked: false } | { readonly acked: true; readonly payload?: unknown };

interface Delivery {
  readonly type: EnvelopeType;
  readonly payload: unknown;
  readonly firstAtMs: number;
  /** Ids of all attempts: an ack of any of them counts. */
  readonly envelopeIds: string[];
  /** How many times Slack has repeated it of its own accord. */
  attempt: number;
  /** How many times more it was sent because somebody asked; these do not use up the repeats. */
  asked: number;
  cancelTimer(): void;
  /** Told once, for what is sent only once. */
  readonly settle?: (result: Acknowledgement) => void;
  socket: WebSocket | undefined;
  ackedAtMs: number | undefined;
}

/**
 * Slack's side of Socket Mode: each envelope goes to one open socket, chosen at random; events that are not acked are sent again, with the
 * same event id; what a person does (buttons, commands) is sent once and lost when nobody listens.
 */
export class SocketMode {
  readonly #now: () => number;
  readonly #agenda: Agenda;
  readonly #changes: Changes;
  readonly #sockets = new Set<WebSocket>();
  readonly #tickets = new Map<string, number>();
  readonly #deliveries = new Map<string, Delivery>();
  readonly #acked: Delivery[] = [];
  readonly #heartbeat: NodeJS.Timeout;

  constructor(parts: { readonly now: () => number; readonly agenda: Agenda; readonly changes: Changes }) {
    this.#now = parts.now;
    this.#agenda = parts.agenda;
    this.#changes = parts.changes;
    // The client closes a connection on which it has heard no ping for 30 s; this is the machine's time, as the client's is.
    this.#heartbeat = setInterval(() => {
      for (const socket of this.#sockets) socket.ping(`Ping from local ${this.#now()}`);
    }, SOCKET_PING_MS);
    this.#heartbeat.unref();
  }

  /** A single-use ticket for one socket, as apps.connections.open hands out in its URL. */
  ticket(): string {
    const ticket = randomUUID();
    for (const [old, expiresAtMs] of this.#tickets) if (expiresAtMs < this.#now()) this.#tickets.delete(old);
    this.#tickets.set(ticket, this.#now() + SOCKET_TICKET_MS);
    return ticket;
  }

  redeem(ticket: string): boolean {
    const expiresAtMs = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    return expiresAtMs !== undefined && expiresAtMs >= this.#now();
  }

  accept(socket: WebSocket): void {
    socket.on("error", () => socket.terminate());
    if (this.#sockets.size >= SOCKETS_MAX) {
      farewell(socket, "too_many_websockets");
      return;
    }
    this.#sockets.add(socket);
    socket.on("message", (data, isBinary) => {
      if (!isBinary) this.#acknowledge(rawText(data));
    });
    socket.on("close", () => this.#forget(socket));
    socket.send(
      JSON.stringify({
        type: "hello",
        num_connections: this.#sockets.size,
        connection_info: { app_id: APP_ID },
        debug_info: { host: "applink-local", build_number: 1, approximate_connection_time: 18060 },
      }),
    );
    if (this.#sockets.size === 1) this.#changes.show({ type: "bot", connected: true }, "everyone");
    else this.#changes.changed();
  }

  get socketCount(): number {
    return this.#sockets.size;
  }

  /** An Events API body; sent again at once, after 1 minute and after 5 minutes until it is acked, then given up. */
  event(payload: unknown): void {
    const [oldest] = this.#deliveries.values();
    if (oldest && this.#deliveries.size >= DELIVERIES_MAX) this.#drop(oldest);
    this.#attempt(this.#delivery("events_api", payload));
  }

  /** What a person did: one attempt, 3 seconds. */
  request(type: "interactive" | "slash_commands", payload: unknown): Promise<Acknowledgement> {
    const { promise, resolve } = Promise.withResolvers<Acknowledgement>();
    this.#attempt(this.#delivery(type, payload, resolve));
    return promise;
  }

  redeliver(acked: boolean): void {
    const unacked = new Set(this.#deliveries.values());
    for (const delivery of unacked) if (delivery.type === "events_api") this.#asked(delivery);
    if (!acked) return;
    for (const delivery of this.#acked.splice(0)) if ((delivery.ackedAtMs ?? 0) > this.#now() - EVENTS_KEPT_MS) this.#asked(delivery);
  }

  /** Envelopes sent or due that nobody has acked. */
  get unackedCount(): number {
    return new Set(this.#deliveries.values()).size;
  }

  disconnect(reason: "warning" | "refresh_requested" | "link_disabled"): void {
    for (const socket of this.#sockets) {
      // A warning comes some seconds before the end; the other two are the end. The client closes on either.
      if (reason === "warning") socket.send(disconnectMessage(reason));
      else farewell(socket, reason);
    }
  }

  reset(): void {
    for (const delivery of new Set(this.#deliveries.values())) this.#drop(delivery);
    this.#acked.length = 0;
  }

  /** Closes every socket, politely first: a client that is saying goodbye must not take the end of the workspace for an error. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.reset();
    const closing = [...this.#sockets].map((socket) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(() => socket.terminate(), SOCKET_FAREWELL_MS);
      socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      socket.close(1001);
      return promise;
    });
    await Promise.all(closing);
  }

  #delivery(type: EnvelopeType, payload: unknown, settle?: (result: Acknowledgement) => void): Delivery {
    return {
      type,
      payload,
      firstAtMs: this.#now(),
      envelopeIds: [],
      attempt: 0,
      asked: 0,
      cancelTimer: () => undefined,
      socket: undefined,
      ackedAtMs: undefined,
      ...(settle ? { settle } : {}),
    };
  }

  #attempt(delivery: Delivery): void {
    const open = [...this.#sockets].filter((socket) => socket.readyState === socket.OPEN);
    const socket = open[Math.floor(Math.random() * open.length)];
    delivery.socket = socket;
    if (!socket) {
      this.#failed(delivery);
      return;
    }
    const envelopeId = randomUUID();
    const repeats = delivery.attempt + delivery.asked;
    delivery.envelopeIds.push(envelopeId);
    this.#deliveries.set(envelopeId, delivery);
    socket.send(
      JSON.stringify({
        envelope_id: envelopeId,
        type: delivery.type,
        payload: delivery.payload,
        accepts_response_payload: delivery.type !== "events_api",
        ...(delivery.type === "events_api" ? { retry_attempt: repeats, retry_reason: repeats === 0 ? "" : "timeout" } : {}),
      }),
    );
    delivery.cancelTimer = this.#agenda.at(this.#now() + ACK_TIMEOUT_MS, () => this.#failed(delivery));
  }

  /** An attempt came to nothing: the next one is put on the agenda, or the delivery is given up. */
  #failed(delivery: Delivery): void {
    const retryAfterMs = delivery.type === "events_api" ? EVENT_RETRY_AFTER_MS[delivery.attempt] : undefined;
    if (retryAfterMs === undefined) {
      this.#drop(delivery);
      this.#changes.changed();
      return;
    }
    // Kept under a name of its own when no socket was open, so that it is counted and can be redelivered.
    if (delivery.envelopeIds.length === 0) {
      delivery.envelopeIds.push(randomUUID());
      for (const id of delivery.envelopeIds) this.#deliveries.set(id, delivery);
    }
    const dueMs = Math.max(this.#now(), delivery.firstAtMs + retryAfterMs);
    delivery.cancelTimer = this.#agenda.at(dueMs, () => this.#again(delivery));
  }

  #again(delivery: Delivery): void {
    delivery.cancelTimer();
    delivery.attempt += 1;
    this.#attempt(delivery);
  }

  #asked(delivery: Delivery): void {
    delivery.cancelTimer();
    delivery.asked += 1;
    this.#attempt(delivery);
  }

  #acknowledge(text: string): void {
    const ack = parseAck(text);
    const delivery = ack && this.#deliveries.get(ack.envelopeId);
    if (!ack || !delivery) return;
    this.#remove(delivery);
    delivery.settle?.({ acked: true, ...(ack.payload === undefined ? {} : { payload: ack.payload }) });
    if (delivery.type === "events_api") {
      delivery.ackedAtMs = this.#now();
      this.#acked.push(delivery);
      if (this.#acked.length > EVENTS_KEPT_MAX) this.#acked.shift();
    }
    this.#changes.changed();
  }

  #remove(delivery: Delivery): void {
    delivery.cancelTimer();
    for (const id of delivery.envelopeIds.splice(0)) this.#deliveries.delete(id);
  }

  #drop(delivery: Delivery): void {
    this.#remove(delivery);
    delivery.settle?.({ acked: false });
  }

  #forget(socket: WebSocket): void {
    this.#sockets.delete(socket);
    // Nobody will ack a click any more; events wait for their next attempt.
    for (const delivery of new Set(this.#deliveries.values())) if (delivery.socket === socket && delivery.settle) this.#drop(delivery);
    if (this.#sockets.size === 0) this.#changes.show({ type: "bot", connected: false }, "everyone");
    else this.#changes.changed();
  }
}

function disconnectMessage(reason: string): string {
  return JSON.stringify({ type: "disconnect", reason, debug_info: { host: "applink-local" } });
}

function farewell(socket: WebSocket, reason: string): void {
  socket.send(disconnectMessage(reason), () => socket.close(1000));
}

function rawText(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString("utf8");
}

function parseAck(text: string): { envelopeId: string; payload: unknown } | undefined {
  try {
    const ack: unknown = JSON.parse(text);
    if (typeof ack !== "object" || ack === null || !("envelope_id" in ack) || typeof ack.envelope_id !== "string") return undefined;
    const payload = "payload" in ack ? ack.payload : undefined;
    // Bolt acks with an empty object when a handler has nothing to say.
    const empty = typeof payload === "object" && payload !== null && Object.keys(payload).length === 0;
    return { envelopeId: ack.envelope_id, payload: empty || payload === null || payload === "" ? undefined : payload };
  } catch {
    return undefined;
  }
}
