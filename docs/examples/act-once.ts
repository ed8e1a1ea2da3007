/**
 * An MCP server that pays once for each call, also for one that comes again because Parley was killed before it could write down the answer:
 * `node act-once.ts FOLDER` on its standard input and output, `node act-once.ts FOLDER PORT` over HTTP on loopback.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const [folder = "payments", port] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

/** The key and the act are one: where a file of this name is, it was paid. In a database, a unique column does the same. */
function pay(key: string, what: string): string {
  const file = join(folder, `${key}.json`);
  try {
    writeFileSync(file, what, { flag: "wx", flush: true });
    return `Paid: ${what}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return `Paid already: ${readFileSync(file, "utf8")}`;
  }
}

function paymentServer(): Server {
  const server = new Server({ name: "payments", version: "1.0.0" }, { capabilities: { tools: {} } });
  const inputSchema = { type: "object", properties: { to: { type: "string" }, cents: { type: "integer" } }, required: ["to", "cents"] };
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [{ name: "pay", description: "Pays.", inputSchema }] }) as never);
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    // Over HTTP the header Idempotency-Key says the same, for servers and proxies that look there.
    const key = params._meta?.["parley/idempotency-key"];
    // A name of a file, and not whatever a stranger sends.
    if (typeof key !== "string" || !/^[0-9a-f]{64}$/.test(key))
      return { content: [{ type: "text", text: "I pay only for calls with a key." }], isError: true };
    return { content: [{ type: "text", text: pay(key, JSON.stringify(params.arguments)) }] };
  });
  return server;
}

if (port === undefined) await paymentServer().connect(new StdioServerTransport());
else
  createServer((request, response) => {
    const transport = new StreamableHTTPServerTransport({});
    void paymentServer()
      .connect(transport as Transport)
      .then(() => transport.handleRequest(request, response));
  }).listen(Number(port), "127.0.0.1", function (this: { address(): unknown }) {
    console.log(JSON.stringify(this.address()));
  });
