import {
  Client,
  type CreateMessageResult,
  type ElicitResult,
  ProtocolError,
  type Root,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  type Transport,
  type VersionNegotiationMode,
} from "@modelcontextprotocol/client";
import { z } from "zod";
import { KEY_META } from "../call-key.ts";
import { within } from "../deadline.ts";
import type { Continued } from "./calls/elicitation.ts";
import { lacksVariables, startFailure } from "./failures.ts";
import { CallResult, type McpCallResult, ToolsPage } from "./answers.ts";
import { withWholeGreeting } from "./greeting.ts";
import { httpTransport } from "./http.ts";
import type { Cursor } from "./list.ts";
import { lastWordsOf } from "./last-words.ts";
import { isUnauthorized, loginWanted } from "./login.ts";
import { MCP_DEFAULTS, type McpDeps, type McpSettings } from "./settings.ts";
import { sseTransport } from "./sse.ts";
import { StdioTransport } from "./stdio.ts";
import { addressOf, argsOf, environmentOf, headersOf, missingVariables } from "./variables.ts";
import type { Failed } from "../result.ts";

/** What a server tells of itself. */
export interface Heard {
  listChanged(): void;
  /** The folders that it may know of, where it may. */
  readonly roots?: () => readonly Root[];
  /** It wants to be told something in the middle of a call, as the older protocols have it. Rejects where it is not answered. */
  asks(connection: McpConnection, request: { readonly method: string; readonly params?: unknown }, signal: AbortSignal): Promise<object>;
  /** It has ended, and not because it was closed. */
  lost(connection: McpConnection): void;
}

/** One connection, from the handshake to its end; it is never made whole again. What it asks rejects with whatever the SDK throws. */
export class McpConnection {
  readonly #client: Client;
  readonly #transport: Transport;
  readonly #deps: McpDeps;
  readonly #ended = new AbortController();
  #suspected = false;
  #pinging: Promise<boolean> | undefined;

  constructor(client: Client, transport: Transport, heard: Heard, deps: McpDeps) {
    this.#client = client;
    this.#transport = transport;
    this.#deps = deps;
    client.onclose = () => {
      if (this.#ended.signal.aborted) return;
      this.#ended.abort();
      heard.lost(this);
    };
    client.setNotificationHandler("notifications/tools/list_changed", () => heard.listChanged());
    const { roots } = heard;
    if (roots) client.setRequestHandler("roots/list", () => ({ roots: [...roots()] }));
    client.setRequestHandler("elicitation/create", async (request, { mcpReq }) => {
      // What nobody can be asked is not answered, which is no fault of the server's.
      return (await heard.asks(this, request, mcpReq.signal).catch(() => ({ action: "cancel" }))) as ElicitResult;
    });
    client.setRequestHandler("sampling/createMessage", async (request, { mcpReq }) => {
      return (await heard.asks(this, request, mcpReq.signal)) as CreateMessageResult;
    });
  }

  get hasEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  /** How a server that runs here ended, and what it said last; empty where that is not known. */
  get lastWords(): string {
    if (!(this.#transport instanceof StdioTransport)) return "";
    const { exit, lastWords } = this.#transport;
    return [exit && `It ${exit}.`, lastWords.trim() && `It wrote last: ${lastWordsOf(lastWords)}`].filter(Boolean).join(" ");
  }

  /** What the server says of how it is to be used. */
  get instructions(): string {
    return this.#client.getInstructions() ?? "";
  }

  /** One page of its tools, not checked. A server without tools has one empty page. */
  async tools(cursor: Cursor | undefined, signal: AbortSignal): Promise<z.output<typeof ToolsPage>> {
    const capabilities = this.#client.getServerCapabilities() ?? {};
    const saysNothing = Object.keys(capabilities).length === 0;
    if (!capabilities.tools && !saysNothing) return { tools: [] };
    try {
      return await this.#client.request({ method: "tools/list", params: cursor === undefined ? {} : { cursor } }, ToolsPage, asked(signal));
    } catch (error) {
      // It says of nothing that it has it, and has none.
      if (saysNothing && error instanceof ProtocolError) return { tools: [] };
      throw error;
    }
  }

  /** Not the SDK's `callTool`, which compiles whatever schema the server sends along. */
  async call(
    { tool, args, key, continued = {} }: McpCall,
    signal: AbortSignal,
    progressed: (progress: CallProgress) => void = () => undefined,
  ): Promise<McpCallResult> {
    const params = { name: tool, arguments: args, ...continued, ...(key === undefined ? {} : { _meta: { [KEY_META]: key } }) };
    const result = await this.#client.request({ method: "tools/call", params }, CallResult, {
      ...asked(signal),
      onprogress: progressed,
      allowInputRequired: true,
    });
    this.#suspected = false;
    return result;
  }

  /** Whether it says that it has them. */
  get has(): { readonly resources: boolean; readonly prompts: boolean } {
    const { resources, prompts } = this.#client.getServerCapabilities() ?? {};
    return { resources: resources !== undefined, prompts: prompts !== undefined };
  }

  /** Any request that is no call of a tool; its answer is not checked. */
  async ask(method: string, params: { [key: string]: unknown }, signal: AbortSignal): Promise<{ readonly [key: string]: unknown }> {
    return await this.#client.request({ method, params }, z.looseObject({}), asked(signal));
  }

  /** It is told that there are other folders; the newest protocol has no word for that. */
  async rootsChanged(): Promise<void> {
    if (this.#client.getProtocolEra() !== "modern") await this.#client.sendRootsListChanged().catch(() => undefined);
  }

  /** A call has not been answered in time: the server is asked for a sign of life before the next one. */
  suspect(): void {
    this.#suspected = true;
  }

  /** There is no reason to think that it does not answer. */
  get isFine(): boolean {
    return !this.hasEnded && !this.#suspected;
  }

  /** Whether it still answers. */
  async isAlive(): Promise<boolean> {
    if (this.hasEnded || !this.#suspected) return !this.hasEnded;
    this.#pinging ??= this.#ping().finally(() => (this.#pinging = undefined));
    return await this.#pinging;
  }

  /** Rejects with what the server says, or the connection does. */
  async connect(signal: AbortSignal): Promise<void> {
    await this.#client.connect(this.#transport, asked(signal));
    if (this.#client.getProtocolEra() !== "modern" || !this.#client.getServerCapabilities()?.tools?.listChanged) return;
    // The newest protocol tells of changes to who asks for them. Without an answer the list is as it was.
    void this.#client.listen({ toolsListChanged: true }, asked(this.#ended.signal)).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#transport.close();
  }

  async #ping(): Promise<boolean> {
    const limit = { timeoutMs: PING_TIMEOUT_MS, clock: this.#deps.clock };
    const pong = await within(limit, this.#ended.signal, async (signal) => {
      // The newest protocol has no ping.
      if (this.#client.getProtocolEra() === "modern") await this.#client.discover(asked(signal));
      else await this.#client.ping(asked(signal));
    });
    // An answer is a sign of life, whatever it says.
    this.#suspected = pong.kind !== "done" && !(pong.kind === "threw" && pong.error instanceof ProtocolError);
    return !this.#suspected;
  }
}

export interface McpCall {
  readonly tool: string;
  readonly args: { [key: string]: unknown };
  readonly key: string | undefined;
  /** Where it goes on after what it has asked. */
  readonly continued?: Continued | undefined;
}

/** How far a call has come, as its server says. */
export interface CallProgress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** A way to speak to a server: what carries the messages, and which protocol is spoken first. */
interface Manner {
  readonly transport: () => Transport;
  readonly mode: VersionNegotiationMode;
  /** Not waited for longer, where another manner is left. */
  readonly timeoutMs?: number;
  /** Whether it may be what the server takes, after what the one before was refused with. */
  readonly mayHelp: (refusal: unknown) => boolean;
}

/**
 * Starts or reaches the server and shakes hands, in whichever of its manners it takes. Nothing is left running when that fails. A program is greeted
 * as servers of 2025-11-25 and before want it, and asked for the newest protocol when it refuses: many of those programs say nothing at all to
 * what they do not know, and each would be waited for. An address is asked for the newest first, and then, should that question be what it does
 * not get over or never answers, as 2025-11-25 has it; one that takes no POST is of the oldest kind.
 */
export async function openConnection(
  settings: McpSettings,
  deps: McpDeps,
  heard: Heard,
  signal: AbortSignal,
): Promise<McpConnection | Failed> {
  const missing = missingVariables(settings, deps.env);
  if (missing.length > 0) return lacksVariables(settings, missing);
  const limit = { timeoutMs: settings.startTimeoutMs ?? MCP_DEFAULTS.startTimeoutMs, clock: deps.clock };
  const tried: McpConnection[] = [];
  const outcome = await within(limit, signal, async (ended) => {
    let refusal: unknown;
    for (const { transport, mode, timeoutMs, mayHelp } of mannersOf(settings, deps, limit.timeoutMs)) {
      if (ended.aborted) break;
      if (refusal !== undefined && !mayHelp(refusal)) continue;
      const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, ...(heard.roots ? { roots: { listChanged: true } } : {}) };
      const options = { capabilities, versionNegotiation: { mode }, inputRequired: { autoFulfill: false } };
      const client = new Client({ name: "parley", version: "0.1.0" }, options);
      const connection = new McpConnection(client, withWholeGreeting(transport()), heard, deps);
      tried.push(connection);
      const connecting = await within({ timeoutMs: timeoutMs ?? limit.timeoutMs, clock: deps.clock }, ended, (given) => connection.connect(given)); // prettier-ignore
      if (connecting.kind === "done") return connection;
      const problem = connecting.kind === "threw" ? connecting.error : new Error("it did not answer in time");
      // That it does not know the newest protocol either says less than why it refused the others.
      refusal = refusal !== undefined && isNotKnown(problem) ? refusal : problem;
      await connection.close();
    }
    throw refusal;
  });
  if (outcome.kind === "done") return outcome.value;
  await Promise.all(tried.map((connection) => connection.close()));
  const lastWords = tried.at(-1)?.lastWords ?? "";
  const wanted =
    outcome.kind === "threw" && "url" in settings
      ? await loginWanted(addressOf(settings, deps.env).value, outcome.error, limit)
      : undefined;
  return startFailure(settings, outcome, { timeoutMs: limit.timeoutMs, lastWords, login: wanted, isGiven: deps.login !== undefined });
}

function mannersOf(settings: McpSettings, { env, clock, login }: McpDeps, startTimeoutMs: number): readonly Manner[] {
  if ("url" in settings) {
    const address = { url: addressOf(settings, env).value, headers: headersOf(settings, env).values, login };
    const timeoutMs = Math.min(NEWEST_TIMEOUT_MS, startTimeoutMs / 2);
    return [
      { transport: () => httpTransport(address, clock), mode: "auto", timeoutMs, mayHelp: () => true },
      { transport: () => httpTransport(address, clock), mode: "legacy", mayHelp: (refusal) => !isOfLogin(refusal) },
      { transport: () => sseTransport(address), mode: "legacy", mayHelp: takesNoPost },
    ];
  }
  const { command, cwd } = settings;
  const args = argsOf(settings, env).values;
  const transport = () => new StdioTransport({ command, args, cwd, env: environmentOf(settings, env).values }, clock);
  return [
    { transport, mode: "legacy", mayHelp: () => true },
    { transport, mode: { pin: NEWEST }, mayHelp: wantsAnother },
  ];
}

const NEWEST = "2026-07-28";
/** Servers that do not know the question have been seen to leave it open for ever. */
const NEWEST_TIMEOUT_MS = 15_000;

const isOfLogin = (error: unknown): boolean => isUnauthorized(error) || (error instanceof SdkHttpError && error.status === 403);

const takesNoPost = (error: unknown): boolean => error instanceof SdkHttpError && [400, 404, 405, 406].includes(error.status);

/** Whether what a program has refused was the protocol, and not us. */
const wantsAnother = (error: unknown): boolean =>
  error instanceof ProtocolError || (error instanceof SdkError && error.code === SdkErrorCode.InvalidResult);

const isNotKnown = (error: unknown): boolean => error instanceof SdkError && error.code === SdkErrorCode.EraNegotiationFailed;

const PING_TIMEOUT_MS = 5_000;

/** The SDK's own time limit would go by another clock; each request has one already. */
const asked = (signal: AbortSignal) => ({ signal, timeout: 2 ** 31 - 1 });
