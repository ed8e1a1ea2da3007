import { App, LogLevel, type Logger } from "@slack/bolt";
import { WebClient, type WebClientOptions } from "@slack/web-api";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { createWorkspace, type Workspace, type WorkspaceOptions } from "../../local-slack/index.ts";

/** A workspace for one test, closed when the test ends. */
export async function open(options: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
  const workspace = await createWorkspace({ port: 0, ...options });
  onTestFinished(() => workspace.close());
  return workspace;
}

/** A clock that moves only when told; the workspace does what is due at `control.tick()`. */
export function clock(): { readonly now: () => number; advance(ms: number): void } {
  let nowMs = 1_700_000_000_000;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

/** The clients log what they are refused; here a refusal is what is tested. */
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** The official Web API client; a refusal or a 429 throws at once, nothing is tried again. */
export function client(workspace: Workspace, token = workspace.botToken, options: WebClientOptions = {}): WebClient {
  return new WebClient(token, {
    slackApiUrl: workspace.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent,
    ...options,
  });
}

/** A call by name, for arguments and answers that the client's types do not know. */
export async function call(slack: WebClient, method: string, args: object): Promise<{ readonly [field: string]: unknown }> {
  return { ...(await slack.apiCall(method, { ...args })) };
}

/** The error code that a call is refused with; "" when it is not. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "";
  } catch (error) {
    const data = typeof error === "object" && error !== null && "data" in error ? error.data : undefined;
    if (typeof data === "object" && data !== null && "error" in data) return String(data.error);
    throw error;
  }
}

/** A real Bolt app on a socket of the workspace. */
export async function bot(workspace: Workspace, listen: (app: App) => void): Promise<App> {
  const app = new App({
    token: workspace.botToken,
    appToken: workspace.appToken,
    socketMode: true,
    logger: silent,
    convoStore: false,
    clientOptions: { slackApiUrl: workspace.apiUrl, retryConfig: { retries: 0 } },
  });
  listen(app);
  await app.start();
  onTestFinished(async () => {
    await app.stop();
  });
  return app;
}

export interface Envelope {
  readonly type: string;
  readonly envelope_id: string;
  readonly retry_attempt: number;
  readonly retry_reason: string;
  readonly accepts_response_payload: boolean;
  readonly reason: string;
  // Test code reads deep into payloads of many shapes.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly payload: any;
}

/** A bare Socket Mode client that acks only when told. */
export interface Listener {
  /** The next envelope that has not been taken yet. */
  next(): Promise<Envelope>;
  ack(envelope: Envelope, payload?: unknown): void;
  /** Acks and returns the next event of this type; others are acked and passed over. */
  event(type: string): Promise<Envelope>;
  readonly waiting: readonly Envelope[];
  readonly closed: Promise<number>;
  close(): void;
}

export async function listener(workspace: Workspace): Promise<Listener> {
  const opened = await client(workspace, workspace.appToken).apps.connections.open({});
  const socket = new WebSocket(opened.url ?? "");
  const waiting: Envelope[] = [];
  const takers: ((envelope: Envelope) => void)[] = [];
  socket.on("message", (data: Buffer) => {
    const envelope = JSON.parse(data.toString("utf8")) as Envelope;
    const taker = takers.shift();
    if (taker) taker(envelope);
    else waiting.push(envelope);
  });
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  const next = async (): Promise<Envelope> => waiting.shift() ?? new Promise<Envelope>((resolve) => takers.push(resolve));
  const ack = (envelope: Envelope, payload?: unknown): void => socket.send(JSON.stringify({ envelope_id: envelope.envelope_id, payload }));
  onTestFinished(() => socket.terminate());
  await next();
  return {
    next,
    ack,
    event: async (type) => {
      for (;;) {
        const envelope = await next();
        ack(envelope);
        if (envelope.payload.event.type === type) return envelope;
      }
    },
    waiting,
    closed,
    close: () => socket.close(),
  };
}
