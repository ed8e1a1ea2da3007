import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { EmptyResultSchema, ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { KEY_META } from "../call-key.ts";
import { within } from "../deadline.ts";
import { missingVariables, startFailure } from "./failures.ts";
import { httpTransport } from "./http.ts";
import { MCP_DEFAULTS, type McpDeps, type McpSettings } from "./settings.ts";
import { StdioTransport } from "./stdio.ts";
import { environmentOf, headersOf } from "./variables.ts";
import { type Failed, quoted } from "../result.ts";

/** What a server tells of itself. */
interface Heard {
  listChanged(): void;
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
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => heard.listChanged());
  }

  get hasEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  /** What a server that runs here said last, for the operator. */
  get lastWords(): string {
    return this.#transport instanceof StdioTransport ? quoted(this.#transport.lastWords, 500) : "";
  }

  /** One page of its tools, not checked. A server without tools has one empty page. */
  async tools(cursor: string | undefined, signal: AbortSignal): Promise<z.output<typeof ToolsPage>> {
    if (!this.#client.getServerCapabilities()?.tools) return { tools: [] };
    return await this.#client.request({ method: "tools/list", params: cursor === undefined ? {} : { cursor } }, ToolsPage, asked(signal));
  }

  /** Not the SDK's `callTool`, which compiles whatever schema the server sends along. */
  async call(
    { tool, args, key }: { readonly tool: string; readonly args: { [key: string]: unknown }; readonly key: string | undefined },
    signal: AbortSignal,
  ): Promise<z.output<typeof CallResult>> {
    const params = { name: tool, arguments: args, ...(key === undefined ? {} : { _meta: { [KEY_META]: key } }) };
    const result = await this.#client.request({ method: "tools/call", params }, CallResult, asked(signal));
    this.#suspected = false;
    return result;
  }

  /** A call has not been answered in time: the server is asked for a sign of life before the next one. */
  suspect(): void {
    this.#suspected = true;
  }

  /** Whether it still answers. */
  async isAlive(): Promise<boolean> {
    if (this.hasEnded || !this.#suspected) return !this.hasEnded;
    this.#pinging ??= this.#ping().finally(() => (this.#pinging = undefined));
    return await this.#pinging;
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#transport.close();
  }

  async #ping(): Promise<boolean> {
    const limit = { timeoutMs: PING_TIMEOUT_MS, clock: this.#deps.clock };
    const pong = await within(limit, this.#ended.signal, (signal) =>
      this.#client.request({ method: "ping" }, EmptyResultSchema, asked(signal)),
    );
    this.#suspected = pong.kind !== "done";
    return !this.#suspected;
  }
}

/** Starts or reaches the server and shakes hands. Nothing is left running when that fails. */
export async function openConnection(
  settings: McpSettings,
  deps: McpDeps,
  heard: Heard,
  signal: AbortSignal,
): Promise<McpConnection | Failed> {
  const { missing } = "command" in settings ? environmentOf(settings, deps.env) : headersOf(settings, deps.env);
  if (missing.length > 0) return missingVariables(settings, missing);
  const transport = transportOf(settings, deps);
  const client = new Client({ name: "parley", version: "0.1.0" }, { capabilities: {} });
  const connection = new McpConnection(client, transport, heard, deps);
  const limit = { timeoutMs: settings.startTimeoutMs ?? MCP_DEFAULTS.startTimeoutMs, clock: deps.clock };
  const outcome = await within(limit, signal, (ended) => client.connect(transport, asked(ended)));
  if (outcome.kind === "done") return connection;
  await connection.close();
  if (connection.lastWords) deps.log(`MCP server "${settings.name}" wrote before it ended: ${connection.lastWords}`);
  return startFailure(settings, outcome, limit.timeoutMs);
}

const PING_TIMEOUT_MS = 5_000;

/** The SDK's own time limit would go by another clock; each request has one already. */
const asked = (signal: AbortSignal) => ({ signal, timeout: 2 ** 31 - 1 });

const ToolsPage = z.object({ tools: z.array(z.unknown()), nextCursor: z.string().nullish() });

/** As open as can be: a part of an unknown kind is no reason to lose the others. */
const CallResult = z.object({
  content: z.array(z.unknown()).nullish(),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().nullish(),
});
export type McpCallResult = z.output<typeof CallResult>;

function transportOf(settings: McpSettings, { env, clock }: McpDeps): Transport {
  if ("url" in settings) return httpTransport({ url: settings.url, headers: headersOf(settings, env).values }, clock);
  const { command, args = [], cwd } = settings;
  return new StdioTransport({ command, args, cwd, env: environmentOf(settings, env).values }, clock);
}
