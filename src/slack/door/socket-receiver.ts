import type { App, Receiver } from "@slack/bolt";
import { SocketModeClient, type SocketModeOptions } from "@slack/socket-mode";
import { EnvHttpProxyAgent } from "undici";
import { withinMs, type Clock } from "../../engine/clock.ts";
import { isByEnvProxy } from "../../env-proxy.ts";
import { isDeeperThan } from "../../engine/limits/json-depth.ts";
import { ENVELOPE_LEVELS_MAX } from "./json-depth.ts";
import type { Inbox } from "./inbox.ts";
import { CannotStart } from "../api/cannot-start.ts";
import { isPassing } from "../api/error-codes.ts";
import { unreached } from "../api/unreached.ts";
import { clientOptions, sdkLogger, slackErrorCode, type Log } from "../api/web-client.ts";
import { droppedIn, type Dropped } from "../words/envelope.ts";

/** Slack closes a socket every few hours; while one reconnects, the other hears. Slack allows ten, and sends each envelope to one. */
const SOCKETS = 2;
const OPEN_TIMEOUT_MS = 15_000;
/** From asking for an address to Slack's hello. */
const HELLO_TIMEOUT_MS = 30_000;
/** The first wait after a failure, doubled up to the longest, less a random part so that not everybody comes back at once. */
const RECONNECT_DELAY_MS = 500;
const RECONNECT_DELAY_MS_MAX = 15_000;
/** A connection that has held this long was a good one: the next is made without a wait. */
const GOOD_CONNECTION_MS = 10_000;
/** The SDK waits half a minute for a peer that does not say goodbye; a stopping process does not. */
const DISCONNECT_TIMEOUT_MS = 2_000;
/** Between two lines about the same trouble. */
const TOLD_EVERY_MS = 10 * 60_000;
const TOLD_MAX = 100;

/** How Slack's envelopes come in: over sockets (here) or as requests (http-receiver.ts). */
export interface SlackReceiver extends Receiver {
  /** Whether Slack can reach Parley, now, as far as can be known from here. */
  connected(): boolean;
}

/** The door is somebody else's. */
export const NO_DOOR: SlackReceiver = {
  init: () => undefined,
  start: async () => undefined,
  stop: async () => undefined,
  connected: () => true,
};

/**
 * Socket Mode over two sockets. Each envelope is written into the inbox, then acked; Bolt hears of it from the inbox, and never before.
 * Reconnecting is done here and for ever: the SDK's own stays deaf for five seconds at each of Slack's refreshes, gives up at the first
 * answer that it takes for final, and then ends the process by an unhandled rejection.
 */
export function createReceiver(parts: {
  readonly appToken: string;
  readonly apiUrl?: string;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
  /** A socket is open after none was: read up on what was missed. */
  readonly onConnected: () => void;
  /** Slack drops events, for there are too many; returns at once. */
  readonly onDropped: (dropped: Dropped) => void;
  /** What a form that cannot be taken is answered with the ack; then there is nothing more to do. Never rejects, and is there in time. */
  readonly answer?: (body: unknown) => Promise<object | undefined>;
}): SlackReceiver {
  const { inbox, clock, log } = parts;
  const stopping = new AbortController();
  const told = new Map<string, number>();
  /** The same trouble of the way to Slack comes with every try: it is told now and then. */
  function tell(why: string, line = why): void {
    const nowMs = clock.now();
    if (Math.abs(nowMs - (told.get(why) ?? -Infinity)) < TOLD_EVERY_MS) return;
    if (told.size >= TOLD_MAX) told.clear();
    told.set(why, nowMs);
    log(line);
  }
  const sockets: Socket[] = [];
  const open = new Set<Socket>();
  // Unlike Node's own calls, the SDK's sockets go through no proxy by themselves.
  const proxy = isByEnvProxy() ? new EnvHttpProxyAgent({ proxyTunnel: true }) : undefined;

  function createSocket(): Socket {
    const socket = new Socket(
      {
        appToken: parts.appToken,
        // One that is closed while it is being opened calls that an error.
        logger: sdkLogger((problem) => (stopping.signal.aborted ? undefined : tell(problem))),
        autoReconnectEnabled: false,
        ...(proxy ? { dispatcher: proxy } : {}),
        clientOptions: { ...clientOptions(parts.apiUrl, log), timeout: OPEN_TIMEOUT_MS, retryConfig: { retries: 0 } },
      },
      log,
    );
    socket.on("slack_event", (envelope: SocketEnvelope) => void take(envelope));
    socket.on("connected", () => {
      open.add(socket);
      if (open.size === 1) parts.onConnected();
    });
    socket.on("disconnected", () => void open.delete(socket));
    sockets.push(socket);
    return socket;
  }

  async function take({ body, envelope_id: id, ack }: SocketEnvelope): Promise<void> {
    const dropped = droppedIn(body);
    const refused = dropped || isDeeperThan(body, ENVELOPE_LEVELS_MAX) ? undefined : await parts.answer?.(body);
    try {
      if (dropped) parts.onDropped(dropped);
      else if (!refused) await inbox.receive(body, id);
    } catch (error) {
      log("an envelope could not be stored and was not acked; Slack sends events again", error);
      return;
    }
    // The socket may have closed meanwhile: then it comes again, and is known.
    await ack(refused).catch((error: unknown) => log("an ack did not reach Slack", error));
  }

  /** Holds a socket open until the stop. `since`: it is open now. */
  async function hold(socket: Socket, since: number | undefined): Promise<void> {
    let openSince = since;
    for (let failures = 0; !stopping.signal.aborted;) {
      if (openSince !== undefined) {
        await socket.closed(stopping.signal);
        if (stopping.signal.aborted) break;
        if (clock.now() - openSince >= GOOD_CONNECTION_MS) failures = 0;
        else if (++failures > 1) {
          tell(`Slack has closed a connection just after it was opened${closedBy(socket.lastReason)}`);
        }
        openSince = undefined;
      }
      if (failures > 0) await clock.sleep(reconnectDelayMs(failures), stopping.signal);
      if (stopping.signal.aborted) break;
      try {
        await opened(socket);
        openSince = clock.now();
      } catch (error) {
        if (stopping.signal.aborted) break;
        failures++;
        const why = explain(error);
        tell(why, `no connection to Slack (try ${failures}): ${why}`);
      }
    }
    // The SDK may open a socket that it was told to close while it was asking for its address.
    if (socket.isOpen) await socket.disconnect();
  }

  /** Rejects when Slack does not say hello in time. */
  async function opened(socket: Socket): Promise<void> {
    const hello = new AbortController();
    void clock.sleep(HELLO_TIMEOUT_MS, hello.signal).then(() => (hello.signal.aborted ? undefined : socket.disconnect()));
    try {
      await socket.start();
    } finally {
      hello.abort();
    }
  }

  const held: Promise<void>[] = [];
  return {
    init: (_app: App) => undefined,
    connected: () => open.size > 0,
    /** Rejects when the first connection cannot be had, with what to do about it. */
    async start() {
      const first = createSocket();
      try {
        await opened(first);
      } catch (error) {
        throw new CannotStart(`No Socket Mode connection to Slack: ${explain(error)}`, { cause: error });
      }
      held.push(hold(first, clock.now()));
      while (sockets.length < SOCKETS) held.push(hold(createSocket(), undefined));
    },
    async stop() {
      stopping.abort();
      // One that is being opened ends as soon as Slack has answered, which may be after this.
      await withinMs(clock, DISCONNECT_TIMEOUT_MS, Promise.all([...sockets.map((socket) => socket.disconnect()), ...held]));
      await proxy?.destroy();
    },
  };
}

interface SocketEnvelope {
  readonly body: unknown;
  readonly envelope_id?: string;
  readonly ack: (answer?: object) => Promise<void>;
}

/** The SDK's client, which must not end the process over an envelope that it does not understand. */
class Socket extends SocketModeClient {
  isOpen = false;
  /** Why Slack has closed it, where it said so. */
  lastReason: string | undefined;
  readonly #log: Log;

  constructor(options: SocketModeOptions, log: Log) {
    super(options);
    this.#log = log;
    this.on("connected", () => {
      this.isOpen = true;
      this.lastReason = undefined;
    });
    this.on("disconnected", () => (this.isOpen = false));
  }

  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    try {
      if (typeof data === "string") this.lastReason = goodbyeIn(data) ?? this.lastReason;
      await super.onWebSocketMessage(typeof data === "string" ? withoutEvent(data) : data, isBinary);
    } catch (error) {
      this.#log("Slack sent something that its own client cannot read", error);
    }
  }

  /** Resolves when the connection has ended, or the signal has come. */
  closed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.off("disconnected", done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      if (signal.aborted || !this.isOpen) return resolve();
      this.on("disconnected", done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}

/** The SDK looks for an event in every envelope of the Events API, and `app_rate_limited` has none: as one of a kind of its own it is read. */
function withoutEvent(frame: string): string {
  if (!frame.includes(NO_EVENT)) return frame;
  const envelope: unknown = JSON.parse(frame);
  const isNotice = typeof envelope === "object" && envelope !== null && "payload" in envelope && droppedIn(envelope.payload) !== undefined;
  return isNotice ? JSON.stringify({ ...envelope, type: NO_EVENT }) : frame;
}

const NO_EVENT = "app_rate_limited";

/** The reason with which Slack closes a connection; `undefined` for any other frame. */
function goodbyeIn(frame: string): string | undefined {
  if (!/"type"\s*:\s*"disconnect"/.test(frame.slice(0, GOODBYE_CHARS_MAX))) return undefined;
  const { type, reason } = Object(JSON.parse(frame)) as { readonly type?: unknown; readonly reason?: unknown };
  return type === "disconnect" && typeof reason === "string" ? reason : undefined;
}

/** It has no payload. */
const GOODBYE_CHARS_MAX = 1_000;

function closedBy(reason: string | undefined): string {
  switch (reason) {
    case undefined:
      return ".";
    case "too_many_websockets":
      return ` (${reason}): it allows ten for an app. Stop other processes that run with this SLACK_APP_TOKEN.`;
    case "link_disabled":
      return ` (${reason}): Socket Mode was switched off in the app. Switch it on again under Socket Mode, or take Slack's requests over HTTP (--http).`;
    default:
      return ` (${reason.slice(0, 100)}).`;
  }
}

function reconnectDelayMs(failures: number): number {
  const longest = Math.min(RECONNECT_DELAY_MS * 2 ** (failures - 1), RECONNECT_DELAY_MS_MAX);
  return longest * (0.5 + Math.random() / 2);
}

function explain(error: unknown): string {
  const code = slackErrorCode(error);
  switch (code) {
    case "invalid_auth":
    case "not_authed":
    case "token_revoked":
      return "SLACK_APP_TOKEN is refused. Make an app-level token with the scope connections:write under Basic Information, App-Level Tokens.";
    case "not_allowed_token_type":
      return "SLACK_APP_TOKEN is not an app-level token; it begins with xapp-.";
    case "missing_scope":
      return "SLACK_APP_TOKEN lacks the scope connections:write; make a new app-level token with it.";
    case "account_inactive":
    case "team_disabled":
    case "user_removed_from_team":
      return `the app was removed or switched off in Slack (${code}). Install it again, and take the new tokens.`;
    case undefined:
      return error instanceof Error ? unreached(error) : "the connection was closed";
    default:
      // Slack has answered: nothing is wrong on the way to it.
      return isPassing(code)
        ? `Slack has trouble of its own (${code}).`
        : `Slack opens none (${code}). Look whether Socket Mode is switched on in the app, and at its app-level token.`;
  }
}
